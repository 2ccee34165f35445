"""Turn what was typed into conditions on entries, with a rank for each that fits.

A plan has a shape, of which SQL is made once, and values, which are given to it: to build a statement takes longer than
to run it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.types import Text

from certificates.register.models import RegisterEntry
from certificates.register.search.conditions import fits, fits_beside
from certificates.register.search.filters import quoted
from certificates.register.search.frequent import common
from certificates.register.search.how import How
from certificates.register.search.names import FORMER, WHOLE
from certificates.register.search.typed import Typed, Unit

MOST = 10_000
"""Up to so many entries are counted, and ranked; above that there are "more than"."""
_MOST_WHOLE = 200
_MOST_OF_A_WORD = 200
_SHORTEST_INFIX = 5


@dataclass(frozen=True, slots=True)
class Rank:
    """The number of the first step of which the forms of an entry hold a text; or how many entries fit, if `rarity`."""

    steps: tuple[tuple[str, ...], ...] = ()
    rarity: bool = False


@dataclass(frozen=True, slots=True)
class Inside:
    """A tsquery, or one of some texts inside words."""

    query: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Entries that fit one condition: at most `limit`, each with a rank, the smallest first."""

    query: str  # a tsquery
    limit: int | None
    rank: Rank
    also: tuple[Inside, ...] = ()
    numbers: tuple[str, ...] = ()
    within: str = ""  # a tsquery that is looked for in the entries that were found by the other


@dataclass(frozen=True, slots=True)
class PartShape:
    """What the SQL of a part depends on."""

    has_query: bool
    limit: int | None
    steps: int
    rarity: bool
    also: tuple[int, ...]
    by_number: bool
    narrows: bool


