"""Reads of people: by the actor who manages them, by role, and by declared interest."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Date, Select, Uuid, and_, column, exists, false, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import missing
from audits.core.statements import one_page
from audits.people.independence import barred_people
from audits.people.models import Absence, Competence, Interest, Person, PersonRole, RoleRequest, SmallBody
from audits.people.rules import CompetenceKind, Held

PAGE_SIZE = 50  # of ties


def visible_people(actor: Actor) -> Select[Person]:
    """Select what the actor may see: an owner the people of the own agency, an administrator staff, others nobody."""
    query = select(Person)
    if actor.agency_id and actor.has(Permission.AGENCY_PEOPLE):
        return query.where(Person.agency_id == actor.agency_id)
    if not actor.agency_id and actor.has(Permission.PERSON_MANAGE):
        return query.where(Person.agency_id.is_(None))
    return query.where(false())


def get_person(session: Session, actor: Actor, person_id: UUID) -> Person:
    """Return one person whom the actor manages, or raise NotFoundError."""
    person = session.scalar(visible_people(actor).where(Person.id == person_id))
    if person is None:
        raise missing(Person)
    return person


def list_people(session: Session, actor: Actor) -> list[Person]:
    """Return the people whom the actor manages: active ones first, then by name."""
    query = visible_people(actor).order_by(Person.retired_at.is_not(None), Person.name, Person.id)
    return list(session.scalars(query))


def roles_waiting(session: Session, actor: Actor) -> list[RoleRequest]:
    """Return the roles that wait for a second person, oldest first; for administrators, others get none."""
    if not actor.has(Permission.PERSON_MANAGE):
        return []
    query = select(RoleRequest).where(RoleRequest.answered_at.is_(None)).order_by(RoleRequest.asked_at, RoleRequest.id)
    return list(session.scalars(query.options(joinedload(RoleRequest.person), joinedload(RoleRequest.asker))))


def open_requests(session: Session, person_id: UUID) -> list[RoleRequest]:
    """Return the unanswered requests for one person; whoever answers them locks the person first."""
    query = select(RoleRequest).where(RoleRequest.person_id == person_id, RoleRequest.answered_at.is_(None))
    return list(session.scalars(query.order_by(RoleRequest.role)))


def roles_asked(session: Session, person_id: UUID) -> set[Role]:
    """Return the roles of one person that wait for a second person. The caller manages this person."""
    return {request.role for request in open_requests(session, person_id)}


def deciders_about(session: Session, agency_id: UUID) -> list[tuple[str, bool]]:
    """Return everybody who decides today: name, and whether independence bars them from this agency. Sorted by name."""
    barred = Person.id.in_(barred_people(agency_id))
    query = select(Person.name, barred).join(PersonRole).where(PersonRole.role == Role.DECIDER)
    return [
        (name, bar) for name, bar in session.execute(query.where(Person.retired_at.is_(None)).order_by(Person.name))
    ]


def free_deciders(session: Session, agency_id: UUID) -> list[UUID]:
    """Return the ids of those who may decide about an agency: no part in its audits, no interest, not retired."""
    query = select(PersonRole.person_id).join(Person, Person.id == PersonRole.person_id)
    query = query.where(PersonRole.role == Role.DECIDER, Person.retired_at.is_(None))
    return list(session.scalars(query.where(PersonRole.person_id.not_in(barred_people(agency_id)))))


def people_with(session: Session, role: Role) -> list[Person]:
    """Return everybody who holds a role today, sorted by name."""
    query = select(Person).join(PersonRole).where(PersonRole.role == role, Person.retired_at.is_(None))
    return list(session.scalars(query.order_by(Person.name, Person.id)))


def contacts_of(session: Session, agency_id: UUID) -> list[Person]:
    """Return everybody at an agency who receives messages about its case."""
    query = select(Person).where(Person.agency_id == agency_id, Person.retired_at.is_(None))
    return list(session.scalars(query.order_by(Person.name, Person.id)))


def signatories_of(session: Session, agency_id: UUID) -> list[Person]:
    """Return everybody who may sign for an agency, sorted by name."""
    return [person for person in contacts_of(session, agency_id) if Role.AGENCY_SIGNATORY in person.roles]


def find_by_email(session: Session, email: str) -> Person | None:
    """Return the person with this address, retired or not, ignoring case; or None."""
    return session.scalar(select(Person).where(Person.email == email))


def approach(session: Session, email: str) -> None:
    """Let this transaction read the person with this address; for pages without a signed-in person."""
    session.execute(select(func.approach(email)))


def audits_in_hand(session: Session, person_id: UUID) -> list[str]:
    """Return the references of the unfinished audits of which this person is the inspector."""
    return list(session.scalar(select(func.audits_in_hand(person_id))) or [])


class Counting(NamedTuple):
    """An interest that counts today, and the last day on which it does; None: as long as nobody corrects it."""

    interest: Interest
    until: date | None


def interests_in(session: Session, agency_id: UUID) -> dict[UUID, Counting]:
    """Return whose interests in one agency or its group count today, by their ids; one for each person."""
    counting = func.interests_in(agency_id, clock.today()).table_valued(
        column("tie_id", Uuid), column("counts_until", Date)
    )
    query = select(Interest, counting.c.counts_until).join(counting, counting.c.tie_id == Interest.id)
    query = query.order_by(counting.c.counts_until.nulls_last()).options(joinedload(Interest.agency))
    return {each.person_id: Counting(each, until) for each, until in session.execute(query)}


def absences_within(session: Session, first_day: date, last_day: date) -> list[Absence]:
    """Return who of the staff is away on any day of a time, with who stands in, in the order of their first days."""
    query = select(Absence).where(
        Absence.ended_at.is_(None), Absence.first_day <= last_day, Absence.last_day >= first_day
    )
    people = (joinedload(each).lazyload(Person.role_rows) for each in (Absence.person, Absence.deputy))
    return list(session.scalars(query.order_by(Absence.first_day, Absence.recorded_at).options(*people)))


def absences_to_come(session: Session) -> list[Absence]:
    """Return who of the staff is or will be away."""
    return absences_within(session, clock.today(), date.max)


def without_deputy(absences: Sequence[Absence]) -> set[UUID]:
    """Return the ids of those absences in which who stands in is away too on some day."""
    return {
        each.id
        for each in absences
        for other in absences
        if other.person_id == each.deputy_id and other.first_day <= each.last_day and other.last_day >= each.first_day
    }


def stands_in_for(session: Session, person_id: UUID) -> list[Absence]:
    """Return for whom somebody stands in today."""
    today = clock.today()
    return [each for each in absences_within(session, today, today) if each.deputy_id == person_id]


def agencies_of_group(session: Session, agency_id: UUID) -> list[UUID]:
    """Return the ids of the agencies in whose group this one is, itself among them."""
    return list(session.scalar(select(func.group_of(agency_id))) or [])


def interests_on_record(session: Session, actor: Actor, page: int = 1) -> list[tuple[Interest, Interest | None]]:
    """Return one page of the interests of the staff, newest first, with what corrected each; for who plans audits.

    One more if there is another page.
    """
    authorise(actor, Permission.AUDIT_PLAN)
    later = aliased(Interest)
    query = select(Interest, later).outerjoin(later, later.supersedes_id == Interest.id)
    query = query.options(joinedload(Interest.agency), joinedload(Interest.person).lazyload(Person.role_rows))
    query = query.order_by(Interest.declared_at.desc(), Interest.id)
    rows = session.execute(one_page(query, page, PAGE_SIZE))
    return [(row[0], row[1]) for row in rows]


def get_interest(session: Session, actor: Actor, interest_id: UUID) -> Interest:
    """Return one interest of somebody of the staff, or raise NotFoundError; for who plans audits."""
    authorise(actor, Permission.AUDIT_PLAN)
    interest = session.get(Interest, interest_id)
    if interest is None:
        raise missing(Interest)
    return interest


def names_of(session: Session, people: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Return the names of these people, sorted."""
    query = select(Person.id, Person.name).where(Person.id.in_(people)).order_by(Person.name, Person.id)
    return [(person_id, name) for person_id, name in session.execute(query)]


