"""Keep the private notes of the audit team. They are working papers, so nothing of them is in the trail."""

from uuid import UUID

from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.core.letters import check_length, check_printable
from audits.core.typed import tidy
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.merging import joined_notes
from audits.inspections.models import PrivateNote, SampledUnit
from audits.inspections.private import CellKey, private_digest
from audits.inspections.services.course import load_fieldwork, requirement_in


def keep_private_note(session: Session, actor: Actor, audit_id: UUID, cell: CellKey, text: str) -> None:
    """Replace the actor's private note on one cell, which is a requirement and a unit; an empty text drops it."""
    code, reference = cell
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    unit = requirement_in(scheme_of_audit(audit), code).unit
    text = text.strip()
    check_length(text, NOTE_LIMIT, "private")
    check_printable(text, "private")
    _store(session, (audit.id, code, unit, reference, actor.id), text)


def receive_private_note(session: Session, actor: Actor, unit: SampledUnit, code: str, text: str, *, seen: str) -> None:
    """Keep a private note that a device of the actor sealed and that was checked; `seen` is what it replaces, a digest.

    What the device did not see stays, above the new text.
    """
    key = (unit.audit_id, code, unit.unit, unit.reference, actor.id)
    kept = session.get(PrivateNote, key, populate_existing=True)
    stored = kept.text if kept else ""
    was_seen = private_digest(stored) == seen
    _store(session, key, joined_notes(stored, tidy(text), was_seen=was_seen))


def _store(session: Session, key: tuple[UUID, str, str, str, UUID], text: str) -> None:
    names = ("audit_id", "requirement_code", "unit", "reference", "person_id")
    said = {"text": text, "written_at": clock.now()}
    note = postgresql.insert(PrivateNote).values(dict(zip(names, key, strict=True)) | said)
    session.execute(note.on_conflict_do_update(index_elements=list(names), set_=said))
