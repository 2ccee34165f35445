"""Reads across applications and audits: evidence, for everybody who sees either, and what both sides said."""

from uuid import UUID

from sqlalchemy import Select, and_, literal, or_, select
from sqlalchemy.orm import Session, aliased

from audits.applications.models import Answer, Application, Evidence
from audits.applications.queries import evidence_of, visible_applications
from audits.core.access import Actor
from audits.core.errors import missing
from audits.core.statements import built_once
from audits.inspections.models import Audit, RequirementJudgement
from audits.inspections.queries import visible_audits

MOST_VERSIONS = 50  # that a page shows


def get_evidence(session: Session, actor: Actor, evidence_id: UUID) -> Evidence:
    """Return a file that was not removed, or that a newer version replaced, or raise NotFoundError."""
    applied = visible_applications(actor).with_only_columns(Application.id)
    audited = visible_audits(actor).with_only_columns(Audit.certification_id)
    near = or_(Evidence.application_id.in_(applied), Evidence.application_id.in_(audited))
    newer = aliased(Evidence)
    kept = or_(Evidence.removed_at.is_(None), select(newer.id).where(newer.replaces == Evidence.id).exists())
    query = select(Evidence).where(Evidence.id == evidence_id, kept, near)
    evidence = session.scalar(query)
    if evidence is None:
        raise missing(Evidence)
    return evidence


def versions_of(session: Session, evidence: Evidence) -> list[Evidence]:
    """Return the earlier versions of a file, newest first. The caller must have access to it."""
    found: list[Evidence] = []
    earlier = evidence.replaces
    while earlier is not None and len(found) < MOST_VERSIONS:
        found.append(session.get_one(Evidence, earlier))
        earlier = found[-1].replaces
    return found


def said_on(
    session: Session, audit: Audit, code: str
) -> tuple[Answer | None, list[Evidence], RequirementJudgement | None]:
    """Return the agency's answer to a requirement, its files, and what the inspector says on it as a whole.

    The caller must have access to the audit. Files are worth a statement only where there are some.
    """
    query, values = _said_on(audit.id, audit.certification_id, code)
    answer, judgement, is_filed = session.execute(query, values).one()
    files = evidence_of(session, audit.certification_id, code) if is_filed else {}
    return answer, files.get(code, []), judgement


@built_once
def _said_on(
    audit_id: UUID, application_id: UUID, code: str
) -> Select[Answer | None, RequirementJudgement | None, bool]:
    answered = and_(Answer.application_id == application_id, Answer.requirement_code == code)
    judged = and_(RequirementJudgement.audit_id == audit_id, RequirementJudgement.requirement_code == code)
    once = select(literal(1)).subquery()
    filed = select(Evidence.id).where(Evidence.application_id == application_id, Evidence.requirement_code == code)
    query = select(Answer, RequirementJudgement, filed.where(Evidence.removed_at.is_(None)).exists()).select_from(once)
    return query.outerjoin(Answer, answered).outerjoin(RequirementJudgement, judged)
