"""Reads of reported changes. Every list starts from what the actor may see."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.orm import Session, joinedload

from audits.agencies.queries import covered_scope
from audits.agencies.rules import ProfileSection
from audits.applications.models import Application
from audits.changes.models import AgencyChange, AgencyChangeFile
from audits.changes.rules import Choice, Consequence, consequences_of
from audits.changes.workflow import OPEN_STATES, ChangeState
from audits.core import clock
from audits.core.access import Actor, Permission
from audits.core.errors import missing
from audits.core.statements import one_page
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import SchemeText

LIST_LIMIT = 200


def visible_changes(actor: Actor) -> Select[AgencyChange]:
    """Select what the actor may see: an agency its own, staff with cases all."""
    query = select(AgencyChange)
    if not actor.has(Permission.AGENCY_VIEW):
        return query.where(false())
    if actor.agency_id is not None:
        return query.where(AgencyChange.agency_id == actor.agency_id)
    return query if actor.has(Permission.CASES_VIEW) else query.where(false())


def get_change(session: Session, actor: Actor, change_id: UUID) -> AgencyChange:
    """Return one change with its agency, or raise NotFoundError."""
    query = visible_changes(actor).where(AgencyChange.id == change_id)
    change = session.scalar(query.options(joinedload(AgencyChange.agency), joinedload(AgencyChange.reporter)))
    if change is None:
        raise missing(AgencyChange)
    return change


def list_changes(session: Session, actor: Actor, page: int = 1) -> list[AgencyChange]:
    """Return one page of the changes of an agency, newest first, and one more if there is another page."""
    query = visible_changes(actor).order_by(AgencyChange.reported_at.desc(), AgencyChange.id)
    return list(session.scalars(one_page(query, page, LIST_LIMIT)))


def open_changes(session: Session, actor: Actor) -> list[AgencyChange]:
    """Return the changes that are not finished, newest first: of each part of a profile there is one at most."""
    query = visible_changes(actor).where(AgencyChange.state.in_(sorted(OPEN_STATES)))
    return list(session.scalars(query.order_by(AgencyChange.reported_at.desc(), AgencyChange.id)))


class Task(NamedTuple):
    """An open task about a reported change, with its term."""

    deadline: Deadline
    change: AgencyChange


def waiting_changes(session: Session, actor: Actor, states: Collection[ChangeState]) -> list[Task]:
    """Return the tasks about changes in these states, with their agencies, the earliest term first."""
    kinds = (DeadlineKind.REPORTED_CHANGE, DeadlineKind.CHANGE_DECISION)
    return _tasks(session, visible_changes(actor).where(AgencyChange.state.in_(sorted(states))), kinds)


def special_audits(session: Session, actor: Actor, *, limit: int | None = LIST_LIMIT) -> list[Task]:
    """Return the special audits that are to be planned after a reported change, the earliest term first."""
    return _tasks(session, visible_changes(actor), (DeadlineKind.SPECIAL_AUDIT,), limit)


def _tasks(
    session: Session, changes: Select[AgencyChange], kinds: Collection[DeadlineKind], limit: int | None = LIST_LIMIT
) -> list[Task]:
    query = changes.join(Deadline, Deadline.subject_id == AgencyChange.id).add_columns(Deadline)
    query = query.where(Deadline.kind.in_(sorted(kinds)), Deadline.done_at.is_(None))
    query = query.options(joinedload(AgencyChange.agency)).order_by(Deadline.due_on, AgencyChange.reported_at)
    return [Task(deadline, change) for change, deadline in session.execute(query.limit(limit))]


def open_change(session: Session, section: ProfileSection, row_id: UUID) -> AgencyChange | None:
    """Return the change of a section or row that is not finished, or None. The caller sees the agency."""
    same = select(AgencyChange).where(AgencyChange.section == section, AgencyChange.row_id == row_id)
    return session.scalar(same.where(AgencyChange.state.in_(sorted(OPEN_STATES))))


def choice_of(session: Session, change: AgencyChange) -> Choice:
    """Return which consequences a change can have today."""
    covered = covered_scope(session, change.agency_id, clock.today())
    return consequences_of(change.section, change.before, change.after, covered=covered)


def referred_changes(session: Session, agency_id: UUID, consequence: Consequence) -> list[AgencyChange]:
    """Return what waits for one kind of decision about the certificate of an agency, in the order of reporting."""
    query = select(AgencyChange).where(
        AgencyChange.agency_id == agency_id,
        AgencyChange.state == ChangeState.REFERRED,
        AgencyChange.consequences.contains([consequence.value]),
    )
    return list(session.scalars(query.order_by(AgencyChange.reported_at, AgencyChange.id)))


def scheme_of_agency(session: Session, agency_id: UUID) -> SchemeText:
    """Return the scheme of the newest application of an agency; it has one, as nothing is relied on without."""
    newest = select(Application).where(Application.agency_id == agency_id).order_by(Application.created_at.desc())
    return scheme_of_version(session.scalars(newest.limit(1)).one().scheme_version)


def get_file(session: Session, actor: Actor, file_id: UUID) -> AgencyChangeFile:
    """Return a file of a change that the actor may see, or raise NotFoundError."""
    seen = visible_changes(actor).with_only_columns(AgencyChange.id)
    query = select(AgencyChangeFile).where(AgencyChangeFile.id == file_id, AgencyChangeFile.change_id.in_(seen))
    file = session.scalar(query)
    if file is None:
        raise missing(AgencyChangeFile)
    return file
