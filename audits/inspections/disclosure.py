"""Decide what an agency may learn about confidential units, such as interviews: counts only, and no small ones. Pure.

The agency made many of the lists itself, so that to it a reference is a worker with a name.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from audits.schemes.text import SchemeText, Unit

_SHORTEST = 4  # a shorter reference counts as named only if it has both a letter and a digit
_LETTER_AND_DIGIT = re.compile(r"(?=.*\d)(?=.*[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a finding reaches, as an agency may know it. None stands for a number of 1 up to `fewer_than`."""

    population: int
    assessed: int | None
    nonconforming: int | None
    fewer_than: int | None = None

    @property
    def is_whole(self) -> bool:
        """Return whether nothing was left out."""
        return self.assessed is not None and self.nonconforming is not None


def extent_for_agency(unit: Unit, *, population: int, assessed: int, nonconforming: int) -> Extent:
    """Return the counts without the groups of a confidential unit that are smaller than the scheme allows."""
    if not unit.confidential:
        return Extent(population, assessed, nonconforming)
    few = unit.minimum_group or 0
    if 0 < assessed < few:
        return Extent(population, None, None, few)
    return Extent(population, assessed, None if 0 < nonconforming < few else nonconforming, few)


def text_for_agency(unit: Unit, *, notes: str, agency_text: str | None) -> str:
    """Return what the agency reads of a finding; findings of older releases have notes only, some on interviews."""
    if agency_text is not None:
        return agency_text
    return "" if unit.confidential else notes


def untold(scheme: SchemeText, found: Iterable[str], texts: Collection[str]) -> list[str]:
    """Return the requirements of findings on confidential units for which there is no text for the agency."""
    return [code for code in found if scheme.units[scheme.requirement(code).unit].confidential and code not in texts]


def named(text: str, references: Iterable[str]) -> list[str]:
    """Return the references that a text names, as words of their own, whatever their case.

    References that are short and plain, like 12, are not looked for: they would be found in any count.
    """
    folded = text.casefold()
    return [
        reference for reference in references if _is_telling(reference) and _stands_in(folded, reference.casefold())
    ]


def _is_telling(reference: str) -> bool:
    return len(reference) >= _SHORTEST or bool(_LETTER_AND_DIGIT.match(reference))


def _stands_in(text: str, reference: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(reference)}(?!\w)", text) is not None
