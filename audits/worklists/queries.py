"""Reads of deadlines."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.deadlines.models import Deadline


def due_by(session: Session, day: date) -> Sequence[tuple[Deadline, str]]:
    """Return the open deadlines whose last day is `day` or earlier, each with its agency, earliest first."""
    query = select(Deadline, Agency.legal_name).join(Agency, Agency.id == Deadline.agency_id)
    query = query.where(Deadline.done_at.is_(None), Deadline.due_on <= day)
    return [(term, name) for term, name in session.execute(query.order_by(Deadline.due_on, Deadline.id))]
