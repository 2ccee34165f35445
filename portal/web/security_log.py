"""The security log: who tried what. It holds codes and ids, no secret and no content, and is cleared after a term.

A visitor's address is stored as a keyed hash: one visitor has one code in this installation, which shows that attempts
belong together, and without SECRET_KEY nobody can find the address that it stands for.
"""

import hmac
import logging
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Select, delete, insert, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from audits.core import clock
from audits.core.access import Actor, Permission, authorise
from audits.core.db import Base, delete_counted, one_of, stored
from audits.core.statements import one_page
from audits.people.models import Person
from portal.settings import Settings, current_settings
from portal.web.addresses import address_group

PAGE_SIZE = 50
A_MINUTE, A_MINUTE_IN_ALL = 30, 600  # lines per process that strangers can cause: of one kind and visitor, and in all

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What a line is about."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    THROTTLED = "throttled"
    REFUSED = "refused"
    FORGED_FORM = "forged_form"
    RESET_ASKED = "reset_asked"
    LINK_REFUSED = "link_refused"
    PASSWORD_SET = "password_set"  # noqa: S105  # a code
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_REFUSED = "password_refused"  # noqa: S105
    EVIDENCE_DOWNLOADED = "evidence_downloaded"
    DOCUMENT_DOWNLOADED = "document_downloaded"
    PERSON_INVITED = "person_invited"
    ROLES_CHANGED = "roles_changed"
    ACCOUNT_ENDED = "account_ended"
    WORK_RETRIED = "work_retried"
    KEYS_CHANGED = "keys_changed"
    AGENCY_REGISTERED = "agency_registered"
    NOTE_FORGOTTEN = "note_forgotten"
    SIGNAL_READ = "signal_read"
    VAULT_READ = "vault_read"
    VAULT_READERS = "vault_readers"
    ADDRESS_ASKED = "address_asked"
    ADDRESS_CHANGED = "address_changed"


