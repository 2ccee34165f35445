"""Merge what several devices wrote on the cells of an audit, in any order, without clocks. Pure.

A cell is one requirement at one unit. An entry names the entries of its cell that its maker saw as the newest, its
parents. An entry that no other entry of the cell names is a head: it was not replaced by somebody who saw it. One head
is the value of the cell; several heads with one value agree; several values are a conflict, which a person ends with an
entry that names all heads. The result depends on the set of entries alone: not on their order, nor on how often each
arrives. An entry is known by the digest of its bytes, so that it cannot name itself or a later one as its parent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


def joined_notes(stored: str, new: str, *, was_seen: bool) -> str:
    """Return what stands after somebody replaced a private note of theirs; `was_seen`: they saw what is stored.

    What they did not see stays above the new text: nothing that was typed is lost.
    """
    if was_seen or not stored or stored == new:
        return new
    return f"{stored}\n{new}" if new else stored


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry on a cell: its digest, the cell, the digests of its parents, and the value."""

    digest: str
    cell: str
    parents: frozenset[str]
    value: str


class Standing(StrEnum):
    """How the heads of a cell stand to one another."""

    SINGLE = "single"
    PARALLEL = "parallel"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Cell:
    """The heads of one cell, by digest, and the parents that have not arrived yet."""

    heads: tuple[Entry, ...]
    missing: frozenset[str]

    @property
    def standing(self) -> Standing:
        """Return whether there is one head, or several with one value, or several values."""
        if len(self.heads) == 1:
            return Standing.SINGLE
        return Standing.PARALLEL if len(self.values) == 1 else Standing.CONFLICT

    @property
    def values(self) -> tuple[str, ...]:
        """Return the values that stand, each once, sorted."""
        return tuple(sorted({head.value for head in self.heads}))

    @property
    def value(self) -> str | None:
        """Return the value; None while a person has to choose."""
        return None if len(self.values) > 1 else self.values[0]

    @property
    def parents(self) -> frozenset[str]:
        """Return what an entry names that replaces all that stands, as a choice does."""
        return frozenset(head.digest for head in self.heads)


class Merge:
    """The entries of an audit that have arrived."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[str, dict[str, Entry]] = {}
        self._named: dict[str, set[str]] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Add an entry; nothing changes if it is there already."""
        self._entries.setdefault(entry.cell, {})[entry.digest] = entry
        self._named.setdefault(entry.cell, set()).update(entry.parents)

    def cell(self, name: str) -> Cell | None:
        """Return the state of a cell; None if nothing was written on it."""
        entries = self._entries.get(name)
        if not entries:
            return None
        named = self._named[name]
        heads = tuple(entries[digest] for digest in sorted(entries.keys() - named))
        return Cell(heads, frozenset(named - entries.keys()))

    def cells(self) -> dict[str, Cell]:
        """Return the state of every cell that was written on, by name."""
        return dict(self._states())

    def conflicts(self) -> dict[str, Cell]:
        """Return the cells on which a person has to choose."""
        return {name: cell for name, cell in self._states() if cell.standing is Standing.CONFLICT}

    def _states(self) -> Iterator[tuple[str, Cell]]:
        for name in sorted(self._entries):
            if cell := self.cell(name):
                yield name, cell
