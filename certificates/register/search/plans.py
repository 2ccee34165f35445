"""Turn what was typed into conditions on entries, with a rank for each that fits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, any_, case, func, literal, or_, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.types import Text

from certificates.register.models import RegisterEntry
from certificates.register.search.conditions import fits
from certificates.register.search.filters import quoted
from certificates.register.search.how import How
from certificates.register.search.names import FORMER, WHOLE
from certificates.register.search.typed import Typed, Unit

MOST = 10_000
"""Up to so many entries are counted, and ranked; above that there are "more than"."""
_MOST_WHOLE = 200
_MOST_OF_A_WORD = 200
_SHORTEST_INFIX = 5


@dataclass(frozen=True, slots=True)
class Part:
    """Entries that fit one condition: at most `limit`, each with a rank, the smallest first."""

    query: str  # a tsquery
    limit: int | None
    rank: ColumnElement[int]
    also: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How to find entries; with several parts an entry counts once, with its best rank."""

    how: How
    parts: tuple[Part, ...]

    def hits(self, within: ColumnElement[bool], filters: str, *columns: ColumnElement[Any]) -> Subquery:
        """Return the entries with `rank` and these columns; they also fulfil `within` and the tsquery `filters`."""
        selects = [_select(part, within, filters, columns) for part in self.parts]
        if len(selects) == 1:
            return selects[0].subquery("hits")
        every = union_all(*(each.subquery().select() for each in selects)).subquery("parts")
        best = select(every).ext(distinct_on(every.c.agency_id)).order_by(every.c.agency_id, every.c.rank)
        return best.subquery("hits")


def everything() -> Plan:
    """Return the plan for no text at all."""
    return Plan(How.ALL, (Part("", None, literal(0)),))


def by_number(numbers: Sequence[str]) -> Plan:
    """Return the plan for one of these numbers."""
    return Plan(How.NUMBER, (Part("", MOST + 1, literal(0), RegisterEntry.numbers.overlap(list(numbers))),))


def by_words(typed: Typed) -> Plan:
    """Return the plan for names that hold all units; who is called just so is found however many others there are."""
    whole = " | ".join(quoted(WHOLE + form) for form in typed.tell if " " not in form)
    rank = _rank(typed)
    parts = [Part(typed.query, MOST + 1, rank)]
    if whole:
        parts.append(Part(whole, _MOST_WHOLE, rank))
    return Plan(How.WORDS, tuple(parts))


def by_near_words(typed: Typed, near: Sequence[Iterable[str]], known: Sequence[bool]) -> Plan:
    """Return the plan for names with the words of `near` in place of one or more units.

    A unit that nothing resembles is looked for inside words.
    """
    queries, also = [], []
    for unit, resembling, is_known in zip(typed.units, near, known, strict=True):
        inside = [] if is_known or resembling else _inside(unit)
        if inside:
            also.append(or_(fits(unit.query()), *inside))
        else:
            queries.append(unit.query(resembling))
    condition = and_(*also) if also else None
    return Plan(How.NEAR, (Part(" & ".join(queries), _MOST_WHOLE, _rank_of_near(typed, near), condition),))


def by_some_words(typed: Typed, near: Sequence[Iterable[str]]) -> Plan:
    """Return the plan for names that lack one of the units; the rarer the others are, the better they fit."""
    units = [unit.query(resembling) for unit, resembling in zip(typed.units, near, strict=True)]
    lacking = [" & ".join(units[:place] + units[place + 1 :]) for place in range(len(units))]
    rarity = func.count().over()
    return Plan(How.NEAR, tuple(Part(query, _MOST_OF_A_WORD, rarity) for query in lacking if query))


def _select(
    part: Part, within: ColumnElement[bool], filters: str, columns: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    query = " & ".join(f"({each})" for each in (part.query, filters) if each)
    condition = and_(within, fits(query), part.also if part.also is not None else true())
    found = select(RegisterEntry.agency_id, part.rank.label("rank"), *columns).where(condition)
    return found.limit(part.limit) if part.limit else found


def _rank(typed: Typed) -> ColumnElement[int]:
    """Return the rank: called so, called so but for the legal form or trade words, once called so, begins so."""
    tell = typed.tell
    return case(
        (_holds(f"|{form}|" for form in typed.whole), 0),
        (_holds(f"|{form}|" for form in typed.formless if form), 1),
        (_holds(f"|{form}|" for form in tell), 2),
        (_holds(f"|{FORMER}{form}|" for form in (*typed.whole, *tell)), 3),
        (_holds(f"|{form} " for form in tell), 4),
        (_holds(f"|{form}" for form in tell), 5),
        (_holds(f" {form}" for form in tell), 6),
        else_=7,
    )


def _rank_of_near(typed: Typed, near: Sequence[Iterable[str]]) -> ColumnElement[int]:
    """Return the rank: names that begin with a word that resembles the first unit come before others."""
    first = {*typed.units[0].like, *near[0]}
    every = {word for unit, others in zip(typed.units, near, strict=True) for word in (*unit.like, *others)}
    return case(
        (_holds(f"|{word}|" for word in first), 0),
        (_holds(f"|{word} " for word in first), 1),
        (_holds(f"|{word}" for word in first), 2),
        (_holds([f"|{word}" for word in every] + [f" {word}" for word in every]), 3),
        else_=4,
    )


def _holds(texts: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that the forms hold one of these texts; folded words need no escaping in LIKE."""
    patterns = [f"%{text}%" for text in dict.fromkeys(texts)]
    return RegisterEntry.folded.like(any_(literal(patterns, ARRAY(Text))))


def _inside(unit: Unit) -> list[ColumnElement[bool]]:
    long = [word for word in unit.like if len(word) >= _SHORTEST_INFIX and not word.isdecimal()]
    return [RegisterEntry.folded.like(f"%{word}%") for word in long]
