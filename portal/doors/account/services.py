"""Sign in and out, send and redeem links, change passwords. The database stores digests of tokens only."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import ColumnElement, Executable, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session, lazyload

from audits.core import clock, events
from audits.core.access import Actor, Role
from audits.core.db import delete_counted
from audits.core.errors import NotFoundError, RuleError
from audits.core.notices import tell_person
from audits.people.models import Person
from audits.people.queries import approach
from portal.doors.account import throttle
from portal.doors.account.events import AddressKept, PasswordSet, SessionOpened
from portal.doors.account.models import AddressChange, HeldForm, LoginSession, MailToken, PasswordHash
from portal.doors.account.notices import Reset
from portal.doors.account.rules import (
    HELD_FOR,
    IDLE,
    LIFETIME,
    PASSWORD_MAX,
    TOKEN_LIFETIME,
    Purpose,
    check_password,
    normal,
)

# OWASP's argon2id parameters with three passes: about 40 ms, and little enough memory for parallel logins.
HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
ACT_AS = text("SELECT * FROM act_as(:token, :used_after, :opened_after)")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who has just signed in; `token` goes into the cookie and is stored nowhere else."""

    person_id: UUID
    email: str
    roles: frozenset[Role]
    token: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session and its person as plain values, which every request of a signed-in person loads."""

    digest: bytes
    seen_at: datetime
    actor: Actor
    name: str
    language: str


def sign_in(session: Session, email: str, password: str) -> SignedIn:
    """Open a session for the right password.

    An unknown address, a retired person and a wrong password take the same time and raise the same error.
    """
    person = _find_person(session, email)
    credential = session.get(PasswordHash, person.id if person else uuid4())
    right = _matches(credential.password_hash if credential else _nobody(), password)
    if person is None or credential is None or not right:
        raise RuleError("The e-mail address or the password is not right.", field="password")
    if HASHER.check_needs_rehash(credential.password_hash):
        credential.password_hash = HASHER.hash(normal(password))
    return open_session(session, person)


def open_session(session: Session, person: Person) -> SignedIn:
    """Add a session with a new token for this browser."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(LoginSession(digest=digest_of(token), person_id=person.id, created_at=now, seen_at=now))
    events.record(session, SessionOpened(), subject_id=person.id, actor=person.actor, agency_id=person.agency_id)
    return SignedIn(person.id, person.email, person.roles, token)


def find_session(session: Session, token: str) -> OpenSession | None:
    """Return the valid session of a token with its person and roles, or None, in one statement.

    It also makes this person the actor of the transaction, which the row policies of the database read.
    """
    row = session.execute(ACT_AS, acting(token)).one_or_none()
    if row is None:
        return None
    seen_at, person_id, agency_id, name, language, roles = row
    actor = Actor(person_id, frozenset(map(Role, roles)), agency_id)
    return OpenSession(digest_of(token), seen_at, actor, name, language)


def acting(token: str) -> dict[str, Any]:
    """Return the parameters of ACT_AS for a token."""
    used_after, opened_after = _bounds()
    return {"token": token, "used_after": used_after, "opened_after": opened_after}


def sessions_of(session: Session, person_id: UUID) -> list[LoginSession]:
    """Return the valid sessions of a person, the latest used first."""
    query = select(LoginSession).where(LoginSession.person_id == person_id, _alive(*_bounds()))
    return list(session.scalars(query.order_by(LoginSession.seen_at.desc())))


def end_sessions(
    session: Session, person_id: UUID, *, current: str, keep: bytes, opened_at: datetime | None = None
) -> None:
    """End the sessions of a person except `keep`, or of these the one opened at that moment.

    RuleError at `current` unless that is the password: a browser left open must not shut out its owner.
    """
    check_own_password(session, person_id, current)
    if opened_at is None:
        sign_out_everywhere(session, person_id, keep=keep)
    for each in sessions_of(session, person_id):
        if each.created_at == opened_at and each.digest != keep:
            sign_out(session, each.digest)


def sign_out(session: Session, digest: bytes) -> None:
    """End one session; effective at once on all web servers."""
    ending = update(LoginSession).where(LoginSession.digest == digest, LoginSession.ended_at.is_(None))
    session.execute(ending.values(ended_at=clock.now()))


def sign_out_everywhere(session: Session, person_id: UUID, *, keep: bytes | None = None) -> None:
    """End all sessions of one person, except `keep`."""
    ending = update(LoginSession).where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
    if keep is not None:
        ending = ending.where(LoginSession.digest != keep)
    session.execute(ending.values(ended_at=clock.now()))


def sign_out_everybody(session: Session) -> None:
    """End every session and every mailed link: after a restore some are there that had ended, or been used."""
    session.execute(delete(HeldForm))  # their files are in no backup
    session.execute(delete(LoginSession))
    session.execute(delete(MailToken))


def password_since(session: Session, email: str) -> datetime | None:
    """Return since when the account has its password; None for an unknown address too, with the same work."""
    person = _find_person(session, email)
    credential = session.get(PasswordHash, person.id if person else uuid4())
    return credential.changed_at if credential else None


def find_person_id(session: Session, email: str) -> UUID | None:
    """Return the id of the person with this address, or None; for the security log."""
    person = _find_person(session, email)
    return person.id if person else None


def request_reset(session: Session, email: str) -> None:
    """Queue a mail with a link. An unknown address takes the same work; its job then sends nothing."""
    person = _find_person(session, email)
    person_id = person.id if person else uuid4()
    tell_person(session, person_id, Reset())


