"""Invite people, set roles, retire people, declare interests. Events hold ids and roles, no names."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from audits.agencies.models import Agency
from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.db import seen
from audits.core.errors import IllegalMoveError, RuleError, missing
from audits.core.events import EventData
from audits.core.notices import tell_person
from audits.core.typed import clean_email
from audits.people.events import InterestDeclared, PersonInvited, PersonRetired, ProfileEdited, RolesSet
from audits.people.models import Interest, Person, PersonRole, roles_match
from audits.people.notices import Invitation
from audits.people.rules import clean_language, clean_name


def invite_person(
    session: Session,
    actor: Actor,
    *,
    name: str,
    email: str,
    language: str,
    roles: Iterable[Role],
    agency_id: UUID | None = None,
) -> Person:
    """Create an account: in the own agency, or among staff when `agency_id` is None.

    A person who was retired here before gets the same row back. RuleError at `email` when the address is in use.
    """
    authorise(actor, _permission(agency_id))
    if actor.agency_id != agency_id:
        raise missing(Agency)
    person = _admit(session, name=name, email=email, language=language, roles=frozenset(roles), agency_id=agency_id)
    _announce(session, actor, person)
    return person


def invite_first_owner(session: Session, agency_id: UUID, *, name: str, email: str, language: str) -> Person:
    """Create the first account of an agency that registers itself: owner and signatory.

    RuleError at `email` when the address is in use; a public page must not pass that on to strangers.
    """
    session.get_one(Agency, agency_id, with_for_update=True)
    if session.scalar(select(Person.id).where(Person.agency_id == agency_id).limit(1)):
        raise RuleError("This agency has an account already. Ask its owner to invite you.")
    roles = frozenset({Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY})
    person = _admit(session, name=name, email=email, language=language, roles=roles, agency_id=agency_id)
    _announce(session, person.actor, person)
    return person


def appoint_first_administrator(session: Session, *, name: str, email: str, language: str) -> Person:
    """Create the first administrator, from the command line; RuleError if there is one already."""
    if _managers(session, None):
        raise RuleError("There is an administrator already.")
    roles = frozenset({Role.ADMINISTRATOR})
    person = _admit(session, name=name, email=email, language=language, roles=roles, agency_id=None)
    _announce(session, person.actor, person)
    return person


def invite_again(session: Session, actor: Actor, person_id: UUID) -> Person:
    """Send the invitation again, for a lost or outdated link."""
    _, person = _load(session, actor, person_id)
    tell_person(session, person.id, Invitation())
    return person


def set_roles(session: Session, actor: Actor, person_id: UUID, roles: Iterable[Role], *, version: int) -> Person:
    """Replace the roles of one person. The last owner or administrator, and one's own right to manage, must stay."""
    managers, person = _load(session, actor, person_id)
    wanted, before = frozenset(roles), person.roles
    seen(person, version)
    _check_fit(wanted, person.agency_id)
    if _manager(person.agency_id) not in wanted:
        _check_not_needed(actor, person, managers)
    for row in [row for row in person.role_rows if row.role not in wanted]:
        person.role_rows.remove(row)
    person.role_rows.extend(PersonRole(role=role) for role in sorted(wanted - before))
    flag_modified(person, "name")  # the version must change with the roles, which are rows of their own
    _record(session, actor, person, RolesSet(before=_listed(before), after=_listed(wanted)))
    session.flush()
    return person


def retire_person(session: Session, actor: Actor, person_id: UUID) -> Person:
    """End the account of a person; records keep the name. A retired person cannot sign in."""
    managers, person = _load(session, actor, person_id)
    if person.id == actor.id:
        raise RuleError("You cannot end your own account. Ask somebody else who manages people.")
    _check_not_needed(actor, person, managers)
    before = _listed(person.roles)
    person.retired_at = clock.now()
    _record(session, actor, person, PersonRetired(before=before))
    return person