Shape = tuple[PartShape, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to find entries; with several parts an entry counts once, with its best rank."""

    how: How
    parts: tuple[Part, ...]

    def shape(self, filters: str) -> Shape:
        """Return the shape of the plan within a tsquery of filters."""
        return tuple(
            PartShape(
                bool(part.query or filters),
                part.limit,
                len(part.rank.steps),
                part.rank.rarity,
                tuple(len(each.texts) for each in part.also),
                bool(part.numbers),
                bool(part.within),
            )
            for part in self.parts
        )

    def values(self, filters: str, prefix: str = "") -> dict[str, Any]:
        """Return the values of its statement."""
        found: dict[str, Any] = {}
        for n, part in enumerate(self.parts):
            own = f"{prefix}{n}_"
            found[f"{own}query"] = " & ".join(f"({each})" for each in (part.query, filters) if each)
            found[f"{own}numbers"] = list(part.numbers)
            if part.within:
                found[f"{own}within"] = part.within
            found |= {f"{own}step{k}": [f"%{text}%" for text in step] for k, step in enumerate(part.rank.steps)}
            for m, inside in enumerate(part.also):
                found[f"{own}also{m}"] = inside.query
                found |= {f"{own}also{m}_{k}": f"%{text}%" for k, text in enumerate(inside.texts)}
        return found


def hits(shape: Shape, within: ColumnElement[bool], *columns: ColumnElement[Any], prefix: str = "") -> Subquery:
    """Return the entries with `rank` and these columns that also fulfil `within`."""
    selects = [_select(part, f"{prefix}{n}_", within, columns) for n, part in enumerate(shape)]
    if len(selects) == 1:
        return selects[0].subquery("hits")
    every = union_all(*(each.subquery().select() for each in selects)).subquery("parts")
    best = select(every).ext(distinct_on(every.c.agency_id)).order_by(every.c.agency_id, every.c.rank)
    return best.subquery("hits")


def everything() -> Plan:
    """Return the plan for no text at all."""
    return Plan(How.ALL, (Part("", None, Rank()),))


def by_number(numbers: Sequence[str]) -> Plan:
    """Return the plan for one of these numbers."""
    return Plan(How.NUMBER, (Part("", MOST + 1, Rank(), numbers=tuple(numbers)),))


def by_words(typed: Typed) -> Plan:
    """Return the plan for names that hold all units; who is called just so is found however many others there are."""
    whole = " | ".join(quoted(WHOLE + form) for form in typed.tell if " " not in form)
    rank = _rank(typed)
    parts = [_of_units([(unit, ()) for unit in typed.units], MOST + 1, rank)]
    if whole:
        parts.append(Part(whole, _MOST_WHOLE, rank))
    return Plan(How.WORDS, tuple(parts))


def by_near_words(typed: Typed, near: Sequence[Iterable[str]], known: Sequence[bool]) -> Plan:
    """Return the plan for names with the words of `near` in place of one or more units.

    A unit that nothing resembles is looked for inside words.
    """
    units: list[tuple[Unit, Sequence[str]]] = []
    also = []
    for unit, resembling, is_known in zip(typed.units, near, known, strict=True):
        inside = () if is_known or resembling else _inside(unit)
        if inside:
            also.append(Inside(unit.query(), inside))
        else:
            units.append((unit, tuple(resembling)))
    return Plan(How.NEAR, (_of_units(units, _MOST_WHOLE, _rank_of_near(typed, near), *also),))


def by_some_words(typed: Typed, near: Sequence[Iterable[str]]) -> Plan:
    """Return the plan for names that lack one of the units; the rarer the others are, the better they fit."""
    units = [(unit, tuple(resembling)) for unit, resembling in zip(typed.units, near, strict=True)]
    lacking = [units[:place] + units[place + 1 :] for place in range(len(units))]
    return Plan(How.NEAR, tuple(_of_units(each, _MOST_OF_A_WORD, Rank(rarity=True)) for each in lacking if each))


def _of_units(units: Sequence[tuple[Unit, Sequence[str]]], limit: int, rank: Rank, *also: Inside) -> Part:
    """Return the part for entries with all units, each with words like it; the index is asked for the rare ones."""
    rare = [not common.any([*unit.fitting, *((word, False) for word in near)]) for unit, near in units]
    queries = [unit.query(near) for unit, near in units]
    if not any(rare):
        return Part(" & ".join(queries), limit, rank, also)
    first, then = (
        " & ".join(query for query, is_rare in zip(queries, rare, strict=True) if is_rare is wanted)
        for wanted in (True, False)
    )
    return Part(first, limit, rank, also, within=then)


def _select(
    part: PartShape, own: str, within: ColumnElement[bool], columns: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    conditions = [within]
    if part.has_query:
        conditions.append(fits(f"{own}query"))
    if part.narrows:
        conditions.append(fits_beside(f"{own}within"))
    if part.by_number:
        conditions.append(RegisterEntry.numbers.overlap(bindparam(f"{own}numbers", type_=ARRAY(Text))))
    for m, texts in enumerate(part.also):
        likes = (RegisterEntry.folded.like(bindparam(f"{own}also{m}_{k}", type_=Text)) for k in range(texts))
        conditions.append(or_(fits(f"{own}also{m}"), *likes))
    found = select(RegisterEntry.agency_id, _rank_in_sql(part, own).label("rank"), *columns).where(and_(*conditions))
    return found.limit(part.limit) if part.limit else found


def _rank_in_sql(part: PartShape, own: str) -> ColumnElement[int]:
    if part.rarity:
        return func.count().over()
    if not part.steps:
        return literal(0)
    # Folded words need no escaping in LIKE.
    steps = (bindparam(f"{own}step{k}", type_=ARRAY(Text)) for k in range(part.steps))
    return case(*((RegisterEntry.folded.like(any_(texts)), k) for k, texts in enumerate(steps)), else_=part.steps)


def _rank(typed: Typed) -> Rank:
    """Return the rank: called so, called so but for the legal form or trade words, once called so, begins so."""
    tell = typed.tell
    return _steps(
        (f"|{form}|" for form in typed.whole),
        (f"|{form}|" for form in typed.formless if form),
        (f"|{form}|" for form in tell),
        (f"|{FORMER}{form}|" for form in (*typed.whole, *tell)),
        (f"|{form} " for form in tell),
        (f"|{form}" for form in tell),
        (f" {form}" for form in tell),
    )


def _rank_of_near(typed: Typed, near: Sequence[Iterable[str]]) -> Rank:
    """Return the rank: names that begin with a word that resembles the first unit come before others."""
    first = {*typed.units[0].like, *near[0]}
    every = {word for unit, others in zip(typed.units, near, strict=True) for word in (*unit.like, *others)}
    return _steps(
        (f"|{word}|" for word in first),
        (f"|{word} " for word in first),
        (f"|{word}" for word in first),
        [f"|{word}" for word in every] + [f" {word}" for word in every],
    )


def _steps(*steps: Iterable[str]) -> Rank:
    return Rank(tuple(tuple(dict.fromkeys(step)) for step in steps))


def _inside(unit: Unit) -> tuple[str, ...]:
    return tuple(word for word in unit.like if len(word) >= _SHORTEST_INFIX and not word.isdecimal())
