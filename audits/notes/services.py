"""Write notes, take them back, and forget them. The caller commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from audits.agencies.queries import get_agency
from audits.core import clock
from audits.core.access import Actor, Permission, authorise
from audits.core.db import delete_counted
from audits.core.errors import N_, NotAllowedError, RuleError, missing
from audits.notes.models import StaffNote
from audits.notes.rules import LONGEST_NOTE
from audits.people.independence import check_no_interest


def write_note(session: Session, actor: Actor, agency_id: UUID, *, text: str) -> StaffNote:
    """Write a note about an agency, by somebody without an interest in it."""
    authorise(actor, Permission.CASES_VIEW)
    get_agency(session, actor, agency_id)
    check_no_interest(session, actor, agency_id)
    said = text.strip()
    if not 1 <= len(said) <= LONGEST_NOTE:
        raise RuleError(N_("Write the note, in at most %(most)s signs."), "text", most=LONGEST_NOTE)
    note = StaffNote(agency_id=agency_id, text=said, written_by=actor.id, written_at=clock.now())
    session.add(note)
    return note


def take_back_note(session: Session, actor: Actor, note_id: UUID) -> StaffNote:
    """Take one's own note back; it is shown no longer, and stays until it is forgotten."""
    authorise(actor, Permission.CASES_VIEW)
    note = session.get(StaffNote, note_id, with_for_update=True)
    if note is None:
        raise missing(StaffNote)
    if note.written_by != actor.id:
        raise NotAllowedError(N_("Somebody else wrote this note."))
    note.withdrawn_at = note.withdrawn_at or clock.now()
    return note


def forget_notes(session: Session, before: datetime) -> int:
    """Delete notes that were written before a moment; return how many."""
    return delete_counted(session, delete(StaffNote).where(StaffNote.written_at < before))
