"""Say who of the staff is away, and who stands in. The deputy is judged as himself."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError, missing
from audits.core.notices import tell_person
from audits.people import independence, notices
from audits.people.events import AbsenceEnded, AbsenceRecorded
from audits.people.models import Absence, Person
from audits.people.queries import absences_within, people_with


def record_absence(
    session: Session, actor: Actor, person_id: UUID, *, deputy_id: UUID, first_day: date, last_day: date
) -> Absence:
    """Record that somebody of the staff is away, by themselves or by a planner; the deputy is told.

    RuleError at `deputy` for somebody who cannot do the work: without the role, with an interest in an agency of it, or
    away in the same time.
    """
    person = session.get(Person, person_id, with_for_update=True)
    if person is None or person.agency_id is not None or person.retired_at:
        raise missing(Person)
    _authorise(actor, person_id)
    if last_day < first_day:
        raise RuleError("The last day is before the first.", "last_day")
    if last_day < clock.today():
        raise RuleError("Choose today or a later day.", "last_day")
    within = absences_within(session, first_day, last_day)
    if any(each.person_id == person_id for each in within):
        raise RuleError("This person is away in that time already. End that first.", "first_day")
    _check_deputy(session, person, deputy_id)
    if any(each.person_id == deputy_id for each in within):
        raise RuleError("This person is away then too. Choose somebody else.", "deputy")
    absence = Absence(
        id=uuid4(),
        person_id=person_id,
        deputy_id=deputy_id,
        first_day=first_day,
        last_day=last_day,
        recorded_by=actor.id,
        recorded_at=clock.now(),
    )
    session.add(absence)
    session.flush()
    told = AbsenceRecorded(person=person_id, deputy=deputy_id, first_day=first_day, last_day=last_day)
    events.record(session, told, subject_id=absence.id, actor=actor)
    days = {"first_day": first_day, "last_day": last_day}
    tell_person(session, deputy_id, notices.StandsIn(**days))
    if any(each.deputy_id == person_id for each in within):
        _tell_planners(session, actor, notices.DeputyAway(**days))
    return absence


def end_absence(session: Session, actor: Actor, absence_id: UUID) -> Absence:
    """End an absence: the person is back, or will not be away."""
    absence = session.get(Absence, absence_id, with_for_update=True)
    if absence is None or not (absence.person_id == actor.id or actor.has(Permission.AUDIT_PLAN)):
        raise missing(Absence)
    if absence.ended_at:
        raise IllegalMoveError("This absence has ended already.")
    absence.ended_at = clock.now()
    told = AbsenceEnded(person=absence.person_id, deputy=absence.deputy_id)
    events.record(session, told, subject_id=absence.id, actor=actor)
    return absence


def _authorise(actor: Actor, person_id: UUID) -> None:
    if actor.agency_id is not None:
        raise NotAllowedError("You may not do this.")
    if actor.id != person_id:
        authorise(actor, Permission.AUDIT_PLAN)


def _check_deputy(session: Session, person: Person, deputy_id: UUID) -> None:
    deputy = session.get(Person, deputy_id)
    if deputy is None or deputy.agency_id is not None or deputy_id == person.id:
        raise RuleError("Choose somebody else.", "deputy")
    asked = frozenset({Role.INSPECTOR}) & person.roles or person.roles
    if not asked & deputy.roles:
        raise RuleError("This person has not the role for it. Choose somebody else.", "deputy")
    in_hand = independence.agencies_in_hand(session, person.id)
    if any(independence.has_interest(session, deputy_id, agency_id) for agency_id in in_hand):
        raise RuleError("This person has an interest in an agency whose audit waits. Choose somebody else.", "deputy")


def _tell_planners(session: Session, actor: Actor, notice: notices.DeputyAway) -> None:
    for person in people_with(session, Role.PLANNER):
        if person.id != actor.id:
            tell_person(session, person.id, notice)