def edit_profile(session: Session, actor: Actor, *, name: str, language: str, version: int) -> Person:
    """Change the actor's own name and language."""
    person = session.get_one(Person, actor.id, with_for_update=True)
    seen(person, version)
    name, language = clean_name(name, printed=person.agency_id is None), clean_language(language)
    changed = [field for field, value in (("name", name), ("language", language)) if getattr(person, field) != value]
    person.name, person.language = name, language
    if changed:
        _record(session, actor, person, ProfileEdited(fields=events.codes(changed)))
    return person


def declare_interest(session: Session, actor: Actor, agency_id: UUID, nature: str) -> Interest:
    """Declare an interest in an agency (ISO/IEC 17065 clause 4.2); it can be explained, but never deleted."""
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
    return interest


def _admit(
    session: Session, *, name: str, email: str, language: str, roles: frozenset[Role], agency_id: UUID | None
) -> Person:
    _check_fit(roles, agency_id)
    name = clean_name(name, printed=agency_id is None)  # the name of an inspector is printed in reports
    email, language = clean_email(email), clean_language(language)
    person = session.scalar(select(Person).where(Person.email == email).with_for_update())
    if person is None:
        person = Person(id=uuid4(), agency_id=agency_id, email=email, role_rows=[])
        session.add(person)
    elif person.retired_at is None or person.agency_id != agency_id:
        raise RuleError("This e-mail address is in use already. Use another one.", field="email")
    person.name, person.language = name, language
    person.invited_at, person.retired_at = clock.now(), None
    person.role_rows = [row for row in person.role_rows if row.role in roles]
    kept = {row.role for row in person.role_rows}
    person.role_rows.extend(PersonRole(role=role) for role in sorted(roles - kept))
    try:
        session.flush()
    except IntegrityError as refusal:  # a concurrent request took the address
        raise RuleError("This e-mail address is in use already. Use another one.", field="email") from refusal
    return person


def _announce(session: Session, actor: Actor, person: Person) -> None:
    _record(session, actor, person, PersonInvited(after=_listed(person.roles)))
    tell_person(session, person.id, Invitation())


def _load(session: Session, actor: Actor, person_id: UUID) -> tuple[set[UUID], Person]:
    """Return the ids of the other managers, and the person; all locked, managers first."""
    managers = _managers(session, actor.agency_id)
    person = session.get(Person, person_id, with_for_update=True)
    if person is None or not person.is_visible_to(actor):
        raise missing(Person)
    authorise(actor, _permission(person.agency_id), person)
    if person.retired_at:
        raise IllegalMoveError("This person no longer has an account.")
    return managers, person


def _check_fit(roles: frozenset[Role], agency_id: UUID | None) -> None:
    if not roles_match(roles, agency_id) or Role.SYSTEM in roles:
        raise RuleError("Choose at least one role.", field="roles")


def _check_not_needed(actor: Actor, person: Person, managers: set[UUID]) -> None:
    """Raise unless a manager remains: nobody removes the last one, or the own right to manage."""
    if person.id not in managers:
        return
    if person.id == actor.id:
        raise RuleError("You cannot take this role from yourself. Ask somebody else who manages people.", field="roles")
    if managers == {person.id}:
        raise RuleError("Somebody must manage people. Give this role to another person first.", field="roles")


def _managers(session: Session, agency_id: UUID | None) -> set[UUID]:
    """Return the ids of the managers, locked in a fixed order, so that two cannot remove each other at once."""
    same = Person.agency_id == agency_id if agency_id else Person.agency_id.is_(None)
    query = select(PersonRole.person_id).join(Person, Person.id == PersonRole.person_id)
    query = query.where(PersonRole.role == _manager(agency_id), same, Person.retired_at.is_(None))
    return set(session.scalars(query.order_by(PersonRole.person_id).with_for_update()))


def _permission(agency_id: UUID | None) -> Permission:
    return Permission.AGENCY_PEOPLE if agency_id else Permission.PERSON_MANAGE


def _manager(agency_id: UUID | None) -> Role:
    return Role.AGENCY_OWNER if agency_id else Role.ADMINISTRATOR


def _listed(roles: Iterable[Role]) -> tuple[Role, ...]:
    return tuple(sorted(roles))


def _record(session: Session, actor: Actor, person: Person, told: EventData) -> None:
    events.record(session, told, subject_id=person.id, actor=actor, agency_id=person.agency_id)
