"""What was counted and measured at a unit, such as the rooms and beds of a house, and what that says of its verdicts.

A count is a sealed entry on a cell of its unit alone (`entries.count_cell`), so that it merges as verdicts do: whoever
saves replaces what they saw, and where two people counted apart both stand until somebody saves again. The scheme says
what is counted and what it must come to.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from audits.inspections import entries
from audits.inspections.merging import Merge
from audits.inspections.models import EntryChain, EntryContent, SampledUnit, SealedEntry
from audits.people.models import Person
from audits.questions.conditions import Rules
from audits.questions.kinds import CrossCheck, Question
from audits.questions.values import Value
from audits.schemes.text import Requirement, SchemeText

Values = Mapping[str, Value]
UnitKey = tuple[str, str]  # kind of unit and reference


@dataclass(frozen=True, slots=True)
class Count:
    """What somebody counted at a unit, as it stands; empty values: forgotten."""

    digest: str
    values: Values
    by: str
    at: datetime


class Contradiction(NamedTuple):
    """A verdict that conforms, without a note, though the counts of its unit speak against it."""

    requirement: str
    reference: str
    checks: Sequence[CrossCheck]


def typed_counts(values: Values) -> str:
    """Return values as they are sealed: text, as a device sends it too."""
    return json.dumps(dict(values), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def counts_of(
    session: Session, audit_id: UUID, scheme: SchemeText, *, key: UnitKey | None = None
) -> dict[UnitKey, list[Count]]:
    """Return what stands on each counted unit, or on one of them, the newest last; units without counts are left out.

    The caller must have access to the audit.
    """
    kinds = [unit.code for unit in scheme.units.values() if unit.counts]
    if not kinds:
        return {}
    places = _places(session, audit_id, kinds, key)
    merge, found = Merge(), {}
    for digest, data, content, by, at in session.execute(_written(audit_id, places)):
        merge.add(entries.merged(digest, entries.read(data)))
        found[digest] = Count(digest, json.loads((content or {}).get("counts", "{}")), by, at)
    order = {digest: place for place, digest in enumerate(found)}
    return {
        places[cell]: [found[digest] for digest in sorted(state.parents, key=order.__getitem__)]
        for cell, state in merge.cells().items()
    }


def against(scheme: SchemeText, item: Requirement, values: Values) -> list[CrossCheck]:
    """Return what speaks against a verdict that conforms; what is not counted yet speaks against nothing."""
    if not item.measured:
        return []
    rules = _rules_of(_Counted(scheme.sha256, item.unit, scheme.units[item.unit].counts))
    facts = rules.facts({}, {}, values)
    return [check for check in item.measured if rules.holds(check.rule, facts) is False]


def contradictions(
    scheme: SchemeText, counted: Mapping[UnitKey, Sequence[Count]], verdicts: Mapping[str, Mapping[str, Any]]
) -> Iterator[Contradiction]:
    """Yield the contradictions between counts and verdicts (rows with `value` and `note` by code and reference)."""
    for item in scheme.requirements:
        for reference, row in verdicts.get(item.code, {}).items() if item.measured else ():
            kind, stand = scheme.verdicts[row.value], counted.get((item.unit, reference), ())
            if not kind.assessed or kind.nonconforming or row.note.strip():
                continue
            if broken := [check for count in stand for check in against(scheme, item, count.values)]:
                yield Contradiction(item.code, reference, list({check.rule: check for check in broken}.values()))


def uncounted(
    scheme: SchemeText, counted: Collection[UnitKey], drawn: Mapping[str, Iterable[str]]
) -> Iterator[UnitKey]:
    """Yield the drawn units at which nothing was counted, though the scheme asks for it."""
    for unit, references in drawn.items():
        if scheme.units[unit].counts:
            yield from ((unit, each) for each in references if (unit, each) not in counted)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is counted at a kind of unit, by the digest of its scheme, so that expressions are compiled once."""

    sha256: str
    unit: str
    questions: tuple[Question, ...] = field(compare=False)


@lru_cache(maxsize=16)
def _rules_of(counted: _Counted) -> Rules:
    return Rules({each.code: each for each in counted.questions}, {})


def _places(session: Session, audit_id: UUID, kinds: Collection[str], key: UnitKey | None) -> dict[str, UnitKey]:
    query = select(SampledUnit.unit, SampledUnit.reference, SampledUnit.position)
    query = query.where(SampledUnit.audit_id == audit_id, SampledUnit.unit.in_(kinds))
    if key:
        query = query.where(SampledUnit.unit == key[0], SampledUnit.reference == key[1])
    return {entries.count_cell(unit, place): (unit, name) for unit, name, place in session.execute(query)}


def _written(audit_id: UUID, cells: Collection[str]) -> Select[*tuple[Any, ...]]:
    query = select(
        SealedEntry.digest, SealedEntry.data, EntryContent.content, Person.name, SealedEntry.received_at
    ).join(EntryChain, EntryChain.id == SealedEntry.chain_id)
    query = query.join(Person, Person.id == EntryChain.person_id)
    query = query.outerjoin(EntryContent, EntryContent.entry_id == SealedEntry.id)
    return query.where(SealedEntry.audit_id == audit_id, SealedEntry.cell.in_(cells)).order_by(SealedEntry.id)
