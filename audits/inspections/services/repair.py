"""What becomes of a finding: the agency says how it repaired it, the inspector checks and closes."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.applications.models import Evidence
from audits.core import clock, events, outbox
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.inspections.models import Finding
from audits.inspections.services.moving import check_own
from audits.inspections.workflow import FINDING_FLOW, FindingState


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
    finding = _load(session, finding_id)
    before = finding.state
    _move(session, actor, finding, "answer", version=version)
    said = {"cause": cause, "extent": extent, "solution": solution, "operation": operation}
    for name, text in said.items():
        if not text.strip():
            raise RuleError("Answer this question.", name)
        setattr(finding, name, text.strip())
    finding.answered_by, finding.answered_at = actor.id, clock.now()
    if before is FindingState.OPEN:
        _mail_inspector(session, finding)
    return finding


def add_repair_evidence(
    session: Session, actor: Actor, finding_id: UUID, *, filename: str, media_type: str, size: int, sha256: str
) -> Evidence:
    """Put a stored file beside the repair of a finding; it joins the evidence of its requirement."""
    finding = _load(session, finding_id)
    authorise(actor, Permission.FINDING_ANSWER, finding)
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
    _record(session, actor, finding, "add_evidence", evidence=str(evidence.id), sha256=sha256)
    return evidence


def reject_answer(session: Session, actor: Actor, finding_id: UUID, *, note: str) -> Finding:
    """Send an answer back: the repair is not enough, or not shown."""
    finding = _load(session, finding_id)
    _verify(session, actor, finding, "reject", note)
    _mail_agency(session, finding, template="finding_rejected")
    return finding


def close_finding(session: Session, actor: Actor, finding_id: UUID, *, note: str) -> Finding:
    """Accept a repair; `note` says how it was checked."""
    finding = _load(session, finding_id)
    _verify(session, actor, finding, "close", note)
    _mail_agency(session, finding, template="finding_closed")
    return finding


def _load(session: Session, finding_id: UUID) -> Finding:
    finding = session.get(Finding, finding_id, with_for_update=True)
    if finding is None:
        raise NotFoundError("There is no such finding.")
    return finding


def _verify(session: Session, actor: Actor, finding: Finding, name: str, note: str) -> None:
    _move(session, actor, finding, name, reason=note.strip())
    if not note.strip():
        raise RuleError("Say how you checked it and what you saw.", "note")
    finding.verified_by, finding.verified_at = actor.id, clock.now()
    finding.verification_note = note.strip()


def _move(
    session: Session, actor: Actor, finding: Finding, name: str, *, version: int | None = None, **data: Any
) -> None:
    step = FINDING_FLOW.moves[name]
    authorise(actor, step.permission, finding)
    if step.permission is Permission.AUDIT_CONDUCT:
        check_own(finding.audit, actor)
    before = finding.state
    finding.state = FINDING_FLOW.target(before, name)
    if version is not None and version != finding.version:
        raise IllegalMoveError("Somebody changed this in the meantime. Reload the page and look again.")
    _record(session, actor, finding, name, before=before.value, after=finding.state.value, **data)


def _record(session: Session, actor: Actor, finding: Finding, name: str, **data: Any) -> None:
    events.record(
        session,
        f"finding.{name}",
        subject_id=finding.id,
        actor=actor,
        agency_id=finding.audit.agency_id,
        requirement=finding.requirement_code,
        **data,
    )


def _mail_inspector(session: Session, finding: Finding) -> None:
    outbox.enqueue(
        session,
        "mail",
        template="finding_answered",
        person_id=str(finding.audit.inspector_id),
        reference=finding.audit.reference,
        number=finding.number,
        path=f"/inspector/findings/{finding.id}",
    )


def _mail_agency(session: Session, finding: Finding, *, template: str) -> None:
    outbox.enqueue(
        session,
        "mail.agency",
        template=template,
        agency_id=str(finding.audit.agency_id),
        reference=finding.audit.reference,
        number=finding.number,
        path=f"/agency/findings/{finding.id}",
    )
