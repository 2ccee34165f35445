"""The audit trail: one append-only row per move or edit, in the same transaction as the change.

An event holds codes, numbers and ids, and is kept for ever. Data that must be erasable (free text, personal data) is in
a separate row, the note; the event holds the salted digest of it, so that the trail can still be verified after the
note was deleted.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Any, ClassVar, NewType, Self, dataclass_transform
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Insert, bindparam, func, insert, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from audits.core import clock
from audits.core.access import Actor, ActorKind
from audits.core.canonical import canonical
from audits.core.db import Base, Txid, stored, table_of
from audits.core.errors import NotFoundError

FORMAT = 2  # 1: events from before notes and kinds of actors existed, with everything in `data`
SALT_BYTES = 16

Code = NewType("Code", str)  # a code of our own or of the scheme, or a number that we issued
Digest = NewType("Digest", str)  # a digest of data that is not personal, in hexadecimal

KINDS: dict[str, type["EventData"]] = {}
_CODE = re.compile(r"[A-Za-z0-9_.:/+-]*")


def forgettable(*, default: Any = "") -> Any:
    """Declare an event field that is stored in the note and can be erased."""
    return field(default=default, metadata={"forgettable": True})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(forgettable, field))
class EventData:
    """Base of the event types: frozen dataclasses, recordable once they have a name.

    `name` is `subject.verb`; `words` is the text for readers. A field is an id, a number, a day, a member of an enum, a
    Code or a Digest, or several of those; anything else must be `forgettable`.
    """

    name: ClassVar[str]
    words: ClassVar[str]

    def __init_subclass__(cls, *, name: str = "", words: str = "") -> None:
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True)(cls)
        if name:
            if name in KINDS or not words:
                raise ValueError(f"the event {name} needs words, and a name of its own")
            cls.name, cls.words = name, words
            KINDS[name] = cls


class Moved(EventData):
    """A move along a flow; the verb in its name is the name of the move."""

    before: StrEnum
    after: StrEnum
    reason: str = forgettable()

    @classmethod
    def verb(cls) -> str:
        """Return the name of the move in its flow."""
        return cls.name.partition(".")[2]

    @classmethod
    def of(cls, row: Any, before: StrEnum, after: StrEnum, reason: str) -> Self:  # noqa: ARG003  # for subclasses
        """Build the event of a move that `row` made."""
        return cls(before=before, after=after, reason=reason)


class Event(Base):
    """One event: what happened, who did it, and when. A trigger refuses UPDATE and DELETE."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN format = 1 THEN actor_kind IS NULL AND actor_id IS NOT NULL "
            "ELSE actor_kind IS NOT NULL AND actor_kind IN ('person', 'system', 'anonymous') "
            "AND (actor_kind = 'person') = (actor_id IS NOT NULL) END",
            name="actor",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    format: Mapped[int] = mapped_column(server_default="1")
    happened_at: Mapped[datetime]
    name: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    actor_kind: Mapped[ActorKind | None] = mapped_column(stored(ActorKind))
    actor_id: Mapped[UUID | None]
    agency_id: Mapped[UUID | None] = mapped_column(index=True)
    data: Mapped[dict[str, Any]]
    note_sha256: Mapped[str | None]  # digest of the note; see `digest_of`
    txid: Mapped[Txid]

    note: Mapped["EventNote | None"] = relationship(back_populates="event")

    __mapper_args__ = {"eager_defaults": False}

    @property
    def told(self) -> dict[str, Any]:
        """Return all fields of the event, except what was erased."""
        return self.data | (self.note.data if self.note else {})


class EventNote(Base):
    """The erasable part of an event: free text and personal data. May be deleted, never changed."""

    __tablename__ = "event_note"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    salt: Mapped[bytes]
    data: Mapped[dict[str, Any]]

    event: Mapped[Event] = relationship(back_populates="note")


def record(session: Session, told: EventData, *, subject_id: UUID, actor: Actor, agency_id: UUID | None = None) -> None:
    """Add one event, and its note if it has erasable fields."""
    values, note = _rows(told, subject_id, actor, agency_id)
    event = Event(**values)
    if note:
        event.note = EventNote(**note)
    session.add(event)


