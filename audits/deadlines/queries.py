"""Reads of deadlines."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.deadlines.models import Deadline


def open_deadlines(session: Session, agency_id: UUID) -> list[Deadline]:
    """Return the open deadlines about an agency, the one that is due first before the others."""
    query = select(Deadline).where(Deadline.agency_id == agency_id, Deadline.done_at.is_(None))
    return list(session.scalars(query.order_by(Deadline.due_on, Deadline.kind)))
