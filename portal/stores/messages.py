"""Messages that were mailed: whether each arrived, and whether its reader has seen the notice in the portal.

Of its text only the subject is kept, and the page that it leads to unless the link has a secret.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, Index, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core import clock
from audits.core.db import Base, delete_counted, one_of, stored
from audits.core.statements import one_page
from audits.people.models import Person

PAGE_SIZE = 50


class Delivery(StrEnum):
    """What became of a message."""

    SENT = "sent"  # the mail server took it
    REFUSED = "refused"  # the mail server refused the address
    BOUNCED = "bounced"  # it came back later
    HELD = "held"  # it waits for the message of the day, and is a notice in the portal already


class SentMessage(Base):
    """A message to one person, under the id of its job, which is also in its Message-ID."""

    __tablename__ = "sent_message"
    __table_args__ = (one_of("state", Delivery), Index("ix_sent_message_person", "person_id", "sent_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    subject: Mapped[str]
    path: Mapped[str]  # empty where the link has a secret
    sent_at: Mapped[datetime]
    state: Mapped[Delivery] = mapped_column(stored(Delivery))
    code: Mapped[str]  # why it did not arrive: an enhanced status code (RFC 3463), or the number of the answer
    read_at: Mapped[datetime | None]


def note_message(
    session: Session, message_id: UUID, *, person_id: UUID, subject: str, path: str, state: Delivery, code: str = ""
) -> None:
    """Note what became of a message; one that is sent again keeps its row."""
    values: dict[str, Any] = {"state": state, "code": code, "sent_at": clock.now()}
    row = insert(SentMessage).values(id=message_id, person_id=person_id, subject=subject, path=path, **values)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


def note_bounce(session: Session, message_id: UUID, code: str) -> bool:
    """Note that a message came back; return whether we sent it."""
    came_back = update(SentMessage).where(SentMessage.id == message_id).values(state=Delivery.BOUNCED, code=code)
    return session.scalar(came_back.returning(SentMessage.id)) is not None


def notices_of(session: Session, person_id: UUID, page: int = 1) -> list[SentMessage]:
    """Return one page of the messages to a person, newest first, and one more if there is another page."""
    query = select(SentMessage).where(SentMessage.person_id == person_id)
    query = query.order_by(SentMessage.sent_at.desc(), SentMessage.id)
    return list(session.scalars(one_page(query, page, PAGE_SIZE)))


def count_unread(session: Session, person_id: UUID, path: str | None = None) -> int:
    """Return how many notices a person has not seen, or how many of those that lead to a page."""
    mine = [SentMessage.person_id == person_id, SentMessage.read_at.is_(None)]
    if path:
        mine.append(SentMessage.path == path)
    return session.scalar(select(func.count()).select_from(SentMessage).where(*mine)) or 0


def mark_read(session: Session, person_id: UUID, path: str | None = None) -> None:
    """Note that a person has seen all notices, or all that lead to a page."""
    unread = update(SentMessage).where(SentMessage.person_id == person_id, SentMessage.read_at.is_(None))
    unread = unread.where(SentMessage.path == path) if path else unread
    session.execute(unread.values(read_at=clock.now()))


def held_for(session: Session, until: datetime) -> Mapping[UUID, Sequence[SentMessage]]:
    """Return what was held for each person before a moment, the earliest first; each row is locked."""
    query = select(SentMessage).where(SentMessage.state == Delivery.HELD, SentMessage.sent_at < until)
    query = query.order_by(SentMessage.sent_at, SentMessage.id).with_for_update(skip_locked=True)
    found: defaultdict[UUID, list[SentMessage]] = defaultdict(list)
    for each in session.scalars(query):
        found[each.person_id].append(each)
    return found


class Undelivered(NamedTuple):
    """A message that did not arrive, and to whom."""

    id: UUID
    subject: str
    sent_at: datetime
    state: Delivery
    code: str
    person_id: UUID
    name: str
    email: str


def undelivered(session: Session, agency_id: UUID | None) -> Sequence[Undelivered]:
    """Return what did not arrive at people of an agency, or with None at staff, who still have an account."""
    where = Person.agency_id == agency_id if agency_id else Person.agency_id.is_(None)
    query = select(
        *(SentMessage.id, SentMessage.subject, SentMessage.sent_at, SentMessage.state, SentMessage.code),
        *(Person.id, Person.name, Person.email),
    ).join(Person, Person.id == SentMessage.person_id)
    lost = SentMessage.state.not_in((Delivery.SENT, Delivery.HELD))
    query = query.where(lost, Person.retired_at.is_(None), where)
    rows = session.execute(query.order_by(SentMessage.sent_at.desc(), SentMessage.id).limit(PAGE_SIZE))
    return [Undelivered(*row) for row in rows]


def forget_before(session: Session, moment: datetime) -> int:
    """Delete messages of before a moment; return how many."""
    return delete_counted(session, delete(SentMessage).where(SentMessage.sent_at < moment))
