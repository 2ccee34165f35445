"""Read what earlier audits of the same agency found, also for an inspector who made none of them."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.inspections.workflow import FindingState


class EarlierFinding(NamedTuple):
    """A finding of an earlier audit of the same agency."""

    id: UUID
    code: str
    audit: str
    number: int
    day: date
    grade: str
    state: FindingState
    said: str  # the text for the agency


def found_before(session: Session, audit_id: UUID) -> list[EarlierFinding]:
    """Return the findings of earlier audits of the same agency, newest first.

    The database gives them to the inspector of this audit, and to staff with cases.
    """
    rows = select(func.found_before(audit_id).table_valued(*EarlierFinding._fields))
    return [EarlierFinding(*row)._replace(state=FindingState(row.state)) for row in session.execute(rows).all()]
