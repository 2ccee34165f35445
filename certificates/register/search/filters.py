"""What the register can be narrowed by. Pure.

All but the status, which depends on the day, is stored with each entry as a tag: `sector:logistics`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from audits.agencies.rules import Scope
from certificates.lifecycle.rules import Status
from certificates.register.places import province_of


class Facet(StrEnum):
    """Properties to narrow by; the values are the names of parameters, on pages and in the open data."""

    STATUS = "status"
    PROVINCE = "province"
    PLACE = "place"
    SECTOR = "sector"
    ACTIVITY = "activity"
    HOUSING = "housing"
    RECRUITS_IN = "recruitsIn"
    CONDITIONS = "conditions"
    SCHEME_VERSION = "schemeVersion"


YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Filters:
    """The chosen values of each facet: one of them in each facet must hold."""

    chosen: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)

    def of(self, facet: Facet) -> tuple[str, ...]:
        """Return the chosen values of a facet."""
        return self.chosen.get(facet, ())

    def without(self, facet: Facet) -> "Filters":
        """Return them without those of one facet."""
        return Filters({each: values for each, values in self.chosen.items() if each is not facet})

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Return the chosen statuses."""
        return tuple(Status(value) for value in self.of(Facet.STATUS))

    @property
    def tags(self) -> list[list[str]]:
        """Return the tags of each chosen facet but the status; an entry must have one of each."""
        chosen = ((facet, values) for facet, values in self.chosen.items() if facet is not Facet.STATUS and values)
        return [[tag(facet, value) for value in values] for facet, values in chosen]

    @property
    def query(self) -> str:
        """Return those but the status as a tsquery, or an empty text."""
        return " & ".join(f"({' | '.join(map(quoted, group))})" for group in self.tags)


def tag(facet: Facet, value: str) -> str:
    """Return a value of a facet as it is stored."""
    return f"{facet.value}:{value}"


def quoted(lexeme: str) -> str:
    """Return a text as one lexeme of a tsquery."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def tags_of(
    *, country: str, city: str, scope: Mapping[str, Any], scheme: Mapping[str, Any], conditional: bool
) -> list[str]:
    """Return the tags of an entry; without a certificate it has only those of its place."""
    values: list[tuple[Facet, Sequence[str]]] = [
        (Facet.PROVINCE, [province_of(country, city)]),
        (Facet.PLACE, [city] if city else []),
    ]
    if scheme:
        granted = Scope.of(scope)
        values += [
            (Facet.SECTOR, granted.sectors),
            (Facet.ACTIVITY, granted.activities),
            (Facet.HOUSING, [YES if granted.offers_housing else NO]),
            (Facet.RECRUITS_IN, granted.recruitment_countries),
            (Facet.CONDITIONS, [YES if conditional else NO]),
            (Facet.SCHEME_VERSION, [scheme["version"]]),
        ]
    return [tag(facet, value) for facet, all_values in values for value in all_values]
