"""Turn entries into plain values for a file that answers without a database, and back; nothing of people is in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.rules import Line, course
from certificates.register.sheet import ITS_CHANGES, ITS_TERMS, changes_from, terms_from

AT_ONCE = 500
_DAYS = ("applied_on", "since", "valid_from", "valid_until")
_LISTS = ("trade_names", "former_names", "conditions", "condition_terms")
_CODES = ("excepted", "scope", "scheme")
_OTHERS = (
    "public_id", "legal_name", "country", "register_number", "city", "listed", "applied_months", "state", "conditional",
    "provisional", "under_appeal", "certificate_number", "sort_name", "updated_at",
)  # fmt: skip
_COLUMNS = (*_DAYS, *_LISTS, *_CODES, *_OTHERS)
_FALSE = ("listed", "conditional", "provisional", "under_appeal")


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it is kept: its values, its history as `sheet` reads it, and what one finds it by."""

    values: dict[str, Any]
    history: tuple[list[Any], list[Any]]  # terms of its certificates, changes
    words: Sequence[str]
    tags: Sequence[str]
    numbers: Sequence[str]


def all_kept(session: Session) -> Iterator[Kept]:
    """Yield every entry by its permanent name, listed or not; a few are in memory at a time."""
    query = _query().order_by(RegisterEntry.public_id).execution_options(yield_per=AT_ONCE)
    yield from map(_kept, session.execute(query))


def kept_since(session: Session, moment: datetime) -> Iterator[Kept]:
    """Yield the entries that changed at a moment or after it, the oldest change first."""
    query = _query().where(RegisterEntry.updated_at >= moment).order_by(RegisterEntry.updated_at)
    yield from map(_kept, session.execute(query.execution_options(yield_per=AT_ONCE)))


def entry_from(values: Mapping[str, Any]) -> RegisterEntry:
    """Return the entry of these values, which no session knows."""
    given = dict.fromkeys(_FALSE, False) | {name: [] for name in _LISTS} | {name: {} for name in _CODES} | dict(values)
    days = {name: date.fromisoformat(given[name]) for name in _DAYS if given.get(name)}
    state = given.get("state")
    moment = datetime.fromisoformat(given["updated_at"])
    made: dict[str, Any] = {"state": CertificateState(state) if state else None, "updated_at": moment, "details": {}}
    return RegisterEntry(**(given | days | made))


def history_from(history: Sequence[list[Any]], day: date) -> list[Line]:
    """Return every status up to `day`, newest first, including expiries."""
    terms, changes = history
    return course(terms_from(terms), changes_from(changes), day)[::-1]


def _query() -> Select[Any]:
    return select(RegisterEntry, ITS_TERMS, ITS_CHANGES).options(
        defer(RegisterEntry.details), defer(RegisterEntry.folded), defer(RegisterEntry.near)
    )


def _kept(row: Any) -> Kept:
    entry, terms, changes = row
    values = {name: value for name in _COLUMNS if (value := getattr(entry, name))}
    moments = {name: values[name].isoformat() for name in (*_DAYS, "updated_at") if name in values}
    return Kept(values | moments, (terms or [], changes or []), entry.words, entry.tags, entry.numbers)
