"""Choose which pictures beside verdicts stand in the report, each with a caption, and leave one out again."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import RuleError, missing
from audits.core.events import Code
from audits.core.letters import check_length, check_printable
from audits.inspections.cell_files import CellFile
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.events import PictureChosen
from audits.inspections.models import Audit
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import load_fieldwork, record

CAPTION_LIMIT = 200  # characters; readers aloud say it in one breath
MOST_PRINTED = 40  # in one report


def show_picture(
    session: Session, actor: Actor, audit_id: UUID, file_id: UUID, *, caption: str, printed_sha256: str
) -> CellFile:
    """Let a picture stand in the report, with a caption that is its alternative text too.

    `printed_sha256` names the copy to print, stored in this transaction. RuleError for a picture of confidential units,
    for what is no picture, without a caption, and for one more than `MOST_PRINTED`.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    file, caption = _load(session, audit, file_id), caption.strip()
    _check(session, audit, file, caption)
    if file.caption is None and _printed(session, audit.id) >= MOST_PRINTED:
        raise RuleError("At most %(max)d pictures can stand in a report.", "caption", max=MOST_PRINTED)
    if (file.caption, file.printed_sha256) == (caption, printed_sha256):
        return file
    file.caption, file.printed_sha256 = caption, printed_sha256
    told = PictureChosen(requirement=Code(file.requirement_code), file=file.id, shown=True, caption=caption)
    record(session, actor, audit, told)
    session.flush()
    return file


def leave_out_picture(session: Session, actor: Actor, audit_id: UUID, file_id: UUID) -> CellFile:
    """Leave a picture out of the report again. Again changes nothing."""
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    file = _load(session, audit, file_id)
    if file.caption is None:
        return file
    file.caption = file.printed_sha256 = None
    record(session, actor, audit, PictureChosen(requirement=Code(file.requirement_code), file=file.id, shown=False))
    session.flush()
    return file


def check_showable(audit: Audit, file: CellFile) -> None:
    """Raise RuleError for what never stands in a report: a picture of confidential units, and what is no picture."""
    scheme = scheme_of_audit(audit)
    if scheme.units[file.unit].confidential:
        raise RuleError("What was seen here is confidential. No picture of it goes to the agency.", "caption")
    if not file.is_picture:
        raise RuleError("Only a picture can stand in the report.", "caption")


def _load(session: Session, audit: Audit, file_id: UUID) -> CellFile:
    file = session.get(CellFile, file_id, with_for_update=True)
    if file is None or file.audit_id != audit.id or file.withdrawn_at is not None:
        raise missing(CellFile)
    return file


def _check(session: Session, audit: Audit, file: CellFile, caption: str) -> None:
    check_showable(audit, file)
    if not caption:
        raise RuleError("Say what is to be seen.", "caption")
    check_length(caption, CAPTION_LIMIT, "caption")
    check_printable(caption, "caption")
    check_names_nobody(session, audit, caption, "caption")


def _printed(session: Session, audit_id: UUID) -> int:
    chosen = select(func.count()).where(CellFile.audit_id == audit_id, CellFile.caption.is_not(None))
    return session.scalars(chosen).one()
