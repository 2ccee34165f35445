"""Keep the private notes of the audit team. They are working papers, so nothing of them is in the trail."""

from uuid import UUID

from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.core.letters import check_length, check_printable
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.models import PrivateNote
from audits.inspections.private import CellKey
from audits.inspections.services.course import load_fieldwork, requirement_in


def keep_private_note(session: Session, actor: Actor, audit_id: UUID, cell: CellKey, text: str) -> None:
    """Replace the actor's private note on one cell, which is a requirement and a unit; an empty text drops it."""
    code, reference = cell
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    unit = requirement_in(scheme_of_audit(audit), code).unit
    text = text.strip()
    check_length(text, NOTE_LIMIT, "private")
    check_printable(text, "private")
    key = {"audit_id": audit.id, "requirement_code": code, "unit": unit, "reference": reference, "person_id": actor.id}
    said = {"text": text, "written_at": clock.now()}
    note = postgresql.insert(PrivateNote).values(key | said)
    session.execute(note.on_conflict_do_update(index_elements=list(key), set_=said))
