"""Count the entries that a search finds, and the values of each facet among them, in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import array as pg_array
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from certificates.lifecycle.rules import Status
from certificates.register.models import RegisterEntry
from certificates.register.search.conditions import status_tag, within
from certificates.register.search.filters import Facet, Filters, tag
from certificates.register.search.plans import MOST, Plan, Shape, hits


@dataclass(frozen=True, slots=True)
class Counted:
    """How many entries there are, at most one more than are counted, and how many have each value of a facet.

    The values of a facet that is chosen are counted as if it was not, so that one can choose another.
    """

    found: int
    facets: Mapping[Facet, Mapping[str, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return how many entries there are, or how many are counted at most."""
        return min(self.found, MOST)

    @property
    def more(self) -> bool:
        """Return whether there are more; then the numbers of the facets are not whole either."""
        return self.found > MOST


def count(session: Session, plan: Plan, filters: Filters, day: date) -> Counted:
    """Count what a plan finds within filters."""
    chosen = tuple(facet for facet, values in filters.chosen.items() if values)
    within_each = [filters, *(filters.without(facet) for facet in chosen)]
    queries = [each.query for each in within_each]
    wanted = tuple(Wanted(plan.shape(query), each.statuses) for query, each in zip(queries, within_each, strict=True))
    values = {key: value for n, query in enumerate(queries) for key, value in plan.values(query, f"c{n}_").items()}
    facets: dict[Facet, dict[str, int]] = {}
    found = 0
    for of, each, number in session.connection().execute(_statement(wanted, chosen, day), values):
        name, _, value = each.partition(":")
        if not name:
            found = found if of else number
        elif of == name or (not of and name not in chosen):
            facets.setdefault(Facet(name), {})[value] = number
    return Counted(found, facets)


def count_all(entries: Iterable[tuple[RegisterEntry, Sequence[str]]], day: date) -> Counted:
    """Count entries that are all there, each with its tags: a short answer needs no second statement."""
    facets: dict[Facet, dict[str, int]] = {}
    found = 0
    for entry, tags in entries:
        found += 1
        for each in (*tags, tag(Facet.STATUS, entry.status_on(day))):
            name, _, value = each.partition(":")
            counts = facets.setdefault(Facet(name), {})
            counts[value] = counts.get(value, 0) + 1
    return Counted(found, facets)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the SQL of one count depends on."""

    shape: Shape
    statuses: tuple[Status, ...]


@lru_cache(maxsize=256)
def _statement(wanted: tuple[Wanted, ...], chosen: tuple[Facet, ...], day: date) -> CompoundSelect[Any]:
    facets = ("", *(facet.value for facet in chosen))
    counts = [_count(each, f"c{n}_", day, of) for n, (each, of) in enumerate(zip(wanted, facets, strict=True))]
    return union_all(*counts)


def _count(wanted: Wanted, prefix: str, day: date, of: str) -> Select[Any]:
    """Return how many entries have each tag, and, as the empty tag, how many there are."""
    every = RegisterEntry.tags.op("||")(pg_array([status_tag(day), literal("", Text)]))
    found = hits(wanted.shape, within(wanted.statuses, day), every.label("tags"), prefix=prefix)
    few = select(found.c.tags).limit(MOST + 1).subquery()
    each = func.unnest(few.c.tags).label("tag")
    return select(literal(of, Text), each, func.count()).select_from(few).group_by(each)
