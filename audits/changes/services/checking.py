"""Check a reported change: accept it, pass it on to a decider, decline it, or withdraw it. The caller commits."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from audits.agencies.models import Agency, facts
from audits.agencies.queries import awaits_certificate
from audits.agencies.rules import LONGEST_TEXT
from audits.agencies.services.details import write_details
from audits.agencies.services.lists import write_row
from audits.changes import events as told
from audits.changes import notices
from audits.changes.models import AgencyChange
from audits.changes.queries import choice_of, referred_changes
from audits.changes.rules import DECIDED, Consequence, chosen_consequences
from audits.changes.services.course import CHANGES
from audits.changes.services.reporting import LISTED, find_row, plain_row
from audits.changes.services.terms import check_by, decide_by, plan_audit_by
from audits.core import clock, moves, outbox
from audits.core.access import Actor, Permission, Role
from audits.core.db import seen
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Moved
from audits.core.flow import Independence
from audits.core.letters import check_given, check_length
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.people.queries import people_with


def accept_change(
    session: Session,
    actor: Actor,
    change_id: UUID,
    *,
    checked_against: str,
    consequences: Collection[str] = (),
    reason: str = "",
    version: int | None = None,
) -> AgencyChange:
    """Find a change right, with what it was checked against; needed consequences are added to the chosen ones.

    The details of the agency change at once, unless a decider must act on the certificate first: then it is referred.
    RuleError before the day from which the change holds, IllegalMoveError if the details are not those that the report
    starts from, or while a certificate with the old ones is being made.
    """
    change = moves.hold(session, CHANGES, actor, change_id, Permission.CHANGE_CHECK, asks=Independence.NO_INTEREST)
    seen(change, version)  # before anything is written
    chosen = chosen_consequences(choice_of(session, change), consequences)
    referred = bool(chosen & DECIDED)
    move = told.ChangeReferred if referred else told.ChangeAccepted
    with session.no_autoflush:  # each time that the row is written asks for an event
        change.consequences = sorted(chosen)
        _check(session, actor, change, move, reason=reason)
    if not checked_against.strip():
        raise RuleError("Say what you checked this against.", "checked_against")
    change.checked_against = _short(checked_against.strip(), "checked_against")
    if awaits_certificate(session, change.agency_id):
        raise IllegalMoveError("A certificate of this agency is being made. Wait until it is issued.")
    _check_ripe(session, change)
    if referred:
        _ask_decider(session, change)
    else:
        _apply(session, actor, change)
    if Consequence.SPECIAL_AUDIT in chosen:
        _open(session, change, DeadlineKind.SPECIAL_AUDIT, plan_audit_by(), Role.PLANNER)
    return change


def decline_change(
    session: Session,
    actor: Actor,
    change_id: UUID,
    *,
    reason: str,
    checked_against: str = "",
    version: int | None = None,
) -> AgencyChange:
    """Do not find a change right, and tell the agency why; its details stay as they are."""
    change = moves.load(session, AgencyChange, change_id)
    _check(session, actor, change, told.ChangeDeclined, reason=reason, version=version)
    check_given(reason)
    change.checked_against = _short(checked_against.strip(), "checked_against")
    _tell(session, change)
    return change


def withdraw_change(session: Session, actor: Actor, change_id: UUID, *, version: int | None = None) -> AgencyChange:
    """Withdraw a report of the own agency."""
    change = moves.make(session, CHANGES, actor, change_id, told.ChangeWithdrawn, version=version)
    session.flush()  # a task ends by the new state
    end_deadline(session, DeadlineKind.REPORTED_CHANGE, change.id)
    end_deadline(session, DeadlineKind.CHANGE_DECISION, change.id)
    return change


def return_change(
    session: Session, actor: Actor, change_id: UUID, *, reason: str, version: int | None = None
) -> AgencyChange:
    """Send a change back to the office instead of deciding; the office checks it again, within a new term."""
    check_given(reason)
    change = moves.make(session, CHANGES, actor, change_id, told.ChangeReturned, reason=reason.strip(), version=version)
    change.consequences, change.checked_by, change.checked_at = [], None, None
    session.flush()
    end_deadline(session, DeadlineKind.CHANGE_DECISION, change.id)
    _open(session, change, DeadlineKind.REPORTED_CHANGE, check_by(session, change.agency_id), Role.PLANNER)
    return change


def decide_changes(
    session: Session, actor: Actor, agency_id: UUID, consequence: Consequence, decision_id: UUID
) -> list[AgencyChange]:
    """Accept all changes that wait for this decision about the certificate; RuleError if there is none."""
    waiting = referred_changes(session, agency_id, consequence)
    if not waiting:
        raise RuleError("No reported change of this agency waits for this decision.")
    for each in waiting:
        change = moves.make(session, CHANGES, actor, each.id, told.ChangeDecided)
        change.decision_id = decision_id
        _check_ripe(session, change)
        session.flush()
        end_deadline(session, DeadlineKind.CHANGE_DECISION, change.id)
        _apply(session, actor, change)
    return waiting


def _check(
    session: Session, actor: Actor, change: AgencyChange, move: type[Moved], *, reason: str, version: int | None = None
) -> None:
    """Make a move of the office, and note who checked."""
    reason = _short(reason.strip(), "reason")
    moves.make(session, CHANGES, actor, change, move, reason=reason, version=version)
    change.checked_by, change.checked_at, change.reason = actor.id, clock.now(), reason
    session.flush()
    end_deadline(session, DeadlineKind.REPORTED_CHANGE, change.id)


def _short(text: str, field: str) -> str:
    check_length(text, LONGEST_TEXT, field)
    return text


def _check_ripe(session: Session, change: AgencyChange) -> None:
    """Raise unless the change holds today and starts from the present details, which stay locked from here on."""
    if change.effective_on > clock.today():
        raise RuleError("This change holds from a later day. Accept it on that day, or after.")
    agency = session.get_one(Agency, change.agency_id, with_for_update=True, populate_existing=True)
    if _present(session, agency, change) != change.before:
        raise IllegalMoveError("The details are no longer those that this report starts from. Decline it.")


def _present(session: Session, agency: Agency, change: AgencyChange) -> Mapping[str, Any] | None:
    """Return what the details are now where the change would change them."""
    if change.section in LISTED:
        row = find_row(session, change.section, change.row_id)
        return plain_row(row) if row else None
    known = facts(agency)
    return {name: known[name] for name in change.before or {}}


def _apply(session: Session, actor: Actor, change: AgencyChange) -> None:
    agency = session.get_one(Agency, change.agency_id)
    if change.section in LISTED:
        kind = LISTED[change.section]
        write_row(session, actor, agency.id, kind, row_id=change.row_id, values=_stored(change.after))
    else:
        write_details(session, actor, agency, change.after or {})
    outbox.enqueue(session, "links.compare", agency_id=str(agency.id))
    _tell(session, change)


def _tell(session: Session, change: AgencyChange) -> None:
    notice = notices.ChangeJudged(outcome=change.state.value, reason=change.reason)
    tell_agency(session, change.agency_id, notice, subject_id=change.id)


def _stored(after: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the values of a row as its columns have them."""
    if after is None:
        return None
    return {name: date.fromisoformat(value) if name == "since" else value for name, value in after.items()}


def _ask_decider(session: Session, change: AgencyChange) -> None:
    due_on = decide_by(session, change.agency_id)
    _open(session, change, DeadlineKind.CHANGE_DECISION, due_on, Role.DECIDER)
    notice = notices.ChangeReferred(agency=change.agency.legal_name, day=due_on)
    for person in people_with(session, Role.DECIDER):
        tell_person(session, person.id, notice, subject_id=change.id)


def _open(session: Session, change: AgencyChange, kind: DeadlineKind, due_on: date, owner: Role) -> None:
    open_deadline(session, kind, subject_id=change.id, agency_id=change.agency_id, due_on=due_on, owner_role=owner)
