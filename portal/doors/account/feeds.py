"""The calendar of a person at a secret address: what must be done until when, without saying about whom."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core import clock
from audits.core.db import Base
from portal.doors.account.services import digest_of


class CalendarFeed(Base):
    """A secret address of one person, as a digest, until it is ended. `everything`: all tasks of the office."""

    __tablename__ = "calendar_feed"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    everything: Mapped[bool]
    made_at: Mapped[datetime]


class Due(NamedTuple):
    """A day in the calendar: the kind of the task, or "audit" for the first day of an own audit."""

    id: UUID
    kind: str
    on: date
    language: str


def feeds_of(session: Session, person_id: UUID) -> list[CalendarFeed]:
    """Return the addresses of a person, newest first."""
    query = select(CalendarFeed).where(CalendarFeed.person_id == person_id)
    return list(session.scalars(query.order_by(CalendarFeed.made_at.desc())))


def make_feed(session: Session, person_id: UUID, *, everything: bool) -> str:
    """Make an address instead of the one of the same kind; return its secret, which is stored nowhere."""
    end_feed(session, person_id, everything=everything)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(digest=digest_of(token), person_id=person_id, everything=everything, made_at=clock.now())
    session.add(feed)
    return token


def end_feed(session: Session, person_id: UUID, *, everything: bool) -> None:
    """Revoke the address of this kind: from now on it is not found."""
    mine = delete(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.everything == everything)
    session.execute(mine)


def due_of(session: Session, token: str) -> Sequence[Due] | None:
    """Return the days of the calendar at an address; None for an address that is not, or no longer, there."""
    digest = digest_of(token)
    if not session.scalar(select(func.calendar_is_there(digest))):
        return None
    known = func.calendar_of(digest).table_valued(*Due._fields)
    return [Due(*row) for row in session.execute(select(known).order_by(known.c.on, known.c.id))]
