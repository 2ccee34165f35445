"""Look at the list of a population before it is fixed: doubles, names, what the agency declared. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from audits.inspections.pseudonyms import checked_references

_NAME = re.compile(r"[^\W\d_]{2,}(?:[ '-]+[^\W\d_]{2,})+")
# A list of everybody in a year is longer than the workers on an average day, and rarely five times as long.
_FEWEST, _MOST = Fraction(9, 10), 5
_TIMES = 2  # the list before: half or double is much


@dataclass(frozen=True, slots=True)
class Declared:
    """What the agency says that a list should agree with: its workers, or for housing whether it offers any."""

    workers: int | None = None
    housing: bool | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What stands out in a list."""

    members: tuple[str, ...]
    doubles: int
    like_names: int

    @property
    def size(self) -> int:
        """Return the number of units."""
        return len(self.members)


def look_at(lines: Sequence[str]) -> Look:
    """Return what stands out in a list; RuleError with line numbers for one that cannot be a population."""
    members = checked_references(lines)
    return Look(
        members=tuple(members),
        doubles=len(lines) - len(members),
        like_names=sum(_NAME.fullmatch(member) is not None for member in members),
    )


def differs(size: int, declared: Declared) -> bool:
    """Return whether a list differs so much from what the agency declared that somebody must say why."""
    if declared.housing is not None:
        return declared.housing is not (size > 0)
    if declared.workers is None:
        return False
    return not _FEWEST * declared.workers <= size <= _MOST * declared.workers


def differs_from_last(size: int, before: int | None) -> bool:
    """Return whether a list differs so much from that of the audit before that somebody must say why."""
    return before is not None and not before <= size * _TIMES <= before * _TIMES * _TIMES
