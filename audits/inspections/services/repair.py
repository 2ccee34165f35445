"""What becomes of a finding: the agency says how it repaired it, the inspector checks and closes."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.applications.models import Evidence
from audits.core import clock, events, moves
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Code, Moved
from audits.core.notices import tell_agency, tell_person
from audits.inspections import events as told
from audits.inspections import notices
from audits.inspections.models import Finding
from audits.inspections.services.course import FINDINGS
from audits.inspections.workflow import FindingState


def answer_finding(
    session: Session,
    actor: Actor,
    finding_id: UUID,
    *,
    cause: str,
    extent: str,
    solution: str,
    operation: str,
    version: int,
) -> Finding:
    """Say how a finding was repaired: its cause, how far it reaches, the solution, and how it is known to work.

    `version` is the row version that the person saw. An answer may be changed until the inspector has judged it.
    """
    finding = moves.load(session, Finding, finding_id)
    before = finding.state
    moves.make(session, FINDINGS, actor, finding, told.CorrectiveActionSubmitted, version=version)
    said = {"cause": cause, "extent": extent, "solution": solution, "operation": operation}
    for name, text in said.items():
        if not text.strip():
            raise RuleError("Answer this question.", name)
        setattr(finding, name, text.strip())
    finding.answered_by, finding.answered_at = actor.id, clock.now()
    if before is FindingState.OPEN:
        _tell_inspector(session, finding)
    return finding


def add_repair_evidence(
    session: Session, actor: Actor, finding_id: UUID, *, filename: str, media_type: str, size: int, sha256: str
) -> Evidence:
    """Put a stored file beside the repair of a finding; it joins the evidence of its requirement."""
    finding = moves.hold(session, FINDINGS, actor, finding_id, Permission.FINDING_ANSWER)
    if finding.state is FindingState.CLOSED:
        raise IllegalMoveError("This finding is closed.")
    evidence = Evidence(
        id=uuid4(),
        application_id=finding.audit.application_id,
        requirement_code=finding.requirement_code,
        scheme_version_id=finding.scheme_version_id,
        filename=filename,
        media_type=media_type,
        size=size,
        sha256=sha256,
        uploaded_by=actor.id,
        uploaded_at=clock.now(),
    )
    session.add(evidence)
    added = told.FindingFileAdded(requirement=Code(finding.requirement_code), evidence=evidence.id, sha256=sha256)
    events.record(session, added, subject_id=finding.id, actor=actor, agency_id=finding.agency_id)
    return evidence


def reject_answer(session: Session, actor: Actor, finding_id: UUID, *, note: str) -> Finding:
    """Send an answer back: the repair is not enough, or not shown."""
    finding = _verify(session, actor, finding_id, told.CorrectiveActionReturned, note)
    _tell_agency(session, finding, notices.FindingRejected)
    return finding


def close_finding(session: Session, actor: Actor, finding_id: UUID, *, note: str) -> Finding:
    """Accept a repair; `note` says how it was checked."""
    finding = _verify(session, actor, finding_id, told.CorrectiveActionAccepted, note)
    _tell_agency(session, finding, notices.FindingClosed)
    return finding


def _verify(session: Session, actor: Actor, finding_id: UUID, move: type[Moved], note: str) -> Finding:
    finding = moves.make(session, FINDINGS, actor, finding_id, move, reason=note.strip())
    if not note.strip():
        raise RuleError("Say how you checked it and what you saw.", "note")
    finding.verified_by, finding.verified_at = actor.id, clock.now()
    finding.verification_note = note.strip()
    return finding


def _tell_inspector(session: Session, finding: Finding) -> None:
    notice = notices.FindingAnswered(reference=finding.audit.reference, number=finding.number)
    tell_person(session, finding.audit.inspector_id, notice, subject_id=finding.id)


def _tell_agency(session: Session, finding: Finding, kind: type[notices.FindingVerified]) -> None:
    notice = kind(reference=finding.audit.reference, number=finding.number)
    tell_agency(session, finding.agency_id, notice, subject_id=finding.id)
