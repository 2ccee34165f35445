"""Dispute a finding: the agency gives its reasons, a reviewer who did not do the audit answers."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, events, moves
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.events import Code, EventData
from audits.core.flow import Independence
from audits.core.letters import check_printable
from audits.core.notices import tell_agency
from audits.findings import events as told
from audits.findings import notices
from audits.findings.models import Dispute
from audits.findings.rules import disputable_until
from audits.inspections.events import FindingWithdrawn
from audits.inspections.models import Finding
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import FINDINGS
from audits.inspections.workflow import FOR_AGENCY, FOR_INSPECTOR, AuditState
from audits.schemes.queries import scheme_of_version


def dispute_finding(session: Session, actor: Actor, finding_id: UUID, *, reason: str) -> Dispute:
    """Dispute a finding once, between report and review, within the scheme's days for comments on the report."""
    running = FOR_AGENCY | FOR_INSPECTOR
    finding = moves.hold(session, FINDINGS, actor, finding_id, Permission.FINDING_ANSWER, within=running)
    if not may_be_disputed(finding):
        raise IllegalMoveError("The time to dispute this finding is over.")
    if session.scalar(select(Dispute.id).where(Dispute.finding_id == finding.id)):
        raise IllegalMoveError("You disputed this finding already.")
    _check_said(reason, "reason")
    dispute = Dispute(finding_id=finding.id, reason=reason.strip(), asked_by=actor.id, asked_at=clock.now())
    session.add(dispute)
    _record(session, actor, finding, told.FindingDisputed(**_facts(finding, reason)))
    session.flush()
    return dispute


def answer_dispute(session: Session, actor: Actor, dispute_id: UUID, *, granted: bool, answer: str) -> Dispute:
    """Withdraw the finding, or let it stay; `answer` says why, and the agency reads it."""
    dispute = session.get(Dispute, dispute_id)
    if dispute is None:
        raise NotFoundError("Nobody disputed this finding.")
    running, asked = FOR_AGENCY | FOR_INSPECTOR, Permission.AUDIT_REVIEW
    finding = moves.hold(
        session, FINDINGS, actor, dispute.finding_id, asked, asks=Independence.OUTSIDER, within=running
    )
    session.refresh(dispute)  # somebody may have answered while this one waited for the lock
    if dispute.answered_at is not None:
        raise IllegalMoveError("This was answered already.")
    if finding.audit.state is not AuditState.REPORTED:
        raise IllegalMoveError("The inspector is correcting the report. Come back when it is there again.")
    _check_said(answer, "answer")
    check_names_nobody(session, finding.audit, answer, "answer")
    dispute.granted, dispute.answer = granted, answer.strip()
    dispute.answered_by, dispute.answered_at = actor.id, clock.now()
    if not granted:
        _record(session, actor, finding, told.DisputeDismissed(**_facts(finding, answer)))
    session.flush()
    if granted:
        moves.make(session, FINDINGS, actor, finding, FindingWithdrawn, reason=answer.strip())
        session.flush()
        session.refresh(finding.audit)
    kind = notices.DisputeUpheld if granted else notices.DisputeDismissed
    notice = kind(reference=finding.audit.reference, number=finding.number)
    tell_agency(session, finding.agency_id, notice, subject_id=finding.id)
    return dispute


def may_be_disputed(finding: Finding) -> bool:
    """Return whether the agency can dispute a finding today, if it did not yet."""
    audit = finding.audit
    if audit.state is not AuditState.REPORTED or audit.reported_at is None or not finding.stands:
        return False
    terms = scheme_of_version(audit.scheme_version).terms
    return clock.today() <= disputable_until(terms, clock.day_of(audit.reported_at))


def _check_said(text: str, field: str) -> None:
    if not text.strip():
        raise RuleError("Give the reason.", field)
    check_printable(text, field)


def _facts(finding: Finding, reason: str) -> dict[str, Any]:
    return {"after": finding.state, "requirement": Code(finding.requirement_code), "reason": reason.strip()}


def _record(session: Session, actor: Actor, finding: Finding, event: EventData) -> None:
    events.record(session, event, subject_id=finding.id, actor=actor, agency_id=finding.agency_id)
