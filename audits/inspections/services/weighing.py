"""What the inspector says on a requirement as a whole, beside the verdicts on its units."""

from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.core.db import seen
from audits.core.errors import NotFoundError, RuleError
from audits.core.events import Code
from audits.core.letters import check_printable
from audits.inspections.events import RequirementJudged
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.models import RequirementJudgement
from audits.inspections.queries import judgement_on
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import load_fieldwork, record
from audits.schemes.queries import scheme_of_version


def judge_requirement(
    session: Session, actor: Actor, audit_id: UUID, code: str, *, agency_text: str, version: int
) -> RequirementJudgement:
    """Store the text that the agency reads on a requirement; `version` is that of the row that the person saw, or 0."""
    audit = load_fieldwork(session, actor, audit_id)
    if code not in {item.code for item in scheme_of_version(audit.scheme_version).requirements}:
        raise NotFoundError("The norm has no such requirement.")
    stored = judgement_on(session, audit.id, code)
    seen(stored, version)
    text = agency_text.strip()
    if len(text) > NOTE_LIMIT:
        raise RuleError("Use at most %(max)d characters.", "agency_text", max=NOTE_LIMIT)
    check_printable(text, "agency_text")
    check_names_nobody(session, audit, text, "agency_text")
    judgement = stored or RequirementJudgement(
        audit_id=audit.id, requirement_code=code, scheme_version_id=audit.scheme_version_id
    )
    judgement.agency_text = text
    judgement.written_by, judgement.written_at = actor.id, clock.now()
    session.add(judgement)
    record(session, actor, audit, RequirementJudged(requirement=Code(code), agency_text=text))
    return judgement
