"""Weigh a finding otherwise than it was found: one person proposes it with a reason, another agrees or does not.

One of both is the inspector of the audit or who stands in for them, the other a reviewer who took no part in it.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, moves
from audits.core.access import Actor, Permission
from audits.core.calendar import add_working_days
from audits.core.errors import N_, IllegalMoveError, NotAllowedError, RuleError
from audits.core.events import Code
from audits.core.flow import Independence
from audits.findings import events as told
from audits.findings.models import GradeChange
from audits.findings.services.asking import (
    check_for_agency,
    check_open,
    facts_of,
    find_asked,
    record,
    settle,
    tell_inspector,
)
from audits.inspections.assignment import hand_in
from audits.inspections.models import Finding
from audits.inspections.services import open_urgent_task
from audits.inspections.services.course import FINDINGS
from audits.inspections.workflow import AuditState
from audits.people import independence
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import SchemeText


def propose_grade(session: Session, actor: Actor, finding_id: UUID, *, grade: str, reason: str) -> GradeChange:
    """Propose another grade, as the inspector of the audit or as a reviewer who took no part in it."""
    finding = _hold(session, actor, finding_id)
    scheme = scheme_of_version(finding.audit.scheme_version)
    if grade not in scheme.severities or grade == finding.grade:
        raise RuleError("Choose another grade than the finding has.", "grade")
    check_for_agency(session, finding, reason, "reason")
    waiting = select(GradeChange.id).where(GradeChange.finding_id == finding.id, GradeChange.answered_at.is_(None))
    if session.scalar(waiting):
        raise IllegalMoveError("Another grade is proposed already. It must be answered first.")
    weight = scheme.severities[grade]
    change = GradeChange(
        finding_id=finding.id,
        grade_before=finding.grade,
        grade=grade,
        points=weight.points,
        blocks=weight.blocks_certificate,
        due_on=_due_on(scheme, finding, grade),
        reason=reason.strip(),
        asked_by=actor.id,
        asked_at=clock.now(),
    )
    session.add(change)
    record(session, actor, finding, told.GradeProposed(**_facts(finding, change, reason)))
    session.flush()
    return change


def answer_grade(session: Session, actor: Actor, change_id: UUID, *, granted: bool, answer: str) -> GradeChange:
    """Agree to another grade, or do not; `answer` says why. Agreed, the finding weighs what the scheme says of it."""
    change = find_asked(session, GradeChange, change_id, N_("Nothing is proposed here."))
    finding = _hold(session, actor, change.finding_id)
    check_open(session, change)
    if change.asked_by == actor.id:
        raise NotAllowedError("Somebody else than who proposed it must answer.")
    if granted and hand_in(session, actor, finding.audit).leads == _led(session, finding, change.asked_by):
        raise NotAllowedError("One of both must be the inspector of the audit.")
    check_for_agency(session, finding, answer, "answer")
    settle(change, actor, answer, granted=granted)
    kind = told.GradeChanged if granted else told.GradeKept
    record(session, actor, finding, kind(**_facts(finding, change, answer)))
    session.flush()
    session.refresh(finding)
    session.refresh(finding.audit)
    scheme = scheme_of_version(finding.audit.scheme_version)
    if granted and scheme.severities[finding.grade].is_urgent:
        open_urgent_task(session, finding.audit, scheme)
    tell_inspector(session, actor, finding)
    return change


def _hold(session: Session, actor: Actor, finding_id: UUID) -> Finding:
    """Return a finding of a reported audit, locked, for who leads that, or for a reviewer who took no part in it."""
    finding = moves.load(session, Finding, finding_id)
    if hand_in(session, actor, finding.audit).leads:
        moves.hold(session, FINDINGS, actor, finding, Permission.AUDIT_CONDUCT, asks=Independence.OWN)
    else:
        moves.hold(session, FINDINGS, actor, finding, Permission.AUDIT_REVIEW, asks=Independence.OUTSIDER)
    if finding.audit.state is not AuditState.REPORTED or not finding.stands:
        raise IllegalMoveError("The grade of this finding can no longer change.")
    return finding


def _led(session: Session, finding: Finding, proposer_id: UUID) -> bool:
    """Return whether a grade was proposed by who led the audit then; others who propose took no part in it."""
    return independence.bar_of(session, finding.agency_id, proposer_id) is independence.Bar.TOOK_PART


def _due_on(scheme: SchemeText, finding: Finding, grade: str) -> date | None:
    """Return the day of repair that the grade asks for, from the day of the report."""
    term, reported = scheme.severities[grade].repair_working_days, finding.audit.reported_at
    return add_working_days(clock.day_of(reported), term) if term is not None and reported else None


def _facts(finding: Finding, change: GradeChange, reason: str) -> dict[str, Any]:
    return {**facts_of(finding, reason), "grade_before": Code(change.grade_before), "grade": Code(change.grade)}
