"""Change the own e-mail address: asked for with the password, taken by a link to the new one, undone by one to the old.

Nobody learns whether another has the new address: then no link is sent, and the page says the same.
"""

from uuid import UUID, uuid4

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from audits.core import clock, events
from audits.core.access import Actor
from audits.core.errors import NotFoundError, RuleError
from audits.core.notices import tell_person
from audits.core.typed import clean_email
from audits.people.models import Person
from portal.doors.account import notices
from portal.doors.account.events import AddressAsked, AddressTaken
from portal.doors.account.models import AddressChange, MailToken
from portal.doors.account.rules import Purpose
from portal.doors.account.services import check_own_password, digest_of, holder_of, sign_out_everywhere


def ask_for(session: Session, actor: Actor, *, current: str, email: str) -> None:
    """Queue a link to the new address, which ends earlier ones, and another to the present one.

    RuleError at `current` unless that is the password, and at `email` for no address or the present one.
    """
    check_own_password(session, actor.id, current)
    new, person = clean_email(email), session.get_one(Person, actor.id)
    if new.casefold() == person.email.casefold():
        raise RuleError("This is your e-mail address already.", field="email")
    _use_up(session, person.id, Purpose.ADDRESS)
    change = AddressChange(id=uuid4(), person_id=person.id, old_email=person.email, new_email=new, asked_at=clock.now())
    session.add(change)
    session.flush()
    tell_person(session, person.id, notices.AddressAsked(), subject_id=change.id)
    tell_person(session, person.id, notices.AddressLeft(), subject_id=change.id)
    events.record(session, AddressAsked(), subject_id=person.id, actor=actor, agency_id=actor.agency_id)


def destination(session: Session, kind: str, change_id: UUID) -> str | None:
    """Return the address that a message about a change goes to; None to send none.

    None is sent about a change that is forgotten, nor to a new address that has an account or is not the last one.
    """
    change = session.get(AddressChange, change_id)
    if change is None or kind == notices.AddressLeft.kind:
        return change.old_email if change else None
    has_account = exists().where(Person.email == change.new_email)
    later = exists().where(AddressChange.person_id == change.person_id, AddressChange.asked_at > change.asked_at)
    return None if session.scalar(select(or_(has_account, later))) else change.new_email


def change_of(session: Session, token: str, purpose: Purpose) -> AddressChange:
    """Return the change that a link is about; NotFoundError if the link no longer works."""
    holder_of(session, token, purpose)
    query = select(AddressChange).join(MailToken, MailToken.change_id == AddressChange.id)
    return session.scalars(query.where(MailToken.digest == digest_of(token))).one()


def take(session: Session, token: str, *, here: bytes | None) -> Person:
    """Redeem the link to the new address: the person signs in with it from now on. Ends all sessions but `here`.

    Earlier links for a new password end too, as they went to the old address. NotFoundError if the link no longer
    works, or another account has the address by now.
    """
    person = holder_of(session, token, Purpose.ADDRESS)
    if session.scalar(select(func.take_address(token, clock.now()))) is None:
        raise NotFoundError("This link no longer works.")
    session.refresh(person, ["email"])
    _use_up(session, person.id, Purpose.ADDRESS, Purpose.RESET)
    sign_out_everywhere(session, person.id, keep=here)
    events.record(session, AddressTaken(), subject_id=person.id, actor=person.actor, agency_id=person.agency_id)
    return person


def _use_up(session: Session, person_id: UUID, *purposes: Purpose) -> None:
    old = update(MailToken).where(MailToken.person_id == person_id, MailToken.used_at.is_(None))
    session.execute(old.where(MailToken.purpose.in_(purposes)).values(used_at=clock.now()))