class SecurityEvent(Base):
    """One line. Triggers refuse changes, and deletion within the shortest term.

    Without foreign keys: a line must be written whatever is locked or undone.
    """

    __tablename__ = "security_event"
    __table_args__ = (
        one_of("kind", Kind),
        CheckConstraint("detail ~ '^[A-Za-z0-9_.-]{1,80}$'", name="detail"),
        CheckConstraint("visitor ~ '^[0-9a-f]{16}$'", name="visitor"),
        CheckConstraint("request_id ~ '^[A-Za-z0-9._-]{8,64}$'", name="request_id"),
        Index("ix_security_event_newest", "happened_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    happened_at: Mapped[datetime]
    kind: Mapped[Kind] = mapped_column(stored(Kind))
    person_id: Mapped[UUID | None] = mapped_column(index=True)  # who did it, or whose account was tried
    subject_id: Mapped[UUID | None]  # the file, document or other person it is about
    # The page, the bucket of a throttle, or what a command did, as in `keys.rotate.seal-2`.
    detail: Mapped[str | None]
    visitor: Mapped[str | None]  # keyed hash of the address
    request_id: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to search for; empty values do not limit."""

    since: date | None = None
    until: date | None = None
    kind: Kind | None = None
    person: str = ""
    visitor: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A line with the people in it."""

    line: SecurityEvent
    person: Person | None
    subject: Person | None


def init_app(app: Flask, settings: Settings) -> None:
    """Make the key for visitors' codes, and count lines from now on."""
    app.extensions["visitor_key"] = hmac.digest(settings.secret_key.encode(), b"visitor in the security log", "sha256")
    app.extensions["flood"] = Flood()


def record(
    session: Session,
    kind: Kind,
    *,
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
    detail: str | None = None,
) -> None:
    """Add a line about something that this transaction does. By default it is about the signed-in person."""
    line = insert(SecurityEvent).values(
        kind=kind,
        happened_at=clock.now(),
        person_id=person_id or signed_in_person(),
        subject_id=subject_id,
        detail=detail,
        visitor=_visitor(),
        request_id=g.get("request_id") if has_request_context() else None,
    )
    session.execute(line.inline())  # returns no id: people outside the office may not read the log


def note(
    kind: Kind, *, person_id: UUID | None = None, subject_id: UUID | None = None, detail: str | None = None
) -> None:
    """Add a line in a transaction of its own, which stays when that of the request is undone.

    Never raises: without the database, and above the limits for a flood, only the log of the process has the line.
    """
    g.noted = True
    kept = "account.login" in current_app.view_functions and current_app.extensions["flood"].admits(kind, _visitor())
    log.info("security", extra={"kind": kind.value, "detail": detail, "kept": kept})
    if not kept:
        return
    try:
        with current_app.extensions["sessionmaker"].begin() as beside:
            record(beside, kind, person_id=person_id, subject_id=subject_id, detail=detail)
    except SQLAlchemyError:
        log.exception("the security log takes no line")


def trace(kind: Kind, *, subject_id: UUID) -> None:
    """Add a line in a transaction of its own, before something is shown that nobody may read unnoticed; or raise."""
    with current_app.extensions["sessionmaker"].begin() as beside:
        record(beside, kind, subject_id=subject_id)


def search(session: Session, actor: Actor, wanted: Wanted, page: int = 1) -> list[Found]:
    """Return one page of lines, newest first, and one more line if there is another page."""
    authorise(actor, Permission.SECURITY_LOG_VIEW)
    person, subject = aliased(Person), aliased(Person)
    query = select(SecurityEvent, person, subject).outerjoin(person, person.id == SecurityEvent.person_id)
    query = _limited(query.outerjoin(subject, subject.id == SecurityEvent.subject_id), wanted)
    if text := wanted.person.replace("\0", "").strip():
        query = query.where(or_(*(each.icontains(text, autoescape=True) for each in (person.name, person.email))))
    query = query.order_by(SecurityEvent.happened_at.desc(), SecurityEvent.id.desc())
    part = one_page(query, page, PAGE_SIZE)
    return [Found(*row) for row in session.execute(part)]


def clear_security_log(session: Session) -> int:
    """Delete lines of the security log that are older than SECURITY_LOG_DAYS; return how many."""
    oldest = clock.now() - timedelta(days=current_settings().security_log_days)
    old = delete(SecurityEvent).where(SecurityEvent.happened_at < oldest)
    return delete_counted(session, old)


def signed_in_person() -> UUID | None:
    """Return the id of the person that this request was found to come from; looks nobody up."""
    visitor = g.get("_login_user") if has_request_context() else None
    return visitor.actor.id if visitor is not None and visitor.is_authenticated else None


class Flood:
    """Limits on the lines per minute that this process writes: else a stranger could fill the disk."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._lines: Counter[tuple[Kind, str | None]] = Counter()
        self._lock = threading.Lock()

    def admits(self, kind: Kind, visitor: str | None) -> bool:
        """Count a line; return whether it is within the limits."""
        minute = clock.now().replace(second=0, microsecond=0)
        with self._lock:
            if minute != self._minute:
                self._minute, self._lines = minute, Counter()
            if self._lines[kind, visitor] >= A_MINUTE or self._lines.total() >= A_MINUTE_IN_ALL:
                return False
            self._lines[kind, visitor] += 1
            return True


def _visitor() -> str | None:
    if not has_request_context():
        return None
    key: bytes = current_app.extensions["visitor_key"]
    return hmac.digest(key, address_group(request.remote_addr).encode(), "sha256").hex()[:16]


def _limited(query: Select[SecurityEvent, Person, Person], wanted: Wanted) -> Select[SecurityEvent, Person, Person]:
    if wanted.since:
        query = query.where(SecurityEvent.happened_at >= clock.midnight(wanted.since))
    if wanted.until:
        query = query.where(SecurityEvent.happened_at < clock.midnight(wanted.until) + timedelta(days=1))
    if wanted.kind:
        query = query.where(SecurityEvent.kind == wanted.kind)
    if wanted.visitor:
        query = query.where(SecurityEvent.visitor == wanted.visitor)
    return query
