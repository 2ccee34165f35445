"""Access to evidence: for everybody who sees its application, and for the inspector of its audit."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from audits.applications.models import Application, Evidence
from audits.applications.queries import visible_applications
from audits.core.access import Actor
from audits.core.errors import missing
from audits.inspections.models import Audit
from audits.inspections.queries import visible_audits


def get_evidence(session: Session, actor: Actor, evidence_id: UUID) -> Evidence:
    """Return a file that was not removed, or raise NotFoundError."""
    applied = visible_applications(actor).with_only_columns(Application.id)
    audited = visible_audits(actor).with_only_columns(Audit.certification_id)
    near = or_(Evidence.application_id.in_(applied), Evidence.application_id.in_(audited))
    query = select(Evidence).where(Evidence.id == evidence_id, Evidence.removed_at.is_(None), near)
    evidence = session.scalar(query)
    if evidence is None:
        raise missing(Evidence)
    return evidence
