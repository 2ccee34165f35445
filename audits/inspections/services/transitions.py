"""Moves of an audit from start to conclusion; planning, fieldwork and reporting have their own modules."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock, moves
from audits.core.access import Actor, Permission, Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.flow import Independence
from audits.core.letters import check_given
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.inspections import events as told
from audits.inspections import notices
from audits.inspections.models import Audit, SampledUnit
from audits.inspections.services.course import AUDITS, record
from audits.inspections.workflow import AuditState, BackTo
from audits.people.queries import free_deciders
from audits.schemes.queries import scheme_of_version


def start_audit(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Begin the fieldwork. The organisation itself is drawn at once, as a population of one."""
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditStarted)
    audit.started_at = clock.now()
    unit = scheme_of_version(audit.scheme_version).agency_unit.code
    session.add(SampledUnit(audit_id=audit.id, unit=unit, reference=unit, position=1))
    _ask_report(session, audit)
    return audit


def reveal_audit(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Make an unannounced audit known to the agency, on site; until then it sees nothing of the preparation."""
    states = {AuditState.PLANNED, AuditState.IN_PROGRESS}
    asked = Permission.AUDIT_CONDUCT
    audit = moves.hold(session, AUDITS, actor, audit_id, asked, asks=Independence.OWN, within=states)
    if audit.is_known_to_agency:
        raise IllegalMoveError("The agency knows of this audit already.")
    audit.revealed_at = clock.now()
    record(session, actor, audit, told.AuditRevealed(after=audit.state))
    tell_agency(session, audit.agency_id, notices.AuditRevealed(reference=audit.reference))
    return audit


def reopen_audit(session: Session, actor: Actor, audit_id: UUID, *, reason: str) -> Audit:
    """Send a reported audit back to its inspector. Its findings stay; the next report says which of them still hold."""
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditReopened, reason=reason.strip())
    check_given(reason)
    audit.revealed_at = audit.revealed_at or audit.reported_at  # what it has read stays known
    audit.reported_at = audit.score = None
    audit.insufficient = []
    _ask_report(session, audit)
    notice = notices.AuditReopened(reference=audit.reference)
    tell_person(session, audit.inspector_id, notice, subject_id=audit.id)
    return audit


def review_audit(session: Session, actor: Actor, audit_id: UUID, *, recommendation: str) -> Audit:
    """Pass the file to the deciders (ISO/IEC 17065 clause 7.5); the reviewer must not have taken part in the audit."""
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditReviewed)
    if not recommendation.strip():
        raise RuleError("Write a recommendation.", "recommendation")
    audit.reviewer_id, audit.reviewed_at = actor.id, clock.now()
    audit.recommendation = recommendation.strip()
    due_on = _within(scheme_of_version(audit.scheme_version).terms.decision_working_days)
    about: dict[str, Any] = {"subject_id": audit.id, "agency_id": audit.agency_id}
    open_deadline(session, DeadlineKind.DECISION, **about, due_on=due_on, owner_role=Role.DECIDER)
    for person_id in free_deciders(session, audit.agency_id):
        tell_person(session, person_id, notices.AuditReviewed(reference=audit.reference), subject_id=audit.id)
    return audit


def send_back_audit(session: Session, actor: Actor, audit_id: UUID, *, to: BackTo, reason: str) -> Audit:
    """Ask for more before a decision: of the inspector, or of the agency about its findings.

    Nothing is undone; a reviewer looks at the file again before it comes back to the deciders.
    """
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditSentBack, reason=reason.strip())
    check_given(reason)
    end_deadline(session, DeadlineKind.DECISION, audit.id)
    if to is BackTo.AGENCY:
        tell_agency(session, audit.agency_id, notices.MoreAsked(reference=audit.reference, reason=reason.strip()))
    asked = notices.AuditSentBack(reference=audit.reference)
    tell_person(session, audit.inspector_id, asked, subject_id=audit.id)
    if audit.reviewer_id:
        tell_person(session, audit.reviewer_id, notices.AuditToReview(reference=audit.reference), subject_id=audit.id)
    return audit


def cancel_audit(session: Session, actor: Actor, audit_id: UUID, *, reason: str) -> Audit:
    """Cancel an audit before it is reported; another can then be planned."""
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditCancelled, reason=reason.strip())
    check_given(reason)
    end_deadline(session, DeadlineKind.REPORT, audit.id)
    end_deadline(session, DeadlineKind.REPORT_COMMENT, audit.id)
    return audit


def conclude_audit(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Conclude the audit, as part of the decision, which ends its term."""
    return moves.make(session, AUDITS, actor, audit_id, told.AuditConcluded)


def _ask_report(session: Session, audit: Audit) -> None:
    open_deadline(
        session,
        DeadlineKind.REPORT,
        subject_id=audit.id,
        agency_id=audit.agency_id,
        due_on=_within(scheme_of_version(audit.scheme_version).terms.report_working_days),
        owner_role=Role.INSPECTOR,
        owner_id=audit.inspector_id,
    )


def _within(working_days: int) -> date:
    return add_working_days(clock.today(), working_days)
