"""Reads of notes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audits.core.access import Actor, Permission, authorise
from audits.notes.models import StaffNote
from audits.people.independence import is_interested
from audits.people.models import Person

MOST = 100


def notes_about(session: Session, actor: Actor, agency_id: UUID) -> Sequence[StaffNote]:
    """Return the newest notes about an agency that were not taken back; none to somebody with an interest in it."""
    authorise(actor, Permission.CASES_VIEW)
    query = select(StaffNote).where(StaffNote.agency_id == agency_id, StaffNote.withdrawn_at.is_(None))
    query = query.where(~is_interested(actor.id, StaffNote.agency_id))
    query = query.options(joinedload(StaffNote.writer).lazyload(Person.role_rows))
    return session.scalars(query.order_by(StaffNote.written_at.desc(), StaffNote.id).limit(MOST)).all()
