"""Ask an agency for a file or an answer, give it, or take the request back. The caller commits."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.agencies.rules import LONGEST_TEXT
from audits.applications.events import FileAdded, FileChanged, FileRemoved
from audits.applications.models import Evidence
from audits.applications.services.files import attach, take_away
from audits.core import clock, events
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, RuleError, missing
from audits.core.events import Code, EventData
from audits.core.files import StoredFile
from audits.core.letters import check_length
from audits.core.notices import tell_agency, tell_person
from audits.correspondence import events as told
from audits.correspondence import notices
from audits.correspondence.models import EvidenceRequest
from audits.deadlines.rules import check_day
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.services.course import load_fieldwork


def ask_evidence(
    session: Session, actor: Actor, audit_id: UUID, *, code: str, text: str, due_on: date
) -> EvidenceRequest:
    """Ask the agency for a file or an answer about a requirement, until a day.

    IllegalMoveError where the agency knows of no audit, or the requirement is judged in confidence: the question alone
    would tell what somebody said.
    """
    audit = load_fieldwork(session, actor, audit_id)
    if not audit.is_known_to_agency:
        raise IllegalMoveError("The agency does not know of this audit.")
    scheme = scheme_of_audit(audit)
    if code not in {item.code for item in scheme.requirements}:
        raise RuleError("Choose a requirement.", "code")
    if scheme.units[scheme.requirement(code).unit].confidential:
        raise IllegalMoveError("This is judged in confidence. Do not ask the agency about it.")
    check_day(due_on, clock.today())
    request = EvidenceRequest(
        id=uuid4(),
        audit_id=audit.id,
        agency_id=audit.agency_id,
        scheme_version_id=audit.scheme_version_id,
        requirement_code=code,
        text=_said(text, "text", "Say what you need."),
        due_on=due_on,
        asked_by=actor.id,
        asked_at=clock.now(),
    )
    session.add(request)
    session.flush()
    _record(session, actor, request, told.EvidenceAsked(requirement=Code(code), due_on=due_on, text=request.text))
    notice = notices.EvidenceAsked(reference=audit.reference, day=due_on)
    tell_agency(session, audit.agency_id, notice, subject_id=request.id)
    return request


def add_file(session: Session, actor: Actor, request_id: UUID, file: StoredFile) -> Evidence:
    """Add a stored file to what is asked; it becomes evidence on the same requirement."""
    request = _hold_own(session, actor, request_id)
    evidence, is_new = attach(
        session,
        actor,
        file,
        application_id=request.audit.certification_id,
        scheme_version_id=request.scheme_version_id,
        code=request.requirement_code,
        request_id=request.id,
    )
    if is_new:
        _record_file(session, actor, evidence, FileAdded)
        session.flush()
    return evidence


def remove_file(session: Session, actor: Actor, request_id: UUID, evidence_id: UUID) -> None:
    """Remove a file before the request is answered. Repeating it changes nothing."""
    request, evidence = _hold_own(session, actor, request_id), session.get(Evidence, evidence_id)
    if evidence is None or evidence.request_id != request.id:
        raise missing(Evidence)
    if take_away(session, evidence):
        _record_file(session, actor, evidence, FileRemoved)
        session.flush()


def give_evidence(session: Session, actor: Actor, request_id: UUID, *, answer: str) -> EvidenceRequest:
    """Answer a request with words, with the files that were added, or with both; the inspector is told."""
    request, said = _hold_own(session, actor, request_id), answer.strip()
    kept = select(func.count()).where(Evidence.request_id == request.id, Evidence.removed_at.is_(None))
    files = session.scalar(kept) or 0
    if not said and not files:
        raise RuleError("Add a file, or write an answer.", "answer")
    check_length(said, LONGEST_TEXT, "answer")
    request.answer, request.answered_by, request.answered_at = said, actor.id, clock.now()
    _record(
        session, actor, request, told.EvidenceGiven(requirement=Code(request.requirement_code), files=files, text=said)
    )
    notice = notices.EvidenceGiven(reference=request.audit.reference)
    tell_person(session, request.audit.inspector_id, notice, subject_id=request.audit_id)
    session.flush()
    return request


def withdraw_request(session: Session, actor: Actor, audit_id: UUID, request_id: UUID) -> EvidenceRequest:
    """Take a request back that the agency has not answered."""
    audit = load_fieldwork(session, actor, audit_id)
    request = _hold(session, request_id, audit_id=audit.id)
    request.withdrawn_at = clock.now()
    _record(session, actor, request, told.RequestWithdrawn(requirement=Code(request.requirement_code)))
    session.flush()
    return request


def _hold_own(session: Session, actor: Actor, request_id: UUID) -> EvidenceRequest:
    authorise(actor, Permission.FINDING_ANSWER)
    return _hold(session, request_id, agency_id=actor.agency_id)


def _hold(session: Session, request_id: UUID, **whose: UUID | None) -> EvidenceRequest:
    """Return an open request, locked."""
    query = select(EvidenceRequest).where(EvidenceRequest.id == request_id).filter_by(**whose)
    request = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if request is None:
        raise missing(EvidenceRequest)
    if not request.is_open:
        raise IllegalMoveError("This request is no longer open.")
    return request


def _said(text: str, field: str, lacking: str) -> str:
    if not text.strip():
        raise RuleError(lacking, field)
    check_length(text.strip(), LONGEST_TEXT, field)
    return text.strip()


def _record(session: Session, actor: Actor, request: EvidenceRequest, event: EventData) -> None:
    events.record(session, event, subject_id=request.id, actor=actor, agency_id=request.agency_id)


def _record_file(session: Session, actor: Actor, evidence: Evidence, kind: type[FileChanged]) -> None:
    event = kind(code=Code(evidence.requirement_code), sha256=evidence.sha256)
    events.record(session, event, subject_id=evidence.id, actor=actor, agency_id=actor.agency_id)
