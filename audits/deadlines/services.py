"""Open and end deadlines, as part of the event that starts a term and the act that ends it. The caller commits."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind


def open_deadline(
    session: Session,
    kind: DeadlineKind,
    *,
    subject_id: UUID,
    agency_id: UUID | None,
    due_on: date,
    owner_role: Role,
    owner_id: UUID | None = None,
    from_on: date | None = None,
    since: datetime | None = None,
) -> None:
    """Add a deadline, unless the same one about this subject is open; the caller has locked the subject.

    `since` is when its term began, if that was before now.
    """
    same = select(Deadline.id).where(
        Deadline.kind == kind, Deadline.subject_id == subject_id, Deadline.from_on == from_on
    )
    if session.scalar(same.where(Deadline.done_at.is_(None))):
        return
    row = Deadline(kind=kind, subject_id=subject_id, agency_id=agency_id, due_on=due_on, owner_role=owner_role)
    row.owner_id, row.from_on, row.opened_at = owner_id, from_on, since or clock.now()
    session.add(row)


def is_open(session: Session, kind: DeadlineKind, agency_id: UUID) -> bool:
    """Return whether a deadline of this kind about an agency is open."""
    theirs = select(Deadline.id).where(Deadline.kind == kind, Deadline.agency_id == agency_id)
    return session.scalar(theirs.where(Deadline.done_at.is_(None)).limit(1)) is not None


def end_deadlines(session: Session, kind: DeadlineKind, agency_id: UUID) -> None:
    """End the open deadlines of this kind about an agency. A trigger asks for the act, so it must be flushed."""
    theirs = update(Deadline).where(Deadline.kind == kind, Deadline.agency_id == agency_id, Deadline.done_at.is_(None))
    session.execute(theirs.values(done_at=clock.now()))


def end_deadline(session: Session, kind: DeadlineKind, subject_id: UUID) -> None:
    """End what is open of this kind about a subject; if there are several, the one that is due first."""
    mine = select(Deadline.id).where(
        Deadline.kind == kind, Deadline.subject_id == subject_id, Deadline.done_at.is_(None)
    )
    first = mine.order_by(Deadline.due_on).limit(1).scalar_subquery()
    session.execute(update(Deadline).where(Deadline.id == first).values(done_at=clock.now()))


def give_deadline(session: Session, kind: DeadlineKind, subject_id: UUID, owner_id: UUID) -> None:
    """Give the open deadline of this kind about a subject to another person, as part of the act that does so."""
    mine = update(Deadline).where(Deadline.kind == kind, Deadline.subject_id == subject_id, Deadline.done_at.is_(None))
    session.execute(mine.values(owner_id=owner_id))
