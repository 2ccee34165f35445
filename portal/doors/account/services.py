"""Signing in and out, links sent by mail, passwords. Tokens leave this module once; the database keeps digests."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import ColumnElement, DateTime, LargeBinary, Text, Uuid, and_, column, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, lazyload

from audits.core import clock, events, outbox
from audits.core.access import Actor, Role
from audits.core.errors import NotFoundError, RuleError
from audits.people.models import Person
from audits.people.queries import approach
from portal.doors.account import throttle
from portal.doors.account.models import LoginSession, MailToken, PasswordHash
from portal.doors.account.rules import (
    IDLE,
    LIFETIME,
    PASSWORD_MAX,
    TOKEN_LIFETIME,
    Purpose,
    check_password,
    normal,
)

# OWASP's argon2id advice with three passes: about 40 ms, and little enough memory for a few logins at once.
HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has just proved who they are; `token` goes into the cookie of that browser and nowhere else."""

    person_id: UUID
    email: str
    roles: frozenset[Role]
    token: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One signed-in browser and the person at it, as plain values: every page of somebody signed in asks for it."""

    digest: bytes
    seen_at: datetime
    actor: Actor
    name: str
    language: str
    sees: str  # what the policies of the database let this person see


_FOUND = (
    column("seen_at", DateTime(timezone=True)),
    column("person", Uuid()),
    column("agency", Uuid()),
    column("name", Text()),
    column("language", Text()),
    column("roles", ARRAY(Text())),
    column("sees", Text()),
)


def sign_in(session: Session, email: str, password: str) -> SignedIn:
    """Open a session for the right password. Unknown, retired and wrong cost the same work and raise the same error."""
    person = _find_person(session, email)
    credential = session.get(PasswordHash, person.id if person else uuid4())
    right = _matches(credential.password_hash if credential else _nobody(), password)
    if person is None or credential is None or not right:
        raise RuleError("The e-mail address or the password is not right.", field="password")
    if HASHER.check_needs_rehash(credential.password_hash):
        credential.password_hash = HASHER.hash(normal(password))
    return open_session(session, person)


def open_session(session: Session, person: Person) -> SignedIn:
    """A new session with a new token for this browser."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(LoginSession(digest=digest_of(token), person_id=person.id, created_at=now, seen_at=now))
    events.record(session, "account.sign_in", subject_id=person.id, actor=person.actor, agency_id=person.agency_id)
    return SignedIn(person.id, person.email, person.roles, token)


def find_session(session: Session, token: str) -> OpenSession | None:
    """The living session of a token with its person and roles, in one statement, which also lets the transaction act
    for that person: the policies of the database go by it.
    """
    digest, now = digest_of(token), clock.now()
    found = func.act_as(digest, now - IDLE, now - LIFETIME, type_=LargeBinary).table_valued(*_FOUND)
    row = session.execute(select(found)).one_or_none()
    if row is None:
        return None
    actor = Actor(row.person, frozenset(map(Role, row.roles)), row.agency)
    return OpenSession(digest, row.seen_at, actor, row.name, row.language, row.sees)


def sessions_of(session: Session, person_id: UUID) -> list[LoginSession]:
    """Where somebody is signed in now, the latest used first."""
    query = select(LoginSession).where(LoginSession.person_id == person_id, _alive(clock.now()))
    return list(session.scalars(query.order_by(LoginSession.seen_at.desc())))


def sign_out(session: Session, digest: bytes) -> None:
    """End one session, on every machine at once."""
    ending = update(LoginSession).where(LoginSession.digest == digest, LoginSession.ended_at.is_(None))
    session.execute(ending.values(ended_at=clock.now()))


def sign_out_everywhere(session: Session, person_id: UUID, *, keep: bytes | None = None) -> None:
    """End all sessions of one person, except perhaps the one in hand."""
    ending = update(LoginSession).where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
    if keep is not None:
        ending = ending.where(LoginSession.digest != keep)
    session.execute(ending.values(ended_at=clock.now()))