def staff(session: Session) -> list[Person]:
    """Return everybody of the staff with an account, sorted by name."""
    query = select(Person).where(Person.agency_id.is_(None), Person.retired_at.is_(None))
    return list(session.scalars(query.order_by(Person.name, Person.id)))


def find_agency(session: Session, register_number: str) -> Agency | None:
    """Return the only agency with this register number; None if there is none, or one in each of two countries."""
    number = "".join(register_number.split())
    found = session.scalars(select(Agency).where(Agency.register_number == number).limit(2)).all()
    return found[0] if len(found) == 1 else None


def interests_declared_by(session: Session, person_id: UUID) -> list[Interest]:
    """Return the interests that one person declared, with the agencies, newest first."""
    query = select(Interest).where(Interest.person_id == person_id).options(joinedload(Interest.agency))
    return list(session.scalars(query.order_by(Interest.declared_at.desc())))


def small_body(session: Session) -> SmallBody | None:
    """Return what was said last of the size of the body; None if nothing was, which is as if it were not small."""
    return session.scalar(select(SmallBody).order_by(SmallBody.id.desc()).limit(1))


def competences_of(session: Session, actor: Actor, person_id: UUID) -> list[Competence]:
    """Return what was recorded of one person, those that ended last; for who manages people."""
    authorise(actor, Permission.PERSON_MANAGE)
    query = select(Competence).where(Competence.person_id == person_id)
    query = query.options(joinedload(Competence.recorder).lazyload(Person.role_rows))
    ended = Competence.ended_at.is_not(None)
    return list(session.scalars(query.order_by(ended, Competence.kind, Competence.recorded_at, Competence.id)))


def competences_kept(session: Session) -> bool:
    """Return whether the body keeps competences: whether one was ever recorded, of anybody."""
    return bool(session.scalar(select(exists(select(Competence.id)))))


def held_by(session: Session, people: Collection[UUID]) -> dict[UUID, tuple[Held, ...]]:
    """Return the competences of each of these people, with the language in which they read these pages.

    Nobody is in it as long as the body keeps no competences.
    """
    if not competences_kept(session):
        return {}
    lasts = and_(Competence.person_id == Person.id, Competence.ended_at.is_(None))
    query = select(Person.id, Person.language, Competence.kind, Competence.value, Competence.valid_until)
    found: dict[UUID, tuple[Held, ...]] = {}
    for person_id, language, kind, value, until in session.execute(
        query.outerjoin(Competence, lasts).where(Person.id.in_(people))
    ):
        known = found.setdefault(person_id, (Held(CompetenceKind.LANGUAGE, language),))
        found[person_id] = (*known, Held(kind, value, until)) if kind else known
    return found
