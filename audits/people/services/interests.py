"""Declare interests in agencies, and record those of others."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import RuleError, missing
from audits.core.notices import tell_person
from audits.people import independence, notices
from audits.people.events import InterestDeclared, InterestRecorded
from audits.people.models import Interest, Person
from audits.people.queries import people_with


def declare_interest(session: Session, actor: Actor, agency_id: UUID, nature: str) -> Interest:
    """Declare an interest in an agency (ISO/IEC 17065 clause 4.2); it can be explained, but never deleted.

    Who has a part in its audits can do no more in them, and planners are told.
    """
    authorise(actor, Permission.INTEREST_DECLARE)
    interest = _add(session, actor.id, agency_id, nature)
    events.record(session, InterestDeclared(), subject_id=interest.id, actor=actor, agency_id=agency_id)
    _tell_planners(session, actor, interest)
    return interest


def record_interest(
    session: Session, actor: Actor, person_id: UUID, agency_id: UUID, *, nature: str, source: str
) -> Interest:
    """Record an interest of somebody else of the staff, and where the office knows it from; they are told."""
    authorise(actor, Permission.AUDIT_PLAN)
    person = session.get(Person, person_id)
    if person is None or person.agency_id is not None:
        raise RuleError("This person is not one of the staff.", field="person")
    if person_id == actor.id:
        raise RuleError("Declare an interest of your own on your own page.", field="person")
    if not source.strip():
        raise RuleError("Say where the office knows this from.", field="source")
    interest = _add(session, person_id, agency_id, nature)
    interest.source, interest.recorded_by = source.strip(), actor.id
    told = InterestRecorded(person=person_id)
    events.record(session, told, subject_id=interest.id, actor=actor, agency_id=agency_id)
    tell_person(session, person_id, notices.InterestRecorded())
    _tell_planners(session, actor, interest)
    return interest


def _add(session: Session, person_id: UUID, agency_id: UUID, nature: str) -> Interest:
    if session.get(Agency, agency_id) is None:
        raise missing(Agency)
    if not nature.strip():
        raise RuleError("Describe the tie.", field="nature")
    session.get_one(Person, person_id, with_for_update=True)
    if session.scalar(select(Interest.id).where(Interest.person_id == person_id, Interest.agency_id == agency_id)):
        raise RuleError("This interest is on record already.", field="agency")
    interest = Interest(
        id=uuid4(), person_id=person_id, agency_id=agency_id, nature=nature.strip(), declared_at=clock.now(), source=""
    )
    session.add(interest)
    return interest


def _tell_planners(session: Session, actor: Actor, interest: Interest) -> None:
    session.flush()
    planners = {person.id for person in people_with(session, Role.PLANNER)} - {actor.id, interest.person_id}
    for audit_id, reference, planner_id in independence.shared_audits(session, interest.person_id, interest.agency_id):
        for person_id in sorted({planner_id} & planners or planners):
            tell_person(session, person_id, notices.InterestInAudit(reference=reference), subject_id=audit_id)
