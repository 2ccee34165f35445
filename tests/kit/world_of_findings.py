"""Rows of findings in the world of statements: one in each state, disputes, more time and other grades."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.findings.models import Dispute, Extension, GradeChange, ReviewCheck
from audits.inspections.models import Audit, CorrectiveAction, Finding
from audits.inspections.workflow import AuditState, FindingState, RoundOutcome
from audits.schemes.text import RepairStep
from tests.kit.factories.decisions import add_findings, finding


def add_states(session: Session, state: AuditState, audit: Audit) -> dict[str, Any]:
    """A finding in each state, with a round that waits, and one that was accepted."""
    add_findings(session, audit, [finding("minor", each) for each in FindingState])
    session.refresh(audit)
    rows = list(session.scalars(select(Finding).where(Finding.audit_id == audit.id)))
    for row in rows:
        row.due_on = clock.today()
        if row.state is not FindingState.OPEN:
            judged = {FindingState.CLOSED, FindingState.PLAN_ACCEPTED}
            outcome = RoundOutcome.ACCEPTED if row.state in judged else None
            said = dict.fromkeys(("cause", "extent", "solution", "effectiveness"), "x")
            values = {"submitted_by": audit.inspector_id, "submitted_at": clock.now(), "outcome": outcome}
            step = RepairStep.PLAN if row.state is FindingState.PLAN_ACCEPTED else None
            session.add(CorrectiveAction(finding_id=row.id, round=1, step=step, **said, **values))
    return {f"{state}_{row.state}_finding": row.id for row in rows}


def dispute(session: Session, audit: Audit, finding_id: Any) -> None:
    """A finding that its agency does not agree with, and a review by a checklist."""
    session.add(Dispute(finding_id=finding_id, reason="x", asked_by=audit.planner_id, asked_at=clock.now()))
    point = {"chapter": "x", "code": "x", "ticked": True, "remark": "", "reviewed_at": clock.now()}
    session.add(ReviewCheck(audit_id=audit.id, reviewed_by=audit.planner_id, **point))


def extend(session: Session, audit: Audit, finding_id: Any) -> None:
    """More time that was asked for."""
    days = {"due_before": clock.today(), "wanted_until": clock.today()}
    session.add(Extension(finding_id=finding_id, **days, reason="x", asked_by=audit.planner_id, asked_at=clock.now()))


def regrade(session: Session, audit: Audit, finding_id: Any, *, granted: bool | None) -> None:
    """Another grade that was proposed for a finding."""
    asked = {"finding_id": finding_id, "grade_before": "minor", "grade": "major", "points": 8, "blocks": True}
    answered = {} if granted is None else {"granted": granted, "answered_by": audit.planner_id}
    answered |= {"answered_at": clock.now()} if answered else {}
    session.add(GradeChange(**asked, **answered, reason="x", asked_by=audit.inspector_id, asked_at=clock.now()))
