"""Review an audit: by the checklist of the scheme, and only when no question about its findings is open."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import RuleError
from audits.core.letters import check_printable
from audits.findings.models import ReviewCheck
from audits.findings.queries import has_open_questions
from audits.findings.rules import check_points, points_of
from audits.inspections import services as inspections
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.models import Audit


def review_audit(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    *,
    recommendation: str,
    ticked: Collection[tuple[str, str]] = (),
    remark: str = "",
) -> Audit:
    """Pass the file to the deciders, with the answers to the checklist of the scheme.

    `ticked` are chapter and code of the points that hold; `remark` says why the others do not. RuleError while a
    question about a finding waits for an answer.
    """
    audit = inspections.review_audit(session, actor, audit_id, recommendation=recommendation)
    if has_open_questions(session, audit.id):
        raise RuleError("A question about a finding is not answered yet. Answer it first.", "recommendation")
    scheme = scheme_of_audit(audit)
    check_points(scheme, ticked, remark)
    check_printable(remark, "remark")
    session.flush()
    session.add_all(
        ReviewCheck(
            audit_id=audit.id,
            chapter=chapter,
            code=code,
            ticked=(chapter, code) in ticked,
            remark="" if (chapter, code) in ticked else remark.strip(),
            reviewed_by=actor.id,
            reviewed_at=audit.reviewed_at,
        )
        for chapter, code in points_of(scheme)
    )
    return audit
