"""Change what people may do. Nobody changes the own roles, and some roles need a second person.

ISO/IEC 17065 clauses 4.2 and 6.1: who decides, reviews or gives roles is not chosen by one person alone.
"""

from collections.abc import Collection, Iterable
from uuid import UUID, uuid4

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from audits.core import clock
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.db import seen
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError, missing
from audits.people.events import RoleConfirmed, RoleDeclined, RolesRequested, RolesSet
from audits.people.models import Person, PersonRole, RoleRequest
from audits.people.notices import RolesChanged, SecondPersonNeeded
from audits.people.queries import open_requests, roles_asked
from audits.people.rules import SECOND_PERSON
from audits.people.services.managing import (
    check_fit,
    check_idle,
    check_not_needed,
    listed,
    load_person,
    manager_role,
    record,
    tell_administrators,
)
from audits.people.services.small_body import check_apart


def set_roles(session: Session, actor: Actor, person_id: UUID, roles: Iterable[Role], *, version: int) -> Person:
    """Replace the roles of somebody else. A manager must stay.

    Roles that need a second person are asked for and apply once confirmed; requests for other roles are withdrawn.
    """
    managers, person = load_person(session, actor, person_id)
    wanted, before = frozenset(roles), person.roles
    if person.id == actor.id:
        raise RuleError("You cannot change your own roles. Ask somebody else who manages people.", field="roles")
    seen(person, version)
    check_fit(wanted, person.agency_id)
    check_apart(session, wanted)
    if manager_role(person.agency_id) not in wanted:
        check_not_needed(person, managers)
    if Role.INSPECTOR in before - wanted:
        check_idle(session, person)
    withdraw_requests(session, actor, person, keep=wanted)
    now = wanted - (SECOND_PERSON - before)
    _replace(person, now)
    if now != before:
        record(session, actor, person, RolesSet(before=listed(before), after=listed(now)))
    if (before - now) & SECOND_PERSON:
        tell_administrators(session, actor, RolesChanged())
    ask_for(session, actor, person, wanted - now)
    session.flush()
    return person


def ask_for(session: Session, actor: Actor, person: Person, roles: Collection[Role]) -> None:
    """Ask a second administrator to confirm these roles; what is asked for already stays as it is."""
    if not (new := sorted(set(roles) - roles_asked(session, person.id))):
        return
    session.add_all(
        RoleRequest(id=uuid4(), person_id=person.id, role=role, asked_by=actor.id, asked_at=clock.now()) for role in new
    )
    record(session, actor, person, RolesRequested(roles=listed(new)))
    tell_administrators(session, actor, SecondPersonNeeded())


def confirm_role(session: Session, actor: Actor, request_id: UUID) -> RoleRequest:
    """Confirm a role, as an administrator who neither asked for it nor gets it. The database then adds the role."""
    request, person = _load(session, actor, request_id)
    if actor.id in (request.asked_by, person.id):
        raise NotAllowedError("Another administrator must confirm this: not who asked for it, nor who gets it.")
    before = person.roles
    _answer(request, actor, granted=True)
    flag_modified(person, "name")  # the version must change with the roles, which are rows of their own
    session.flush()
    session.refresh(person, ["role_rows"])
    record(session, actor, person, RoleConfirmed(before=listed(before), after=listed(person.roles)))
    tell_administrators(session, actor, RolesChanged())
    return request


def decline_role(session: Session, actor: Actor, request_id: UUID) -> RoleRequest:
    """Decline a role; who asked for it may do so too."""
    request, person = _load(session, actor, request_id)
    _answer(request, actor, granted=False)
    record(session, actor, person, RoleDeclined(role=request.role))
    return request


def withdraw_requests(session: Session, actor: Actor, person: Person, *, keep: Collection[Role]) -> None:
    """Withdraw what was asked for this person, except these roles."""
    for request in open_requests(session, person.id):
        if request.role not in keep:
            _answer(request, actor, granted=False)
            record(session, actor, person, RoleDeclined(role=request.role))


def _load(session: Session, actor: Actor, request_id: UUID) -> tuple[RoleRequest, Person]:
    authorise(actor, Permission.PERSON_MANAGE)
    request = session.get(RoleRequest, request_id)
    if request is None:
        raise missing(RoleRequest)
    _managers, person = load_person(session, actor, request.person_id)
    session.refresh(request)  # as it is now that the person is locked
    if request.answered_at:
        raise IllegalMoveError("This was answered already.")
    return request, person


def _answer(request: RoleRequest, actor: Actor, *, granted: bool) -> None:
    request.answered_by, request.answered_at, request.granted = actor.id, clock.now(), granted


def _replace(person: Person, roles: frozenset[Role]) -> None:
    before = person.roles
    for row in [row for row in person.role_rows if row.role not in roles]:
        person.role_rows.remove(row)
    person.role_rows.extend(PersonRole(role=role) for role in sorted(roles - before))
    flag_modified(person, "name")  # the version must change with the roles, which are rows of their own
