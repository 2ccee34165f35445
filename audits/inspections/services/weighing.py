"""What the inspector says on a requirement as a whole, beside the verdicts on its units."""

from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.core.db import seen
from audits.core.errors import RuleError
from audits.core.events import Code
from audits.core.letters import check_length, check_printable
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.events import RequirementJudged
from audits.inspections.grading import Extent, Seen, grade_found, seen_on
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.models import Audit, RequirementJudgement
from audits.inspections.queries import drawn_and_judged, judgement_on, rules_view
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import load_fieldwork, record, requirement_in
from audits.schemes.text import Requirement


def judge_requirement(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    code: str,
    *,
    agency_text: str,
    extent: Extent | None = None,
    extent_reason: str = "",
    version: int,
) -> RequirementJudgement:
    """Store the text that the agency reads on a requirement, and how far the finding reaches, with the reason.

    `version` is that of the row that the person saw, or 0. RuleError for an extent that the norm does not ask for, one
    without a reason, and "incidental" above the acceptance number.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    item = requirement_in(scheme_of_audit(audit), code)
    stored = judgement_on(session, audit.id, code)
    seen(stored, version)
    text = _checked(session, audit, agency_text, "agency_text")
    reason = _checked(session, audit, extent_reason, "extent_reason") if extent else ""
    if extent:
        _check_extent(session, audit, item, extent, reason)
    judgement = stored or RequirementJudgement(
        audit_id=audit.id, requirement_code=code, scheme_version_id=audit.scheme_version_id
    )
    judgement.agency_text = text
    judgement.extent, judgement.extent_reason = extent, reason
    judgement.written_by, judgement.written_at = actor.id, clock.now()
    session.add(judgement)
    told = RequirementJudged(requirement=Code(code), agency_text=text, extent=extent, extent_reason=reason)
    record(session, actor, audit, told)
    return judgement


def _checked(session: Session, audit: Audit, typed: str, field: str) -> str:
    """Return a text that the agency will read, or raise RuleError at `field`."""
    text = typed.strip()
    check_length(text, NOTE_LIMIT, field)
    check_printable(text, field)
    check_names_nobody(session, audit, text, field)
    return text


def _check_extent(session: Session, audit: Audit, item: Requirement, extent: Extent, reason: str) -> None:
    if item.judgement is None:
        raise RuleError("This version of the norm grades by the share that falls short.", "extent")
    if not reason:
        raise RuleError("Say why you judge it so.", "extent_reason")
    drawn, said = drawn_and_judged(session, audit.id, [item.unit], [item.code])
    counted = seen_on(scheme_of_audit(audit), drawn, rules_view(said)).get(item.code, Seen())
    grade_found(item.judgement, counted, extent)
