"""The filters of the search in words: groups of choices with counts, and links that take one off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from audits.agencies.wording import country_name
from audits.schemes.text import SchemeText
from certificates.lifecycle.rules import LISTED, Status
from certificates.register.places import ABROAD, PROVINCES
from certificates.register.queries import Asked, Found
from certificates.register.search.filters import YES, Facet
from portal.doors.registry.parameters import plain
from portal.language.i18n import current_language
from portal.language.labels import label
from portal.web.templating import number_text

MOST_CHOICES = 8
_DARKEST = 4  # shade of a province
TITLES = {
    Facet.STATUS: _l("Status"),
    Facet.PROVINCE: _l("Province of the seat"),
    Facet.PLACE: _l("Place of the seat"),
    Facet.SECTOR: _l("Sector"),
    Facet.ACTIVITY: _l("Activity"),
    Facet.HOUSING: _l("Housing"),
    Facet.RECRUITS_IN: _l("Recruits in"),
    Facet.CONDITIONS: _l("Conditions"),
    Facet.SCHEME_VERSION: _l("Version of the norm"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet; `count` is None where there are too many entries to count."""

    value: str
    label: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A facet with its choices."""

    facet: Facet
    title: str
    choices: list[Choice]

    @property
    def chosen(self) -> int:
        """Return how many values are chosen."""
        return sum(choice.chosen for choice in self.choices)


def groups(asked: Asked, found: Found, scheme: SchemeText | None) -> list[Group]:
    """Return the facets that have something to choose, each with its most frequent values and those that are chosen."""
    made = [
        _group(facet, asked, found.counted.facets.get(facet, {}), scheme, whole=not found.counted.more)
        for facet in Facet
    ]
    return [group for group in made if group.choices]


def taken_off(asked: Asked, scheme: SchemeText | None) -> list[tuple[str, str]]:
    """Return the label of each chosen value, and the address without it."""
    links = []
    for facet, values in asked.filters.chosen.items():
        for value in values:
            kept = plain(asked) | {facet.value: [each for each in values if each != value]}
            links.append((_label(facet, value, scheme), url_for("registry.search", **kept)))
    return links


def provinces(found: Found) -> Mapping[str, tuple[str, str, str]]:
    """Return for each province of the map its shade (0 to 4), a class for light figures on it, and the figure."""
    counts = found.counted.facets.get(Facet.PROVINCE, {})
    most = max((counts.get(code, 0) for code in PROVINCES), default=0)
    return {code: _shade(counts.get(code, 0), most) for code in PROVINCES}


def _shade(count: int, most: int) -> tuple[str, str, str]:
    shade = 0 if not count else _DARKEST if count == most else 1 + (_DARKEST - 1) * (count - 1) // most
    return str(shade), " kw-map__count--light" if shade > _DARKEST // 2 else "", number_text(count) if count else "–"


def _group(facet: Facet, asked: Asked, counts: Mapping[str, int], scheme: SchemeText | None, *, whole: bool) -> Group:
    chosen = asked.filters.of(facet)
    known = {value: counts.get(value, 0) for value in (*counts, *chosen)}
    labels = {value: _label(facet, value, scheme) for value in known}
    listed = sorted(known, key=lambda value: (-known[value], labels[value]))
    if facet is Facet.STATUS:
        listed = [status for status in LISTED if status in known]
    shown = [
        value
        for place, value in enumerate(listed)
        if place < MOST_CHOICES or value in chosen or facet is Facet.PROVINCE
    ]
    choices = [Choice(value, labels[value], known[value] if whole else None, value in chosen) for value in shown]
    return Group(facet, str(TITLES[facet]), choices)


def _label(facet: Facet, value: str, scheme: SchemeText | None) -> str:
    fixed: dict[Facet, Any] = {
        Facet.HOUSING: lambda: gettext("Offers housing") if value == YES else gettext("No housing"),
        Facet.CONDITIONS: lambda: gettext("With conditions") if value == YES else gettext("Without conditions"),
        Facet.STATUS: lambda: label(Status(value)),
        Facet.PROVINCE: lambda: PROVINCES.get(value) or _elsewhere(value),
        Facet.RECRUITS_IN: lambda: country_name(value, current_language()),
        Facet.SECTOR: lambda: _named(value, scheme.sectors if scheme else {}),
        Facet.ACTIVITY: lambda: _named(value, scheme.activities if scheme else {}),
    }
    return str(fixed[facet]()) if facet in fixed else value


def _elsewhere(value: str) -> str:
    return str(gettext("Outside the Netherlands") if value == ABROAD else gettext("Unknown"))


def _named(code: str, vocabulary: Mapping[str, Any]) -> str:
    return str(vocabulary[code].in_(current_language())) if code in vocabulary else code
