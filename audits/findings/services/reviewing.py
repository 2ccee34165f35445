"""Review an audit: only when nothing about its findings is left to be answered."""

from uuid import UUID

from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import RuleError
from audits.findings.queries import has_open_questions
from audits.inspections import services as inspections
from audits.inspections.models import Audit


def review_audit(session: Session, actor: Actor, audit_id: UUID, *, recommendation: str) -> Audit:
    """Pass the file to the deciders; RuleError while a question about a finding waits for an answer."""
    audit = inspections.review_audit(session, actor, audit_id, recommendation=recommendation)
    if has_open_questions(session, audit.id):
        raise RuleError("A question about a finding is not answered yet. Answer it first.", "recommendation")
    return audit
