"""Count the entries that a search finds, and the values of each facet among them, in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import array as pg_array
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from certificates.register.models import RegisterEntry
from certificates.register.search.conditions import status_tag, within
from certificates.register.search.filters import Facet, Filters
from certificates.register.search.plans import MOST, Plan


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
    chosen = [facet for facet, values in filters.chosen.items() if values]
    counts = [_count(plan, filters, day, None), *(_count(plan, filters.without(facet), day, facet) for facet in chosen)]
    facets: dict[Facet, dict[str, int]] = {}
    found = 0
    for of, tag, number in session.execute(union_all(*counts)):
        name, _, value = tag.partition(":")
        if not name:
            found = found if of else number
        elif of == name or (not of and name not in chosen):
            facets.setdefault(Facet(name), {})[value] = number
    return Counted(found, facets)


def _count(plan: Plan, filters: Filters, day: date, of: Facet | None) -> Select[Any]:
    """Return how many entries have each tag, and, as the empty tag, how many there are."""
    every = RegisterEntry.tags.op("||")(pg_array([status_tag(day), literal("", Text)]))
    hits = plan.hits(within(filters, day), filters.query, every.label("tags"))
    few = select(hits.c.tags).limit(MOST + 1).subquery()
    tag = func.unnest(few.c.tags).label("tag")
    return select(literal(of.value if of else "", Text), tag, func.count()).select_from(few).group_by(tag)
