"""What all questions about a finding share: they are asked once, answered once, and told with a reason."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock, events, moves
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError, NotFoundError
from audits.core.events import Code, EventData
from audits.core.flow import Independence
from audits.core.letters import check_reason
from audits.core.notices import tell_person
from audits.findings.models import Dispute, Extension, Question
from audits.findings.notices import QuestionAnswered
from audits.inspections.models import Finding
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import FINDINGS
from audits.inspections.workflow import FOR_AGENCY, FOR_INSPECTOR

AnyQuestion = TypeVar("AnyQuestion", bound=Question)


def hold_own(session: Session, actor: Actor, finding_id: UUID) -> Finding:
    """Return a finding of the own agency that is not settled, locked."""
    running = FOR_AGENCY | FOR_INSPECTOR
    return moves.hold(session, FINDINGS, actor, finding_id, Permission.FINDING_ANSWER, within=running)


def hold_asked(session: Session, actor: Actor, asked: Extension | Dispute) -> Finding:
    """Return the finding that an agency asked about, locked, for a reviewer who took no part in its audit."""
    running, may = FOR_AGENCY | FOR_INSPECTOR, Permission.AUDIT_REVIEW
    finding = moves.hold(session, FINDINGS, actor, asked.finding_id, may, asks=Independence.OUTSIDER, within=running)
    check_open(session, asked)
    return finding


def find_asked(session: Session, kind: type[AnyQuestion], asked_id: UUID, nothing: str) -> AnyQuestion:
    """Return a question, or raise NotFoundError with this sentence, a key of the catalogues."""
    asked = session.get(kind, asked_id)
    if asked is None:
        raise NotFoundError(nothing)
    return asked


def check_open(session: Session, asked: Question) -> None:
    """Raise IllegalMoveError if it was answered, perhaps while this one waited for the lock on the finding."""
    session.refresh(asked)
    if asked.answered_at is not None:
        raise IllegalMoveError("This was answered already.")


def check_for_agency(session: Session, finding: Finding, text: str, field: str) -> None:
    """Raise RuleError at `field` unless the agency may read this reason."""
    check_reason(text, field)
    check_names_nobody(session, finding.audit, text, field)


def settle(asked: Question, actor: Actor, answer: str, *, granted: bool) -> None:
    """Write the answer down."""
    asked.granted, asked.answer = granted, answer.strip()
    asked.answered_by, asked.answered_at = actor.id, clock.now()


def facts_of(finding: Finding, reason: str) -> dict[str, Any]:
    """Return what every event about a question tells."""
    return {"after": finding.state, "requirement": Code(finding.requirement_code), "reason": reason.strip()}


def record(session: Session, actor: Actor, finding: Finding, event: EventData) -> None:
    """Record an event about a finding that does not change its state."""
    events.record(session, event, subject_id=finding.id, actor=actor, agency_id=finding.agency_id)


def tell_inspector(session: Session, actor: Actor, finding: Finding) -> None:
    """Tell the inspector that somebody else answered a question about a finding."""
    audit = finding.audit
    if audit.inspector_id != actor.id:
        notice = QuestionAnswered(reference=audit.reference, number=finding.number)
        tell_person(session, audit.inspector_id, notice, subject_id=finding.id)