def record_at_once(
    session: Session, told: EventData, *, subject_id: UUID, actor: Actor, agency_id: UUID | None = None
) -> None:
    """Add one event as `record` does, but now and in one statement: for what is saved with every key press."""
    values, note = _rows(told, subject_id, actor, agency_id)
    if note:
        named = {f"its_{name}": value for name, value in values.items()}
        session.execute(_with_note(), named | {f"note_{name}": value for name, value in note.items()})
    else:
        session.execute(insert(table_of(Event)).inline(), values)


def _rows(
    told: EventData, subject_id: UUID, actor: Actor, agency_id: UUID | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of an event and those of its note, which are none if there is nothing to erase."""
    data, noted = _split(told)
    salt = secrets.token_bytes(SALT_BYTES) if noted else b""
    values = {
        "format": FORMAT,
        "name": told.name,
        "subject_id": subject_id,
        "actor_kind": actor.kind,
        "actor_id": actor.id if actor.kind is ActorKind.PERSON else None,
        "agency_id": agency_id,
        "happened_at": clock.now(),
        "data": data,
        "note_sha256": digest_of(salt, noted) if noted else None,
    }
    return values, {"salt": salt, "data": noted} if noted else {}


@cache
def _with_note() -> Insert:
    """Return the statement that adds an event and its note, which needs the id of the event."""
    event, note = table_of(Event), table_of(EventNote).c
    columns = [each for each in event.c if each.name not in {"id", "txid"}]
    values = {each.name: bindparam(f"its_{each.name}", type_=each.type) for each in columns}
    added = insert(event).values(values).returning(event.c.id).cte("added")
    said = (bindparam(f"note_{each.name}", type_=each.type) for each in (note.salt, note.data))
    return insert(table_of(EventNote)).from_select(["event_id", "salt", "data"], select(added.c.id, *said))


def forget_note(session: Session, event_id: int) -> None:
    """Forget the erasable part of one event: what remains, and the log, still verify. For the role of the worker.

    NotFoundError if there is none, or none any more.
    """
    if not session.scalar(select(func.forget_note(event_id))):
        raise NotFoundError(f"no note of event {event_id}")


def digest_of(salt: bytes, data: Mapping[str, Any]) -> str:
    """Return SHA-256 (hex) of salt and canonical JSON of a note. Without salt, short texts could be guessed."""
    return sha256(salt + canonical(data)).hexdigest()


def history(session: Session, subject_id: UUID) -> list[Event]:
    """Return all events of one subject, oldest first."""
    query = select(Event).where(Event.subject_id == subject_id).options(joinedload(Event.note))
    return list(session.scalars(query.order_by(Event.id)))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the differences as {field: [old, new]}."""
    return {key: [before.get(key), value] for key, value in after.items() if before.get(key) != value}


def codes(values: Iterable[str]) -> tuple[Code, ...]:
    """Convert several values to codes for an event."""
    return tuple(Code(value) for value in values)


def _split(told: EventData) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split the fields of an event into those of its row and those of its note; empty note fields are left out."""
    data: dict[str, Any] = {}
    noted: dict[str, Any] = {}
    for each in fields(told):  # type: ignore[arg-type]  # every subclass is a dataclass
        value = getattr(told, each.name)
        if each.metadata.get("forgettable"):
            if value:
                noted[each.name] = value
        else:
            data[each.name] = _plain(value)
    return data, noted


def _plain(value: Any) -> Any:
    """Convert a value to JSON; ValueError for text that is no code, which might be free text."""
    if isinstance(value, str):
        if not _CODE.fullmatch(value):
            raise ValueError("an event holds codes only; free text and personal data belong in its note")
        return str(value)
    if isinstance(value, tuple | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, UUID | date):
        return str(value)
    if value is None or isinstance(value, int):
        return value
    raise TypeError(f"an event cannot hold a {type(value).__name__}")
