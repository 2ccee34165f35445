"""What a page of results shows, taken through a stencil: searches that find as few agencies share the shape of it."""

from dataclasses import replace
from datetime import date
from typing import Any

from audits.schemes.text import SchemeText
from certificates.register.models import RegisterEntry
from certificates.register.queries import Asked, Found
from certificates.register.search.cursor import Sort
from certificates.register.search.filters import Facet
from certificates.register.search.likeness import easily_confused
from certificates.register.search.query import PAGE_SIZE
from portal.doors.registry.facets import Group, groups, provinces, taken_off
from portal.doors.registry.parameters import plain
from portal.doors.registry.sheets import Shown, may_share
from portal.language.i18n import language_links
from portal.web.stencil import Stencil

_COMPARED = 10
_TEXTS = ("public_id", "legal_name", "city", "register_number")
_MOST_SHARED = 4  # of more there are too many shapes


def may_share_page(asked: Asked, found: Found) -> bool:
    """Return whether the page may have the shape of another's: a plain search, all of it on the page, and little."""
    entries = [*found.entries, *found.alike]
    usual = asked.first and asked.sort is Sort.RELEVANCE and asked.size == PAGE_SIZE and not asked.filters.chosen
    return usual and not found.after and len(entries) <= _MOST_SHARED and all(map(may_share, entries))


def shown(stencil: Stencil, asked: Asked, found: Found, scheme: SchemeText | None, today: date) -> dict[str, Any]:
    """Return what the template of results needs."""
    confused = bool(asked.text) and easily_confused([*found.entries[:_COMPARED], *found.alike], today)
    stencil.note(found.how, found.total, found.counted.more, confused)
    text = stencil.text(asked.text)
    links = [link | {"href": stencil.text(link["href"])} for link in language_links()]
    return {
        "text": text,
        "sort": asked.sort,
        "found": found,
        "entries": _listed(stencil, found.entries, today),
        "alike": _listed(stencil, found.alike, today),
        "confused": confused,
        "groups": [_group(stencil, group) for group in groups(asked, found, scheme)],
        "provinces": {code: stencil.texts(shade) for code, shade in provinces(found).items()},
        "taken_off": taken_off(asked, scheme),
        "kept": plain(asked) | ({"q": text} if text else {}),
        "language_links": lambda: links,
        "today": today,
    }


def _listed(stencil: Stencil, entries: list[RegisterEntry], today: date) -> list[Shown]:
    stencil.note(len(entries))
    return [_row(stencil, entry, today) for entry in entries]


def _row(stencil: Stencil, entry: RegisterEntry, today: date) -> Shown:
    status = entry.status_on(today)
    stencil.note(status, entry.country)
    values: dict[str, Any] = {"country": entry.country}
    values |= {name: stencil.text(getattr(entry, name)) for name in _TEXTS}
    values |= {name: stencil.texts(getattr(entry, name)) for name in ("trade_names", "former_names")}
    return Shown(status, stencil.day(entry.since_on(today)), False, values)


def _group(stencil: Stencil, group: Group) -> Group:
    """Return a facet; a status is drawn, so that its value is noted."""
    stencil.note(group.facet, *((choice.count, choice.chosen) for choice in group.choices))
    if group.facet is Facet.STATUS:
        stencil.note(*(choice.value for choice in group.choices))
        return group
    choices = [
        replace(choice, value=stencil.text(choice.value), label=stencil.text(choice.label)) for choice in group.choices
    ]
    return replace(group, choices=choices)