def request_reset(session: Session, email: str) -> None:
    """Promise a mail with a link. A stranger's address costs the same work, and its promise comes to nothing."""
    person = _find_person(session, email)
    person_id = person.id if person else uuid4()
    outbox.enqueue(session, "mail", template="reset", person_id=str(person_id))


def mint_token(session: Session, person_id: UUID, purpose: Purpose) -> str:
    """A new link token. Made at the moment of mailing, so that no secret waits in the outbox."""
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + TOKEN_LIFETIME[purpose]
    session.add(MailToken(digest=digest_of(token), person_id=person_id, purpose=purpose, expires_at=expires_at))
    return token


def holder_of(session: Session, token: str, purpose: Purpose) -> Person:
    """Whom a link was sent to; NotFoundError once it is used, too old, or its person retired."""
    session.execute(select(func.approach_by_link(digest_of(token))))
    query = select(Person).join(MailToken, MailToken.person_id == Person.id)
    person = session.scalar(query.where(_usable(token, purpose), Person.retired_at.is_(None)))
    if person is None:
        raise NotFoundError("This link no longer works.")
    return person


def set_password(session: Session, token: str, purpose: Purpose, password: str) -> Person:
    """Use up a link and all others of that person, and end what was signed in; RuleError at `password` does nothing."""
    person = holder_of(session, token, purpose)
    check_password(password, name=person.name, email=person.email)
    used = update(MailToken).where(_usable(token, purpose)).values(used_at=clock.now())
    if session.scalar(used.returning(MailToken.person_id)) is None:  # somebody was a moment earlier
        raise NotFoundError("This link no longer works.")
    store_password(session, person, password)
    return person


def change_password(session: Session, person_id: UUID, *, current: str, password: str, keep: bytes) -> None:
    """Replace the password by who knows it; every other browser is signed out. RuleError at `current` or `password`."""
    credential = session.get(PasswordHash, person_id, with_for_update=True)
    if not _matches(credential.password_hash if credential else _nobody(), current) or credential is None:
        raise RuleError("The current password is not right.", field="current")
    person = session.get_one(Person, person_id)
    check_password(password, name=person.name, email=person.email)
    store_password(session, person, password, keep=keep)


def store_password(session: Session, person: Person, password: str, *, keep: bytes | None = None) -> None:
    """Set the password, use up all links and end all sessions but `keep`. The caller has checked who asks."""
    now = clock.now()
    credential = session.get(PasswordHash, person.id, with_for_update=True)
    if credential is None:
        credential = PasswordHash(person_id=person.id)
        session.add(credential)
    credential.password_hash, credential.changed_at = HASHER.hash(normal(password)), now
    old = update(MailToken).where(MailToken.person_id == person.id, MailToken.used_at.is_(None))
    session.execute(old.values(used_at=now))
    sign_out_everywhere(session, person.id, keep=keep)
    events.record(session, "account.set_password", subject_id=person.id, actor=person.actor, agency_id=person.agency_id)


def clear_out(session: Session) -> None:
    """What the night takes away: dead sessions, dead links, quiet buckets of the brake."""
    now = clock.now()
    session.execute(delete(LoginSession).where(LoginSession.created_at < now - LIFETIME))
    session.execute(delete(MailToken).where(or_(MailToken.expires_at < now, MailToken.used_at.is_not(None))))
    throttle.forget_old(session)


def digest_of(token: str) -> bytes:
    """What the database knows of a token; 256 random bits need no salt."""
    return sha256(token.encode()).digest()


def _find_person(session: Session, email: str) -> Person | None:
    typed = email.strip().replace("\0", "")
    approach(session, typed)
    query = select(Person).where(Person.email == typed, Person.retired_at.is_(None)).options(lazyload(Person.role_rows))
    return session.scalar(query)


def _alive(now: datetime) -> ColumnElement[bool]:
    return and_(
        LoginSession.ended_at.is_(None), LoginSession.seen_at > now - IDLE, LoginSession.created_at > now - LIFETIME
    )


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
    """A hash that no password fits, so that an unknown account takes as long as a known one."""
    return HASHER.hash(secrets.token_urlsafe(32))
