"""Compute the progress of the fieldwork per chapter, and the next requirement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audits.inspections.models import Population
from audits.schemes.text import Chapter, SchemeText, Unit


@dataclass(frozen=True, slots=True)
class ChapterProgress:
    """Verdicts given and needed in one chapter; `undrawn` says that a draw will add more."""

    chapter: Chapter
    done: int
    total: int
    undrawn: bool

    @property
    def is_complete(self) -> bool:
        """Return whether nothing is left to judge in this chapter."""
        return self.done >= self.total and not self.undrawn


def drawn_units(scheme: SchemeText, populations: Iterable[Population]) -> dict[str, int]:
    """Return the number of units of each kind to judge; kinds without a draw are left out."""
    return {scheme.agency_unit.code: 1} | {
        population.unit: population.drawn + population.added for population in populations
    }


def by_chapter(scheme: SchemeText, drawn: Mapping[str, int], done: Mapping[str, int]) -> list[ChapterProgress]:
    """Return the progress of every chapter, in the order of the scheme."""
    return [
        ChapterProgress(
            chapter=chapter,
            done=sum(done.get(item.code, 0) for item in scheme.in_chapter(code)),
            total=sum(drawn.get(item.unit, 0) for item in scheme.in_chapter(code)),
            undrawn=any(item.unit not in drawn for item in scheme.in_chapter(code)),
        )
        for code, chapter in scheme.chapters.items()
    ]


@dataclass(frozen=True, slots=True)
class KindProgress:
    """Verdicts given and needed on the units of one kind; `units` is 0 before the draw."""

    kind: Unit
    units: int
    done: int
    total: int


def by_kind(scheme: SchemeText, drawn: Mapping[str, int], done: Mapping[str, int]) -> list[KindProgress]:
    """Return the progress of every kind of unit that something is judged on, in the order of the scheme."""
    return [
        KindProgress(
            kind=kind,
            units=drawn.get(code, 0),
            done=sum(done.get(item.code, 0) for item in items),
            total=drawn.get(code, 0) * len(items),
        )
        for code, kind in scheme.units.items()
        if (items := scheme.on_unit(code))
    ]


def next_open(scheme: SchemeText, drawn: Mapping[str, int], done: Mapping[str, int], after: str = "") -> str | None:
    """Return the next requirement with units to judge, searching from `after`, then from the start."""
    codes = [item.code for item in scheme.requirements]
    start = codes.index(after) + 1 if after in codes else 0
    for code in codes[start:] + codes[:start]:
        if done.get(code, 0) < drawn.get(scheme.requirement(code).unit, 0):
            return code
    return None


def neighbours(scheme: SchemeText, code: str) -> tuple[str | None, str | None]:
    """Return the previous and the next requirement."""
    codes = [item.code for item in scheme.requirements]
    place = codes.index(code)
    return (codes[place - 1] if place else None), (codes[place + 1] if place + 1 < len(codes) else None)
