"""Reads of deadlines."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind


def open_deadlines(session: Session, agency_id: UUID) -> list[Deadline]:
    """Return the open deadlines about an agency, the one that is due first before the others."""
    query = select(Deadline).where(Deadline.agency_id == agency_id, Deadline.done_at.is_(None))
    return list(session.scalars(query.order_by(Deadline.due_on, Deadline.kind)))


def last_day(session: Session, kind: DeadlineKind, subject_id: UUID) -> date | None:
    """Return the last day of the open deadline of this kind about a subject; None if there is none."""
    query = select(Deadline.due_on).where(Deadline.kind == kind, Deadline.subject_id == subject_id)
    return session.scalar(query.where(Deadline.done_at.is_(None)).order_by(Deadline.due_on).limit(1))


def is_begun(kind: DeadlineKind, subject_id: ColumnElement[UUID] | InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Return the condition that a deadline of this kind about a subject is open."""
    return exists().where(Deadline.kind == kind, Deadline.subject_id == subject_id, Deadline.done_at.is_(None))
