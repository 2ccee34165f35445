"""Report a change of details that somebody relies on. The caller commits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, NamedTuple, TypedDict, Unpack
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies.models import Agency, Branch, ControllingPerson, facts
from audits.agencies.rules import (
    FIXED_FIELDS,
    AgencyDetails,
    BranchDetails,
    ControllingPersonDetails,
    ProfileSection,
    clean_branch,
    clean_controlling_person,
)
from audits.agencies.services.details import checked, load_own, write_details
from audits.changes import notices
from audits.changes.events import ChangeReported
from audits.changes.models import AgencyChange, AgencyChangeFile
from audits.changes.queries import open_change
from audits.changes.rules import check_report
from audits.changes.services.terms import check_by
from audits.changes.workflow import CHANGE_FLOW
from audits.core import clock, events
from audits.core.access import Actor, Role
from audits.core.db import seen
from audits.core.errors import IllegalMoveError, NotFoundError
from audits.core.files import StoredFile
from audits.core.notices import tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.people.queries import people_with

LISTED: Mapping[ProfileSection, type[Any]] = {
    ProfileSection.BRANCHES: Branch,
    ProfileSection.CONTROLLING_PERSONS: ControllingPerson,
}
_KEPT_APART = frozenset({"id", "agency_id", "version"})


class Difference(NamedTuple):
    """What is reported: the section, the row (of a list, else the agency), and its values before and after."""

    section: ProfileSection
    row_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Said(TypedDict):
    """What a report says besides: since when the change holds, why, and the files that show it."""

    effective_on: date | None
    explanation: str
    files: Sequence[StoredFile]


def report_details(
    session: Session,
    actor: Actor,
    agency_id: UUID,
    section: ProfileSection,
    details: AgencyDetails,
    *,
    version: int,
    **said: Unpack[Said],
) -> AgencyChange | None:
    """Report the fields of a section that changed and stand still; store the others at once.

    `version` is that of the agency that the person saw. Returns None if there was nothing to report. RuleError for
    values or a report that do not hold, IllegalMoveError if a change of this section waits already.
    """
    agency = load_own(session, actor, agency_id)
    seen(agency, version)
    changed = events.changes(facts(agency), checked(agency, details).plain())
    fixed = {name: pair for name, pair in changed.items() if name in FIXED_FIELDS[section]}
    free = {name: after for name, (_, after) in changed.items() if name not in fixed}
    change = None
    if fixed:
        before, after = ({name: pair[place] for name, pair in fixed.items()} for place in (0, 1))
        change = _report(session, actor, agency, Difference(section, agency.id, before, after), said)
    write_details(session, actor, agency, free)
    return change


def report_row(
    session: Session,
    actor: Actor,
    agency_id: UUID,
    section: ProfileSection,
    *,
    row_id: UUID | None,
    details: BranchDetails | ControllingPersonDetails | None,
    version: int | None = None,
    **said: Unpack[Said],
) -> AgencyChange | None:
    """Report a row that is new (without `row_id`), changed, or gone (without `details`); None if nothing changed."""
    agency = load_own(session, actor, agency_id)
    row = _row(session, agency, section, row_id) if row_id else None
    if row is not None and version is not None:
        seen(row, version)
    before = plain_row(row) if row else None
    after = _cleaned(details) if details else None
    if before == after:
        return None
    return _report(session, actor, agency, Difference(section, row_id or uuid4(), before, after), said)


def plain_row(row: Branch | ControllingPerson) -> dict[str, Any]:
    """Return the columns of a row of a list as JSON has them, without its keys."""
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return _plain({name: value for name, value in values.items() if name not in _KEPT_APART})


def find_row(session: Session, section: ProfileSection, row_id: UUID) -> Branch | ControllingPerson | None:
    """Return a row of a list as it is now, locked, or None."""
    row: Branch | ControllingPerson | None = session.get(
        LISTED[section], row_id, with_for_update=True, populate_existing=True
    )
    return row


def _row(session: Session, agency: Agency, section: ProfileSection, row_id: UUID) -> Branch | ControllingPerson:
    row = find_row(session, section, row_id)
    if row is None or row.agency_id != agency.id:
        raise NotFoundError("This is not in the list any more.")
    return row


def _cleaned(details: BranchDetails | ControllingPersonDetails) -> dict[str, Any]:
    if isinstance(details, BranchDetails):
        return _plain(asdict(clean_branch(details)))
    return _plain(asdict(clean_controlling_person(details, clock.today())))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _report(session: Session, actor: Actor, agency: Agency, found: Difference, said: Said) -> AgencyChange:
    today, explanation = clock.today(), said["explanation"].strip()
    effective_on = check_report(found.section, said["effective_on"], explanation, len(said["files"]), today=today)
    if open_change(session, found.section, found.row_id):
        raise _waits()
    change = AgencyChange(
        id=uuid4(),
        agency_id=agency.id,
        section=found.section,
        row_id=found.row_id,
        before=found.before,
        after=found.after,
        effective_on=effective_on,
        explanation=explanation,
        state=CHANGE_FLOW.initial,
        reported_by=actor.id,
        reported_at=clock.now(),
        due_on=check_by(session, agency.id),
    )
    session.add(change)
    try:
        session.flush()
    except IntegrityError as refusal:  # a concurrent request reported the same
        raise _waits() from refusal
    session.add_all(
        AgencyChangeFile(change_id=change.id, agency_id=change.agency_id, **file.uploaded(actor.id))
        for file in said["files"]
    )
    fields = events.codes(sorted(found.after or found.before or {}))
    told = ChangeReported(section=found.section, fields=fields)
    events.record(session, told, subject_id=change.id, actor=actor, agency_id=agency.id)
    _ask_office(session, agency, change)
    return change


def _ask_office(session: Session, agency: Agency, change: AgencyChange) -> None:
    open_deadline(
        session,
        DeadlineKind.REPORTED_CHANGE,
        subject_id=change.id,
        agency_id=agency.id,
        due_on=change.due_on,
        owner_role=Role.PLANNER,
    )
    notice = notices.ChangeReported(agency=agency.legal_name, day=change.due_on)
    for person in people_with(session, Role.PLANNER):
        tell_person(session, person.id, notice, subject_id=change.id)


def _waits() -> IllegalMoveError:
    return IllegalMoveError(
        "A change of this waits already. Withdraw that report first, or wait until we have checked it."
    )