def mint_token(session: Session, person_id: UUID, purpose: Purpose, change_id: UUID | None = None) -> str:
    """Create a link token. Called when the mail is written, so that no secret is stored in the outbox.

    `change_id` is the change of address that the link is about.
    """
    token = secrets.token_urlsafe(32)
    values = {"person_id": person_id, "purpose": purpose, "change_id": change_id}
    session.add(MailToken(digest=digest_of(token), expires_at=clock.now() + TOKEN_LIFETIME[purpose], **values))
    return token


def holder_of(session: Session, token: str, purpose: Purpose) -> Person:
    """Return the person whom a link was sent to; NotFoundError if it is used, too old, or the person retired."""
    session.execute(select(func.approach_by_link(token.replace("\0", ""))))  # PostgreSQL refuses NUL
    query = select(Person).join(MailToken, MailToken.person_id == Person.id)
    person = session.scalar(query.where(_usable(token, purpose), Person.retired_at.is_(None)))
    if person is None:
        raise NotFoundError("This link no longer works.")
    return person


def set_password(session: Session, token: str, purpose: Purpose, password: str) -> Person:
    """Redeem a link: set the password, use up all links of the person, end all sessions.

    The link of an objection also keeps the address. RuleError at `password` leaves everything unchanged.
    """
    person = holder_of(session, token, purpose)
    check_password(password, name=person.name, email=person.email)
    ending = update(MailToken).where(_usable(token, purpose)).values(used_at=clock.now())
    used: Executable = ending.returning(MailToken.person_id)
    if purpose is Purpose.OBJECTION:
        used = select(func.keep_address(token, clock.now()))
    if session.scalar(used) is None:  # a concurrent request used the link first
        raise NotFoundError("This link no longer works.")
    if purpose is Purpose.OBJECTION:
        session.refresh(person, ["email"])
        events.record(session, AddressKept(), subject_id=person.id, actor=person.actor, agency_id=person.agency_id)
    store_password(session, person, password)
    return person


def check_own_password(session: Session, person_id: UUID, typed: str) -> None:
    """Raise RuleError at `current` unless this is the password of the person, whose row stays locked."""
    credential = session.get(PasswordHash, person_id, with_for_update=True)
    if not _matches(credential.password_hash if credential else _nobody(), typed):
        raise RuleError("The current password is not right.", field="current")


def change_password(session: Session, person_id: UUID, *, current: str, password: str, keep: bytes) -> None:
    """Replace the password after checking the current one; ends other sessions.

    RuleError at `current` or `password`.
    """
    check_own_password(session, person_id, current)
    person = session.get_one(Person, person_id)
    check_password(password, name=person.name, email=person.email)
    store_password(session, person, password, keep=keep)


def store_password(session: Session, person: Person, password: str, *, keep: bytes | None = None) -> None:
    """Set the password, use up all links and end all sessions but `keep`. The caller has authorised it."""
    now = clock.now()
    credential = session.get(PasswordHash, person.id, with_for_update=True)
    if credential is None:
        credential = PasswordHash(person_id=person.id)
        session.add(credential)
    credential.password_hash, credential.changed_at = HASHER.hash(normal(password)), now
    old = update(MailToken).where(MailToken.person_id == person.id, MailToken.used_at.is_(None))
    session.execute(old.values(used_at=now))
    sign_out_everywhere(session, person.id, keep=keep)
    events.record(session, PasswordSet(), subject_id=person.id, actor=person.actor, agency_id=person.agency_id)


def clear_out(session: Session) -> int:
    """Delete ended sessions, links used or too old, old changes of addresses, and forms that were held for too long.

    Return how many. Old throttle rows go too: they are digests, and are not counted.
    """
    now = clock.now()
    used = or_(MailToken.expires_at < now, MailToken.used_at.is_not(None))
    linked = exists().where(MailToken.change_id == AddressChange.id)
    old = (
        delete(HeldForm).where(HeldForm.held_at < now - HELD_FOR),
        delete(LoginSession).where(LoginSession.created_at < now - LIFETIME),
        delete(MailToken).where(used),
        delete(AddressChange).where(AddressChange.asked_at < now - TOKEN_LIFETIME[Purpose.OBJECTION], ~linked),
    )
    gone = sum(delete_counted(session, rows) for rows in old)
    throttle.forget_old(session)
    return gone


def digest_of(token: str) -> bytes:
    """Return the digest under which a token is stored; 256 random bits need no salt."""
    return sha256(token.encode()).digest()


def _find_person(session: Session, email: str) -> Person | None:
    typed = email.strip().replace("\0", "")
    approach(session, typed)
    query = select(Person).where(Person.email == typed, Person.retired_at.is_(None)).options(lazyload(Person.role_rows))
    return session.scalar(query)


def _alive(used_after: datetime, opened_after: datetime) -> ColumnElement[bool]:
    used = LoginSession.seen_at > used_after
    return and_(LoginSession.ended_at.is_(None), used, LoginSession.created_at > opened_after)


def _bounds() -> tuple[datetime, datetime]:
    """Return the bounds of a valid session: used after the first moment, and opened after the second."""
    now = clock.now()
    return now - IDLE, now - LIFETIME


def _usable(token: str, purpose: Purpose) -> ColumnElement[bool]:
    return and_(
        MailToken.digest == digest_of(token),
        MailToken.purpose == purpose,
        MailToken.used_at.is_(None),
        MailToken.expires_at > clock.now(),
    )


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, normal(password[: PASSWORD_MAX + 1]))
    except VerificationError:
        return False


@cache
def _nobody() -> str:
    """Return a hash that no password matches, so that unknown accounts take as long as known ones."""
    return HASHER.hash(secrets.token_urlsafe(32))
