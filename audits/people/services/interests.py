"""Declare interests in agencies."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import RuleError, missing
from audits.core.notices import tell_person
from audits.people import independence
from audits.people.events import InterestDeclared
from audits.people.models import Interest, Person
from audits.people.notices import InterestInAudit
from audits.people.queries import people_with


def declare_interest(session: Session, actor: Actor, agency_id: UUID, nature: str) -> Interest:
    """Declare an interest in an agency (ISO/IEC 17065 clause 4.2); it can be explained, but never deleted.

    Who has a part in its audits can do no more in them, and planners are told.
    """
    authorise(actor, Permission.INTEREST_DECLARE)
    if session.get(Agency, agency_id) is None:
        raise missing(Agency)
    if not nature.strip():
        raise RuleError("Describe the tie.", field="nature")
    session.get_one(Person, actor.id, with_for_update=True)
    if session.scalar(select(Interest.id).where(Interest.person_id == actor.id, Interest.agency_id == agency_id)):
        raise RuleError("You declared an interest in this agency already.", field="agency")
    interest = Interest(
        id=uuid4(), person_id=actor.id, agency_id=agency_id, nature=nature.strip(), declared_at=clock.now()
    )
    session.add(interest)
    events.record(session, InterestDeclared(), subject_id=interest.id, actor=actor, agency_id=agency_id)
    planners = {person.id for person in people_with(session, Role.PLANNER)} - {actor.id}
    for audit_id, reference, planner_id in independence.shared_audits(session, actor.id, agency_id):
        for person_id in sorted({planner_id} & planners or planners):
            tell_person(session, person_id, InterestInAudit(reference=reference), subject_id=audit_id)
    return interest
