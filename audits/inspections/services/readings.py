"""What stands before and after a report: a draft that still waits, and the lot for a second reading."""

from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock, moves
from audits.core.access import Actor, Permission, Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.flow import Independence
from audits.core.letters import check_length, check_printable
from audits.deadlines.rules import SECOND_READING_WORKING_DAYS, DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.inspections import events as told
from audits.inspections.drafts import SecondReading, newest_draft, reading_of
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.models import Audit
from audits.inspections.services.course import AUDITS, record
from audits.inspections.workflow import AuditState


def check_draft_done(session: Session, audit: Audit) -> None:
    """Raise RuleError while the agency can comment on a draft, or waits for an answer to what it said."""
    draft = newest_draft(session, audit.id)
    if draft is None:
        return
    if draft.is_open:
        raise RuleError("The agency can comment on the draft until %(day)s.", "summary", day=draft.due_on)
    if draft.is_unanswered:
        raise RuleError("Answer the comments of the agency on the draft first.", "summary")


def draw_reading(session: Session, actor: Actor, audit: Audit) -> None:
    """Have a report read once more; a report that was drawn before stays drawn."""
    if reading_of(session, audit.id):
        return
    session.add(SecondReading(audit_id=audit.id, agency_id=audit.agency_id, drawn_at=clock.now()))
    record(session, actor, audit, told.SecondReadingDrawn(after=audit.state))
    session.flush()
    open_deadline(
        session,
        DeadlineKind.SECOND_READING,
        subject_id=audit.id,
        agency_id=audit.agency_id,
        due_on=add_working_days(clock.today(), SECOND_READING_WORKING_DAYS),
        owner_role=Role.REVIEWER,
    )


def read_again(session: Session, actor: Actor, audit_id: UUID, *, agrees: bool, note: str) -> SecondReading:
    """Say what a second reading found; not by who audited or checked the file. RuleError at `note` without words."""
    after = set(AuditState) - {AuditState.PLANNED, AuditState.IN_PROGRESS, AuditState.CANCELLED}
    asked = Permission.AUDIT_REVIEW
    audit = moves.hold(session, AUDITS, actor, audit_id, asked, asks=Independence.OUTSIDER, within=after)
    reading = reading_of(session, audit.id)
    if reading is None or reading.read_at is not None:
        raise IllegalMoveError("This report does not wait for a second reading.")
    if audit.reviewer_id == actor.id:
        raise NotAllowedError("You checked this file before. Somebody else reads the report once more.")
    if not note.strip():
        raise RuleError("Say what you found.", "note")
    check_length(note, NOTE_LIMIT, "note")
    check_printable(note, "note")
    reading.reader_id, reading.read_at = actor.id, clock.now()
    reading.agrees, reading.note = agrees, note.strip()
    record(session, actor, audit, told.ReportRead(after=audit.state, agrees=agrees, note=reading.note))
    session.flush()
    end_deadline(session, DeadlineKind.SECOND_READING, audit.id)
    return reading
