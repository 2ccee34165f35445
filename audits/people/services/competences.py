"""Record and end competences of the staff (ISO/IEC 17065 clause 6.1.2). No row is changed. The caller commits."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, events
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError, missing
from audits.people.events import CompetenceEnded, CompetenceRecorded
from audits.people.models import Competence, Person
from audits.people.queries import get_person
from audits.people.rules import CompetenceKind, clean_competence


def record_competence(
    session: Session,
    actor: Actor,
    person_id: UUID,
    *,
    kind: CompetenceKind,
    value: str,
    valid_until: date | None = None,
) -> Competence:
    """Record a competence of somebody else of the staff. RuleError at `kind` if the same counts already."""
    person = _staff(session, actor, person_id)
    if person.retired_at:
        raise IllegalMoveError("This person has no account any more.")
    value = clean_competence(kind, value)
    said = (Competence.kind == kind, Competence.value == value, Competence.ended_at.is_(None))
    query = select(Competence.valid_until).where(Competence.person_id == person_id, *said)
    if valid_until in set(session.scalars(query)):
        raise RuleError("This competence is on record already.", "kind")
    competence = Competence(
        id=uuid4(),
        person_id=person_id,
        kind=kind,
        value=value,
        valid_until=valid_until,
        recorded_by=actor.id,
        recorded_at=clock.now(),
    )
    session.add(competence)
    session.flush()
    told = CompetenceRecorded(person=person_id, kind=kind, until=valid_until)
    events.record(session, told, subject_id=competence.id, actor=actor)
    return competence


def end_competence(session: Session, actor: Actor, person_id: UUID, competence_id: UUID) -> Competence:
    """End a competence of somebody else: it counts no longer, or never did. The row stays."""
    _staff(session, actor, person_id)
    competence = session.get(Competence, competence_id, with_for_update=True)
    if competence is None or competence.person_id != person_id:
        raise missing(Competence)
    if competence.ended_at:
        raise IllegalMoveError("This competence has ended already.")
    competence.ended_at = clock.now()
    told = CompetenceEnded(person=person_id, kind=competence.kind)
    events.record(session, told, subject_id=competence.id, actor=actor)
    return competence


def _staff(session: Session, actor: Actor, person_id: UUID) -> Person:
    """Return a member of staff whom the actor manages, locked; NotAllowedError for the actor."""
    authorise(actor, Permission.PERSON_MANAGE)
    person = get_person(session, actor, person_id)
    if person_id == actor.id:
        raise NotAllowedError("Somebody else records what you can do.")
    session.refresh(person, with_for_update=True)
    return person
