"""Read what earlier audits of the same agency found, also for an inspector who made none of them."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from audits.core.statements import built_once
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
    query, values = _found_before(audit_id)
    return [EarlierFinding(*row)._replace(state=FindingState(row.state)) for row in session.execute(query, values)]


@built_once
def _found_before(audit_id: UUID) -> Select[*tuple[Any, ...]]:
    return select(func.found_before(audit_id).table_valued(*EarlierFinding._fields))
