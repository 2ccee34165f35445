"""The history of a case with what was and what became: who, what, when, old and new value. For staff."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.changes.models import AgencyChange
from audits.core import clock
from audits.core.access import Actor, Permission, authorise
from audits.core.events import Event, EventNote
from audits.core.statements import one_page
from audits.people.models import Person

PAGE_SIZE = 50
_BEFORE = "_before"
# What people cannot read, or what stands elsewhere on the line.
LEFT_OUT = {
    "reason", "fields", "before", "after", "changes", "verdicts",
    "basis", "commitment", "digest", "head", "opening", "seed", "sha256",
}  # fmt: skip
_PAIR = 2  # an old and a new value


class Value(NamedTuple):
    """A field with what it was and what it became; None where there was none."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `change` is what an agency reported, whose values are in it; `who` is None for Keurwerk itself."""

    id: int
    name: str
    who: str | None
    when: datetime
    reason: str
    values: tuple[Value, ...]
    change: AgencyChange | None

    @property
    def about(self) -> str:
        """Return what kind of subject it is about."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the history is asked for; all, if nothing is."""

    since: date | None = None
    until: date | None = None
    about: str = ""
    person: str = ""


def history_of_agency(session: Session, actor: Actor, agency_id: UUID, asked: Asked, page: int = 1) -> list[Entry]:
    """Return one page of what happened to an agency and its cases, newest first, and one more event.

    The caller must have access to the agency.
    """
    authorise(actor, Permission.CASES_VIEW)
    query = select(Event, EventNote.data, Person.name).outerjoin(EventNote, EventNote.event_id == Event.id)
    query = query.outerjoin(Person, Person.id == Event.actor_id).where(Event.agency_id == agency_id)
    if asked.since:
        query = query.where(Event.happened_at >= clock.midnight(asked.since))
    if asked.until:
        query = query.where(Event.happened_at < clock.midnight(asked.until + timedelta(days=1)))
    if asked.about:
        query = query.where(Event.name.startswith(f"{asked.about}.", autoescape=True))
    if asked.person:
        query = query.where(Person.name.icontains(asked.person, autoescape=True))
    query = one_page(query.order_by(Event.id.desc()), page, PAGE_SIZE)
    rows = session.execute(query).all()
    changes = _changes(session, [event for event, _, _ in rows])
    entries = [_entry(event, event.data | (noted or {}), who, changes) for event, noted, who in rows]
    return _with_names(session, entries)


def subjects_of_agency(session: Session, agency_id: UUID) -> Sequence[str]:
    """Return the kinds of subjects that something happened to, as they begin the names of events."""
    names = session.scalars(select(Event.name).where(Event.agency_id == agency_id).distinct())
    return sorted({name.partition(".")[0] for name in names})


def values_of(told: Mapping[str, Any]) -> tuple[Value, ...]:
    """Return what an event says of old and new values: states, fields, verdicts, and whatever else it names. Pure."""
    return tuple(value for value in _values(told) if value.before != value.after)


def _values(told: Mapping[str, Any]) -> Iterator[Value]:
    if told.get("before") or told.get("after"):
        yield Value("state", told.get("before"), told.get("after"))
    for several in ("changes", "verdicts"):
        for field, pair in (told.get(several) or {}).items():
            yield Value(field, *pair) if isinstance(pair, list) and len(pair) == _PAIR else Value(field, None, pair)
    for field, value in told.items():
        if field in LEFT_OUT or field.endswith(_BEFORE) or value in (None, "", []):
            continue
        if field == "value" and isinstance(value, list) and len(value) == _PAIR:
            yield Value(field, *value)
        else:
            yield Value(field, told.get(field + _BEFORE), value)


def _entry(event: Event, told: Mapping[str, Any], who: str | None, changes: Mapping[UUID, AgencyChange]) -> Entry:
    change = changes.get(event.subject_id) if event.name == "change.report" else None
    reason = told.get("reason") or ""
    return Entry(event.id, event.name, who, event.happened_at, reason, () if change else values_of(told), change)


def _changes(session: Session, events: Iterable[Event]) -> dict[UUID, AgencyChange]:
    reported = {event.subject_id for event in events if event.name == "change.report"}
    query = select(AgencyChange).where(AgencyChange.id.in_(reported))
    return {each.id: each for each in session.scalars(query)} if reported else {}


def _with_names(session: Session, entries: list[Entry]) -> list[Entry]:
    """Put the names of people where events have their ids; other ids say nothing to a reader and are left out."""
    ids = {found for entry in entries for value in entry.values for found in map(_id, value[1:]) if found}
    known = select(Person.id, Person.name).where(Person.id.in_(ids))
    names = {row.id: row.name for row in session.execute(known)} if ids else {}

    def named(value: Any) -> Any:
        found = _id(value)
        return names.get(found) if found else value

    def shown(entry: Entry) -> tuple[Value, ...]:
        values = (Value(each.field, named(each.before), named(each.after)) for each in entry.values)
        return tuple(each for each in values if each.before is not None or each.after is not None)

    return [Entry(each.id, each.name, each.who, each.when, each.reason, shown(each), each.change) for each in entries]


def _id(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) and len(value) == len(str(UUID(int=0))) else None
    except ValueError:
        return None
