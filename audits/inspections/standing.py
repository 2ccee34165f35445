"""Read what stands on the cells of an audit: the entries that nobody who saw them replaced."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from audits.inspections import entries
from audits.inspections.judging import Method
from audits.inspections.merging import Merge
from audits.inspections.models import EntryChain, EntryContent, SealedEntry
from audits.people.models import Person


class Stand(NamedTuple):
    """An entry that stands: its value and words, who wrote it, on which device, and when it came in."""

    digest: str
    value: str
    note: str
    reason: str
    person: UUID
    by: str
    device: str
    at: datetime
    method: Method | None
    bulk: bool


def standing_on(session: Session, audit_id: UUID, cells: Collection[str] | None = None) -> dict[str, list[Stand]]:
    """Return what stands on these cells, or on all, in the order in which it came in.

    Cells that nobody wrote on are left out. The caller must have access to the audit.
    """
    merge = Merge()
    found: dict[str, Stand] = {}
    for digest, data, content, *rest in session.execute(_written(audit_id, cells)):
        written = entries.read(data)
        if not written.kind.judges:
            continue
        merge.add(entries.merged(digest, written))
        words = content or {}
        said = (digest, written.value, words.get("note", ""), words.get("reason", ""))
        found[digest] = Stand._make((*said, *rest, written.method, written.bulk))
    order = {digest: place for place, digest in enumerate(found)}
    return {
        cell: [found[digest] for digest in sorted(state.parents, key=order.__getitem__)]
        for cell, state in merge.cells().items()
    }


def conflicts_in(session: Session, audit_id: UUID) -> dict[str, list[Stand]]:
    """Return the cells on which a person has to choose, with what stands on each."""
    several = select(SealedEntry.cell).where(SealedEntry.audit_id == audit_id).group_by(SealedEntry.cell)
    several = several.having(func.count(SealedEntry.chain_id.distinct()) > 1)
    cells = list(session.scalars(several))
    stand = standing_on(session, audit_id, cells) if cells else {}
    return {cell: heads for cell, heads in stand.items() if is_conflict(heads)}


def is_conflict(heads: Collection[Stand]) -> bool:
    """Return whether what stands on a cell has more than one value."""
    return len({head.value for head in heads}) > 1


def _written(audit_id: UUID, cells: Collection[str] | None) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            SealedEntry.digest,
            SealedEntry.data,
            EntryContent.content,
            Person.id,
            Person.name,
            EntryChain.label,
            SealedEntry.received_at,
        )
        .join(EntryChain, EntryChain.id == SealedEntry.chain_id)
        .join(Person, Person.id == EntryChain.person_id)
        .outerjoin(EntryContent, EntryContent.entry_id == SealedEntry.id)
        .where(SealedEntry.audit_id == audit_id)
        .order_by(SealedEntry.id)
    )
    return query if cells is None else query.where(SealedEntry.cell.in_(cells))
