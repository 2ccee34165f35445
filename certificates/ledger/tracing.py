"""Find the first row of the case log that is not as it was logged, and entries of the public log without a decision."""

import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.canonical import canonical
from audits.core.events import Event
from audits.decisions.models import Decision
from audits.schemes.cycle import DecisionKind
from certificates.ledger.caselog import Leaf, leaves_of, leaves_within, row
from certificates.ledger.entries import EntryType
from certificates.ledger.models import LedgerEntry
from certificates.ledger.tree import leaf_hash, root_of
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.workflow import CertificateState

_AT_ONCE = 1000
_TOGETHER = timedelta(seconds=60)  # a line of the history and its entry are of one transaction
S = CertificateState
_STATES = {
    EntryType.ISSUED: {S.ACTIVE},
    EntryType.SUSPENDED: {S.SUSPENDED, S.PARTLY_SUSPENDED},
    EntryType.LIFTED: {S.ACTIVE},
    EntryType.WITHDRAWN: {S.WITHDRAWN},
    EntryType.ENDED: {S.ENDED},
    EntryType.REPLACED: {S.REPLACED},
}
_OUTCOMES = {
    EntryType.CONDITION_MET: DecisionKind.CONDITION_MET,
    EntryType.APPEAL_DECIDED: DecisionKind.APPEAL_OUTCOME,
}
_BY_A_PERSON = {EntryType.SUSPENDED, EntryType.LIFTED, EntryType.WITHDRAWN, EntryType.ENDED, *_OUTCOMES}


def faults(session: Session) -> Generator[str]:
    """Yield what is wrong with the case log: of each head the first row, then entries that no decision explains."""
    heads = select(LedgerEntry.index, LedgerEntry.data).where(LedgerEntry.type == EntryType.CASE_LOG)
    for index, data in session.execute(heads.order_by(LedgerEntry.index)).all():
        yield from _head(session, index, json.loads(data))
    yield from _entries(session)


def _head(session: Session, index: int, said: dict[str, Any]) -> Iterator[str]:
    first, last = said["first"], said["last"]
    found = list(leaves_within(session, first, last))
    if _root(found) == said["root"] and len(found) == said["count"]:
        return
    logged = leaves_of(session, first)
    if _root(logged) != said["root"]:
        more = len(found) - said["count"]
        counted = f", {abs(more)} {'more' if more > 0 else 'fewer'} than were logged" if more else ""
        yield f"entry {index}: the events {first} to {last} are not those that were logged{counted}"
        return
    yield f"entry {index}: {_first_difference(session, logged, found)}"


def _first_difference(session: Session, logged: Sequence[Leaf], found: Sequence[Leaf]) -> str:
    """Name the first row that was changed, swapped, removed, added or cut off."""
    now, before = {leaf.event: leaf.hash for leaf in found}, {leaf.event: leaf.hash for leaf in logged}
    event = min(each for each in now.keys() | before.keys() if now.get(each) != before.get(each))
    if event not in before:
        return f"event {event} was added afterwards"
    if event not in now:
        gone = [each for each in before if each >= event]
        if len(gone) > 1 and not now.keys() & set(gone):
            return f"the log is cut off before event {event}: {len(gone)} rows are gone"
        return f"event {event} was removed"
    others = [each for each in before if each > event and each in now and now[each] != before[each]]
    other = next((each for each in others if _would_be(session, event, each) == before[each]), None)
    return f"event {event} was changed" if other is None else f"the events {event} and {other} were swapped"


def _would_be(session: Session, event: int, place: int) -> bytes:
    """Return the leaf of a row if it stood in another's place."""
    return leaf_hash(canonical(row(session.get_one(Event, event)) | {"id": place}))


def _root(leaves: Sequence[Leaf]) -> str:
    return root_of(leaf.hash for leaf in leaves).hex()


@dataclass(slots=True)
class _Line:
    """A line of the history of a certificate, until an entry takes it."""

    state: CertificateState
    changed_at: datetime
    outcome: DecisionKind | None


def _entries(session: Session) -> Iterator[str]:
    """Yield entries about certificates that no decision explains, and the other way round."""
    lines = _lines(session)
    logged = {*_STATES, *_OUTCOMES}
    query = select(LedgerEntry).where(LedgerEntry.type.in_(sorted(logged))).order_by(LedgerEntry.index)
    for entry in session.scalars(query.execution_options(yield_per=_AT_ONCE)):
        number = entry.number or ""
        line = _take(lines.get(number, []), entry.type, datetime.fromisoformat(json.loads(entry.data)["time"]))
        if line is None:
            yield f"entry {entry.index}: nothing in the history of {number} is {entry.type.value} then"
        elif entry.type in _BY_A_PERSON and line.outcome is None:
            yield f"entry {entry.index}: {number} is {entry.type.value} without a decision"
    states = set().union(*_STATES.values()) - {S.ACTIVE}
    for number, left in sorted(lines.items()):
        for line in left:
            if line.state in states and line.outcome in {None, *_MOVING}:
                yield f"{number} is {line.state.value} since {line.changed_at:%Y-%m-%d}, and the log does not say so"


_MOVING = {DecisionKind.SUSPEND, DecisionKind.WITHDRAW, DecisionKind.END}


def _lines(session: Session) -> dict[str, list[_Line]]:
    query = select(Certificate.number, CertificateChange.state, CertificateChange.changed_at, Decision.kind)
    query = query.join(Certificate, Certificate.id == CertificateChange.certificate_id)
    query = query.outerjoin(Decision, Decision.id == CertificateChange.decision_id).order_by(CertificateChange.id)
    found: dict[str, list[_Line]] = {}
    for number, state, changed_at, outcome in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        found.setdefault(number, []).append(_Line(state, changed_at, outcome))
    return found


def _take(lines: list[_Line], kind: EntryType, at: datetime) -> _Line | None:
    """Take the line that belongs to an entry, if there is one."""
    for line in lines:
        fits = line.outcome is _OUTCOMES[kind] if kind in _OUTCOMES else line.state in _STATES[kind]
        if fits and abs(line.changed_at - at) <= _TOGETHER:
            lines.remove(line)
            return line
    return None
