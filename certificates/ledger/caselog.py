"""The head of the case log: a Merkle root over the rows of `event` that were written since the head before.

Defined so that anybody with the table can compute it again. A leaf is the canonical JSON of a row, in the order of
its id, with these fields: `id`; `happened_at` in UTC with six decimals; `name`; `subject_id`, `actor_id` and
`agency_id` (null if there is none) as lower-case UUIDs; `data`; and in format 2 also `format`, `actor_kind` and
`note_sha256`, the salted digest of the row of `event_note` (null if there was none). The rows are those with ids from
`first`, one more than the `last` of the head before (1 in the first head), up to `last`, the largest id that happened
before the day began. The hash is that of RFC 6962.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.canonical import canonical
from audits.core.events import Event, EventNote, digest_of
from certificates.ledger.entries import EntryType, case_log_entry
from certificates.ledger.models import CaseLogLeaves, LedgerEntry
from certificates.ledger.services import append
from certificates.ledger.tree import Growing, leaf_hash, root_of

# Event ids are assigned before the commit: a day is final when no transaction that began in it can be open.
SETTLED = timedelta(hours=1)
_AT_ONCE = 1000


_EVENT, _HASH = 8, 32  # bytes of a row's number and of its leaf, as they are kept


@dataclass(frozen=True, slots=True)
class Leaf:
    """A row of the case log under a head: its number, and its hash."""

    event: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The Merkle root over `count` rows."""

    count: int
    root: bytes


def append_head(session: Session) -> int | None:
    """Log a head over the days that are final; None if nothing happened since the last one."""
    last = session.scalar(select(func.max(Event.id)).where(Event.happened_at < _closed(clock.now())))
    before = last_head(session)
    first = before["last"] + 1 if before else 1
    if last is None or last < first:
        return None
    leaves = list(leaves_within(session, first, last))
    root = root_of(leaf.hash for leaf in leaves)
    entry = case_log_entry(at=clock.now(), first=first, last=last, count=len(leaves), root=root)
    kept = b"".join(leaf.event.to_bytes(_EVENT) + leaf.hash for leaf in leaves)
    session.execute(insert(CaseLogLeaves).values(first=first, leaves=kept))
    return append(session, entry)


def last_head(session: Session) -> dict[str, Any] | None:
    """Return the newest head, or None."""
    query = select(LedgerEntry.data).where(LedgerEntry.type == EntryType.CASE_LOG)
    data = session.scalar(query.order_by(LedgerEntry.index.desc()).limit(1))
    return None if data is None else json.loads(data)


def head_of(session: Session, first: int, last: int) -> Head:
    """Return the root over the rows from `first` to `last`."""
    grown = Growing()
    for leaf in leaves_within(session, first, last):
        grown.add(leaf.hash)
    return Head(grown.size, grown.root())


def leaves_within(session: Session, first: int, last: int) -> Iterator[Leaf]:
    """Yield the leaves of the rows from `first` to `last`, as they are now."""
    query = select(Event).where(Event.id >= first, Event.id <= last).order_by(Event.id)
    with session.scalars(query.execution_options(yield_per=_AT_ONCE)) as events:
        for event in events:
            yield Leaf(event.id, leaf_hash(canonical(row(event))))


def leaves_of(session: Session, first: int) -> list[Leaf]:
    """Return the leaves under the head that begins with a row, as they were logged; none if they were not kept."""
    kept = session.scalar(select(CaseLogLeaves.leaves).where(CaseLogLeaves.first == first)) or b""
    whole = _EVENT + _HASH
    parts = (kept[place : place + whole] for place in range(0, len(kept), whole))
    return [Leaf(int.from_bytes(part[:_EVENT]), part[_EVENT:]) for part in parts]


def altered_notes(session: Session) -> Iterator[int]:
    """Yield the ids of events whose note no longer matches its digest. Deleted notes are not counted."""
    query = select(Event.id, Event.note_sha256, EventNote.salt, EventNote.data).join(Event.note).order_by(Event.id)
    for event_id, digest, salt, data in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        if digest_of(salt, data) != digest:
            yield event_id


def row(event: Event) -> dict[str, Any]:
    """Return one event as the object that is hashed."""
    added = {"format": event.format, "actor_kind": event.actor_kind, "note_sha256": event.note_sha256}
    return (added if event.format > 1 else {}) | {
        "id": event.id,
        "happened_at": f"{event.happened_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "name": event.name,
        "subject_id": str(event.subject_id),
        "actor_id": str(event.actor_id) if event.actor_id else None,
        "agency_id": str(event.agency_id) if event.agency_id else None,
        "data": event.data,
    }


def _closed(now: datetime) -> datetime:
    """Return the start of the newest day in the Netherlands before which all days are final."""
    return clock.midnight(clock.day_of(now - SETTLED))
