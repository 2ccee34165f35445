"""Count what still has to happen about the corrective actions of audits, for worklists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from audits.inspections.models import Finding
from audits.inspections.workflow import FOR_AGENCY, FOR_INSPECTOR, FindingState


@dataclass(frozen=True, slots=True)
class Repairs:
    """The state of the corrective actions of one audit."""

    open: int
    answered: int
    due_on: date | None  # the earliest deadline among the open ones


def draft_of(session: Session, finding: Finding) -> dict[str, str]:
    """Return what the agency typed about a finding and did not send yet, by question.

    The caller must be of that agency.
    """
    said: dict[str, str] | None = session.scalar(select(Finding.draft).where(Finding.id == finding.id))
    return said or {}


def repairs_of(session: Session, audit_ids: Iterable[UUID]) -> dict[UUID, Repairs]:
    """Return the state of the corrective actions per audit; audits without findings are left out."""
    waiting = Finding.state.in_(sorted(FOR_AGENCY))
    plan = case((Finding.state == FindingState.OPEN, Finding.plan_due_on))
    query = select(
        Finding.audit_id,
        func.count().filter(waiting, Finding.due_on.is_not(None)),
        func.count().filter(Finding.state.in_(sorted(FOR_INSPECTOR))),
        func.min(func.coalesce(plan, Finding.due_on)).filter(waiting),
    ).where(Finding.audit_id.in_(list(audit_ids)))
    rows = session.execute(query.group_by(Finding.audit_id))
    return {audit_id: Repairs(waiting, answered, due_on) for audit_id, waiting, answered, due_on in rows}
