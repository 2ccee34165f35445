"""What managing people shares: load a person for somebody who may, keep a manager, tell administrators."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import IllegalMoveError, RuleError, missing
from audits.core.events import EventData
from audits.core.notices import Notice, tell_person
from audits.people.models import Person, PersonRole, roles_match
from audits.people.queries import audits_in_hand


def load_person(session: Session, actor: Actor, person_id: UUID) -> tuple[set[UUID], Person]:
    """Return the ids of all managers, and the person; all locked, managers first."""
    managers = managers_of(session, actor.agency_id)
    person = session.get(Person, person_id, with_for_update=True)
    if person is None or not person.is_visible_to(actor):
        raise missing(Person)
    authorise(actor, permission_for(person.agency_id), person)
    if person.retired_at:
        raise IllegalMoveError("This person no longer has an account.")
    return managers, person


def managers_of(session: Session, agency_id: UUID | None) -> set[UUID]:
    """Return the ids of the managers, locked in a fixed order, so that two cannot remove each other at once."""
    same = Person.agency_id == agency_id if agency_id else Person.agency_id.is_(None)
    query = select(PersonRole.person_id).join(Person, Person.id == PersonRole.person_id)
    query = query.where(PersonRole.role == manager_role(agency_id), same, Person.retired_at.is_(None))
    return set(session.scalars(query.order_by(PersonRole.person_id).with_for_update()))


def check_fit(roles: frozenset[Role], agency_id: UUID | None) -> None:
    """Raise RuleError at `roles` unless there is a role, and all are of an agency or all of the staff."""
    if not roles_match(roles, agency_id) or Role.SYSTEM in roles:
        raise RuleError("Choose at least one role.", field="roles")


def check_not_needed(person: Person, managers: set[UUID]) -> None:
    """Raise RuleError for the last person who manages people."""
    if managers == {person.id}:
        raise RuleError("Somebody must manage people. Give this role to another person first.", field="roles")


def check_idle(session: Session, person: Person) -> None:
    """Raise RuleError for an inspector with unfinished audits; a planner gives them to somebody else first."""
    if references := audits_in_hand(session, person.id):
        raise RuleError(
            "This person is the inspector of %(audits)s. A planner must give this to somebody else first.",
            field="roles",
            audits=", ".join(references),
        )


def tell_administrators(session: Session, actor: Actor, notice: Notice) -> None:
    """Send a message to every administrator but the actor."""
    for person_id in sorted(managers_of(session, None) - {actor.id}):
        tell_person(session, person_id, notice)


def permission_for(agency_id: UUID | None) -> Permission:
    """Return the permission to manage people of an agency, or of the staff."""
    return Permission.AGENCY_PEOPLE if agency_id else Permission.PERSON_MANAGE


def manager_role(agency_id: UUID | None) -> Role:
    """Return the role with that permission."""
    return Role.AGENCY_OWNER if agency_id else Role.ADMINISTRATOR


def listed(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Return roles as events list them."""
    return tuple(sorted(roles))


def record(session: Session, actor: Actor, person: Person, told: EventData) -> None:
    """Record an event about this person."""
    events.record(session, told, subject_id=person.id, actor=actor, agency_id=person.agency_id)
