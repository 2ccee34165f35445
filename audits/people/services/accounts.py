"""Invite people, end accounts, declare interests. Events hold ids and roles, no names."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock, events
from audits.core.access import SYSTEM, Actor, Role, authorise
from audits.core.db import seen
from audits.core.errors import RuleError, missing
from audits.core.notices import tell_person
from audits.core.typed import clean_email
from audits.people.events import PersonInvited, PersonRetired, ProfileEdited
from audits.people.models import Person, PersonRole
from audits.people.notices import Invitation, RolesChanged
from audits.people.queries import open_requests
from audits.people.rules import SECOND_PERSON, clean_language, clean_name
from audits.people.services.managing import (
    check_fit,
    check_idle,
    check_not_needed,
    listed,
    load_person,
    managers_of,
    permission_for,
    record,
    tell_administrators,
)
from audits.people.services.roles import ask_for, withdraw_requests
from audits.people.services.small_body import check_apart

ENOUGH = 2  # administrators, so that each can ask the other


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

    A person who was retired here before gets the same row back. Roles that need a second person are asked for.
    RuleError at `email` when the address is in use.
    """
    authorise(actor, permission_for(agency_id))
    if actor.agency_id != agency_id:
        raise missing(Agency)
    wanted = frozenset(roles)
    check_fit(wanted, agency_id)
    check_apart(session, wanted)
    at_once = wanted - SECOND_PERSON
    person = _admit(session, name=name, email=email, language=language, roles=at_once, agency_id=agency_id)
    _announce(session, actor, person)
    ask_for(session, actor, person, wanted - at_once)
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


def appoint_administrator(session: Session, *, name: str, email: str, language: str) -> Person:
    """Create one of the first two administrators, from the command line; RuleError if there are two already.

    Two, because an administrator can give others the role only with a second one.
    """
    if len(managers_of(session, None)) >= ENOUGH:
        raise RuleError("There are two administrators already. They invite all others.")
    roles = frozenset({Role.ADMINISTRATOR})
    person = _admit(session, name=name, email=email, language=language, roles=roles, agency_id=None)
    _announce(session, person.actor, person)
    return person


def invite_again(session: Session, actor: Actor, person_id: UUID) -> Person:
    """Send the invitation again, for a lost or outdated link."""
    _, person = load_person(session, actor, person_id)
    tell_person(session, person.id, Invitation())
    return person


def retire_person(session: Session, actor: Actor, person_id: UUID) -> Person:
    """End the account of a person; records keep the name. A retired person cannot sign in."""
    managers, person = load_person(session, actor, person_id)
    if person.id == actor.id:
        raise RuleError("You cannot end your own account. Ask somebody else who manages people.")
    check_not_needed(person, managers)
    check_idle(session, person)
    before = person.roles
    person.retired_at = clock.now()
    withdraw_requests(session, actor, person, keep=frozenset())
    record(session, actor, person, PersonRetired(before=listed(before)))
    if before & SECOND_PERSON:
        tell_administrators(session, actor, RolesChanged())
    return person


def end_unused(session: Session, person: Person) -> None:
    """End an account that was never used, for the clock.

    RuleError where nobody else manages people, or something waits for it.
    """
    check_not_needed(person, managers_of(session, person.agency_id))
    check_idle(session, person)
    if open_requests(session, person.id):
        raise RuleError("A second person must confirm these roles first.", field="roles")
    before, person.retired_at = person.roles, clock.now()
    record(session, SYSTEM, person, PersonRetired(before=listed(before)))
    session.flush()


def edit_profile(
    session: Session, actor: Actor, *, name: str, language: str, version: int, daily_mail: bool = False
) -> Person:
    """Change the actor's own name and language, and whether messages come once a day."""
    person = session.get_one(Person, actor.id, with_for_update=True)
    seen(person, version)
    name, language = clean_name(name, printed=person.agency_id is None), clean_language(language)
    values = {"name": name, "language": language, "daily_mail": daily_mail}
    changed = [field for field, value in values.items() if getattr(person, field) != value]
    person.name, person.language, person.daily_mail = name, language, daily_mail
    if changed:
        record(session, actor, person, ProfileEdited(fields=events.codes(changed)))
    return person


def _admit(
    session: Session, *, name: str, email: str, language: str, roles: frozenset[Role], agency_id: UUID | None
) -> Person:
    name = clean_name(name, printed=agency_id is None)  # the name of an inspector is printed in reports
    email, language = clean_email(email), clean_language(language)
    person = session.scalar(select(Person).where(Person.email == email).with_for_update())
    if person is None:
        person = Person(id=uuid4(), agency_id=agency_id, email=email, role_rows=[])
        session.add(person)
    elif person.retired_at is None or person.agency_id != agency_id:
        raise _in_use()
    else:
        person.role_rows = [row for row in person.role_rows if row.role in roles]
        session.flush()  # the roles that need a second person go before the account is in use again
    person.name, person.language = name, language
    person.invited_at, person.retired_at = clock.now(), None
    kept = {row.role for row in person.role_rows}
    person.role_rows.extend(PersonRole(role=role) for role in sorted(roles - kept))
    try:
        session.flush()
    except IntegrityError as refusal:  # a concurrent request took the address
        raise _in_use() from refusal
    return person


def _in_use() -> RuleError:
    """Return the error for an address with an account. It says what to do, as one account works for one agency."""
    return RuleError(
        "This e-mail address already has an account, and an account works for one agency only. Use another address. "
        "With most providers name+agency@example.nl arrives at name@example.nl.",
        field="email",
    )


def _announce(session: Session, actor: Actor, person: Person) -> None:
    record(session, actor, person, PersonInvited(after=listed(person.roles)))
    tell_person(session, person.id, Invitation())
