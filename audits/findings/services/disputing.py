"""Dispute a finding: the agency gives its reasons, a reviewer who did not do the audit answers."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, moves
from audits.core.access import Actor
from audits.core.errors import N_, IllegalMoveError
from audits.core.letters import check_reason
from audits.core.notices import tell_agency
from audits.findings import events as told
from audits.findings import notices
from audits.findings.models import Dispute
from audits.findings.rules import disputable_until
from audits.findings.services.asking import (
    check_for_agency,
    facts_of,
    find_asked,
    hold_asked,
    hold_own,
    record,
    settle,
    tell_inspector,
)
from audits.inspections.events import FindingWithdrawn
from audits.inspections.models import Finding
from audits.inspections.services.course import FINDINGS
from audits.inspections.workflow import AuditState
from audits.schemes.queries import scheme_of_version


def dispute_finding(session: Session, actor: Actor, finding_id: UUID, *, reason: str) -> Dispute:
    """Dispute a finding once, between report and review, within the scheme's days for comments on the report."""
    finding = hold_own(session, actor, finding_id)
    if not may_be_disputed(finding):
        raise IllegalMoveError("The time to dispute this finding is over.")
    if session.scalar(select(Dispute.id).where(Dispute.finding_id == finding.id)):
        raise IllegalMoveError("You disputed this finding already.")
    check_reason(reason)
    dispute = Dispute(finding_id=finding.id, reason=reason.strip(), asked_by=actor.id, asked_at=clock.now())
    session.add(dispute)
    record(session, actor, finding, told.FindingDisputed(**facts_of(finding, reason)))
    session.flush()
    return dispute


def answer_dispute(session: Session, actor: Actor, dispute_id: UUID, *, granted: bool, answer: str) -> Dispute:
    """Withdraw the finding, or let it stay; `answer` says why, and the agency reads it."""
    dispute = find_asked(session, Dispute, dispute_id, N_("Nobody disputed this finding."))
    finding = hold_asked(session, actor, dispute)
    if finding.audit.state is not AuditState.REPORTED:
        raise IllegalMoveError("The inspector is correcting the report. Come back when it is there again.")
    check_for_agency(session, finding, answer, "answer")
    settle(dispute, actor, answer, granted=granted)
    if not granted:
        record(session, actor, finding, told.DisputeDismissed(**facts_of(finding, answer)))
    session.flush()
    if granted:
        moves.make(session, FINDINGS, actor, finding, FindingWithdrawn, reason=answer.strip())
        session.flush()
        session.refresh(finding.audit)
    kind = notices.DisputeUpheld if granted else notices.DisputeDismissed
    notice = kind(reference=finding.audit.reference, number=finding.number)
    tell_agency(session, finding.agency_id, notice, subject_id=finding.id)
    tell_inspector(session, actor, finding)
    return dispute


def may_be_disputed(finding: Finding) -> bool:
    """Return whether the agency can dispute a finding today, if it did not yet."""
    audit = finding.audit
    if audit.state is not AuditState.REPORTED or audit.reported_at is None or not finding.stands:
        return False
    terms = scheme_of_version(audit.scheme_version).terms
    return clock.today() <= disputable_until(terms, clock.day_of(audit.reported_at))
