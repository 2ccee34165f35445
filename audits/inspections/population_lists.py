"""Look at the list of a population before it is fixed: heading, doubles, names, what the agency declared. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from audits.inspections.pseudonyms import checked_references

_HEADINGS = frozenset(
    {
        "code", "dossier", "dossiernummer", "file", "file number", "id", "nr", "number", "nummer", "personeelsnummer",
        "reference", "referentie", "verwijzing", "werknemer", "werknemersnummer", "worker", "worker number",
    }
)  # fmt: skip
_MOSTLY = Fraction(9, 10)  # of the other lines have a digit where a heading has none
_NAME = re.compile(r"[^\W\d_]{2,}(?:[ '-]+[^\W\d_]{2,})+")
# A list of everybody in a year is longer than the workers on an average day, and rarely five times as long.
_FEWEST, _MOST = Fraction(9, 10), 5


@dataclass(frozen=True, slots=True)
class Declared:
    """What the agency says that a list should agree with: its workers, or for housing whether it offers any."""

    workers: int | None = None
    housing: bool | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What stands out in a list. `heading` is its first line if that looks like one, and is then no member."""

    members: tuple[str, ...]
    heading: str
    doubles: int
    like_names: int

    @property
    def size(self) -> int:
        """Return the number of units."""
        return len(self.members)


def look_at(lines: Sequence[str]) -> Look:
    """Return what stands out in a list; RuleError with line numbers for one that cannot be a population."""
    members = checked_references(lines)
    heading = members[0] if _is_heading(members) else ""
    return Look(
        members=tuple(members[1:] if heading else members),
        heading=heading,
        doubles=len(lines) - len(members),
        like_names=sum(_NAME.fullmatch(member) is not None for member in members[bool(heading) :]),
    )


def differs(size: int, declared: Declared) -> bool:
    """Return whether a list differs so much from what the agency declared that somebody must say why."""
    if declared.housing is not None:
        return declared.housing is not (size > 0)
    if declared.workers is None:
        return False
    return not _FEWEST * declared.workers <= size <= _MOST * declared.workers


def _is_heading(members: Sequence[str]) -> bool:
    if not members:
        return False
    first, *rest = members
    if first.casefold() in _HEADINGS:
        return True
    numbered = sum(any(character.isdigit() for character in member) for member in rest)
    plain = not any(character.isdigit() for character in first)
    return plain and bool(rest) and numbered >= _MOSTLY * len(rest)
