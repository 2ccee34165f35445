"""Findings and strengths that the inspector writes down by hand, outside the sample."""

from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.core.errors import RuleError, missing
from audits.core.events import Code
from audits.core.letters import check_length, check_printable
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.events import RemarkWithdrawn, RemarkWritten
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.models import Remark
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import load_fieldwork, record, requirement_in


def write_remark(
    session: Session, actor: Actor, audit_id: UUID, *, code: str, grade: str | None, note: str, agency_text: str
) -> Remark:
    """Write down a finding of this grade on a requirement, or a strength if `grade` is None.

    `note` says what was seen, for staff; `agency_text` is what the agency reads.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    scheme = scheme_of_audit(audit)
    requirement_in(scheme, code)  # or NotFoundError
    if grade is not None and grade not in scheme.severities:
        raise RuleError("Choose one of the grades of the norm.", "grade")
    for field, text in (("note", note), ("agency_text", agency_text)):
        if not text.strip():
            raise RuleError("Say what you saw.", field)
        check_length(text, NOTE_LIMIT, field)
        check_printable(text, field)
    check_names_nobody(session, audit, agency_text, "agency_text")
    remark = Remark(
        audit_id=audit.id,
        scheme_version_id=audit.scheme_version_id,
        requirement_code=code,
        grade=grade,
        note=note.strip(),
        agency_text=agency_text.strip(),
        written_by=actor.id,
        written_at=clock.now(),
    )
    session.add(remark)
    session.flush()
    told = RemarkWritten(
        requirement=Code(code),
        remark=remark.id,
        grade=Code(grade) if grade else None,
        note=remark.note,
        agency_text=remark.agency_text,
    )
    record(session, actor, audit, told)
    return remark


def withdraw_remark(session: Session, actor: Actor, audit_id: UUID, remark_id: UUID) -> Remark:
    """Take it back, before the report or while it is corrected; the row stays. Repeating it changes nothing."""
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    remark = session.get(Remark, remark_id, with_for_update=True)
    if remark is None or remark.audit_id != audit.id:
        raise missing(Remark)
    if remark.withdrawn_at is None:
        remark.withdrawn_at = clock.now()
        record(session, actor, audit, RemarkWithdrawn(requirement=Code(remark.requirement_code), remark=remark.id))
    return remark
