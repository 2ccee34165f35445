"""The calendar of people who audit: their days in a time, their places, and what a planner should know of each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased, joinedload

from audits.agencies.models import Agency
from audits.core.calendar import is_working_day
from audits.inspections.days import AuditDay, as_they_stand
from audits.inspections.models import Audit
from audits.inspections.workflow import AUDIT_FLOW
from audits.people.models import Absence, Person
from audits.people.queries import absences_within


class Warned(StrEnum):
    """What makes a planned day doubtful."""

    NO_WORKING_DAY = "no_working_day"
    AWAY = "away"
    SEVERAL = "several"  # another audit, or another town, on the same day


@dataclass(frozen=True, slots=True)
class Planned:
    """A day of somebody in an audit. Without hours it is the first day that was named, and no day is planned yet."""

    day: date
    audit: Audit
    person: Person
    place: str
    hours: Decimal | None


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """The days of one person in a time, with what is doubtful of each, and when the person is away."""

    person: Person
    days: tuple[tuple[Planned, tuple[Warned, ...]], ...]
    absences: tuple[Absence, ...]


def planned_within(session: Session, first: date, last: date) -> list[Planned]:
    """Return the days of all unfinished audits in a time, and first days of audits without days, in their order."""
    other = aliased(AuditDay)
    days = as_they_stand(select(AuditDay, Audit).join(Audit, Audit.id == AuditDay.audit_id))
    days = days.where(AuditDay.day.between(first, last), Audit.state.in_(AUDIT_FLOW.unfinished))
    names = joinedload(Audit.agency).load_only(Agency.legal_name)
    days = days.options(joinedload(AuditDay.person).lazyload(Person.role_rows), names)
    found = [
        Planned(day.day, audit, day.person, day.place, day.hours_planned) for day, audit in session.execute(days).all()
    ]
    named = select(Audit).where(Audit.planned_on.between(first, last), Audit.state.in_(AUDIT_FLOW.unfinished))
    named = named.where(~exists().where(other.audit_id == Audit.id))
    named = named.options(joinedload(Audit.inspector).lazyload(Person.role_rows), names)
    found += [Planned(each.planned_on, each, each.inspector, "", None) for each in session.scalars(named)]
    return sorted(found, key=lambda each: (each.day, each.audit.reference))


def calendars(planned: Sequence[Planned], absences: Sequence[Absence], people: Iterable[Person]) -> list[OwnCalendar]:
    """Return a calendar for everybody with a day or an absence and for `people`, by name."""
    days: dict[UUID, list[Planned]] = defaultdict(list)
    away: dict[UUID, list[Absence]] = defaultdict(list)
    known = {person.id: person for person in people}
    for each in planned:
        days[each.person.id].append(each)
        known[each.person.id] = each.person
    for absence in absences:
        away[absence.person_id].append(absence)
        known[absence.person_id] = absence.person
    return [
        OwnCalendar(
            person,
            tuple((each, warnings_of(each, days[person.id], away[person.id])) for each in days[person.id]),
            tuple(away[person.id]),
        )
        for person in sorted(known.values(), key=lambda person: (person.name.casefold(), str(person.id)))
    ]


def doubts_of_first_day(session: Session, audit: Audit) -> tuple[Warned, ...]:
    """Return what is doubtful about the first day of an audit for its inspector."""
    day, inspector = audit.planned_on, audit.inspector
    others = [each for each in planned_within(session, day, day) if each.person.id == inspector.id]
    own = next((each for each in others if each.audit.id == audit.id), Planned(day, audit, inspector, "", None))
    away = [each for each in absences_within(session, day, day) if each.person_id == inspector.id]
    return warnings_of(own, [own, *others], away)


def warnings_of(planned: Planned, others: Iterable[Planned], absences: Iterable[Absence]) -> tuple[Warned, ...]:
    """Return what is doubtful about a day, among the other days and absences of the same person."""
    on_it = [each for each in others if each.day == planned.day]
    found = {
        Warned.NO_WORKING_DAY: not is_working_day(planned.day),
        Warned.AWAY: any(each.first_day <= planned.day <= each.last_day for each in absences),
        Warned.SEVERAL: len({each.audit.id for each in on_it}) > 1 or len({each.place for each in on_it}) > 1,
    }
    return tuple(warned for warned, holds in found.items() if holds)
