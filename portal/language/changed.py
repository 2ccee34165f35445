"""Put a reported change into words: each field with its value before and after."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.agencies.numbers import show_iban
from audits.changes.models import AgencyChange
from audits.schemes.text import SchemeText
from portal.language.dates import date_text
from portal.language.i18n import current_language
from portal.language.labels import country, label

_FIELDS = {
    "legal_name": _l("Legal name"),
    "trade_names": _l("Trade names"),
    "street": _l("Street and house number"),
    "postcode": _l("Postcode"),
    "city": _l("Town or city"),
    "country": _l("Country"),
    "activities": _l("Activities"),
    "sectors": _l("Sectors"),
    "recruitment_countries": _l("Recruits in"),
    "own_housing": _l("Own housing"),
    "housing_places": _l("Number of places to sleep"),
    "iban": _l("Account number (IBAN)"),
    "account_holder": _l("In the name of"),
    "name": _l("Name"),
    "function": _l("Function"),
    "share_percent": _l("Share in the company, in percent"),
    "since": _l("In control since"),
    "other_agencies": _l("Other agencies"),
}
NOTHING = "–"


class Line(NamedTuple):
    """A field in words, with its value before and after; a dash where there is none."""

    field: str
    before: str
    after: str


def lines(change: AgencyChange, scheme: SchemeText) -> list[Line]:
    """Return the fields that change, in the order of the forms; of a row of a list all that differ."""
    before, after = change.before or {}, change.after or {}
    differing = [name for name in _FIELDS if before.get(name) != after.get(name)]
    return [Line(str(_FIELDS[name]), _said(name, before, scheme), _said(name, after, scheme)) for name in differing]


def field_words(name: str) -> str:
    """Return the name of a field of an agency in words; another one is shown as it is."""
    return str(_FIELDS.get(name, name))


def item_words(item: str, scheme: SchemeText) -> str:
    """Return an item of a scope, `field:code` or a field that is a yes, in words."""
    field, _sign, code = item.partition(":")
    return _WORDS[field]([code], scheme) if code and field in _WORDS else field_words(field)


def title(change: AgencyChange) -> str:
    """Return what a change is about: its section, and for a row of a list whether it is new or gone."""
    name = (change.after or change.before or {}).get("name", "")
    section = label(change.section)
    if change.row_id == change.agency_id:
        return section
    if change.before is None:
        return str(_("%(section)s: %(name)s added", section=section, name=name))
    if change.after is None:
        return str(_("%(section)s: %(name)s removed", section=section, name=name))
    return str(_("%(section)s: %(name)s changed", section=section, name=name))


def _said(name: str, values: Mapping[str, Any], scheme: SchemeText) -> str:
    value = values.get(name)
    if value is None or value in ("", []):
        return NOTHING
    return _WORDS[name](value, scheme) if name in _WORDS else str(value)


def _named(vocabulary: str) -> Callable[[Any, SchemeText], str]:
    def words(value: list[str], scheme: SchemeText) -> str:
        known, language = getattr(scheme, vocabulary), current_language()
        return ", ".join(known[code].in_(language) if code in known else code for code in value)

    return words


_WORDS: dict[str, Callable[[Any, SchemeText], str]] = {
    "trade_names": lambda value, _scheme: ", ".join(value),
    "activities": _named("activities"),
    "sectors": _named("sectors"),
    "recruitment_countries": lambda value, _scheme: ", ".join(map(country, value)),
    "country": lambda value, _scheme: country(value),
    "own_housing": lambda value, _scheme: _("Yes") if value else _("No"),
    "iban": lambda value, _scheme: show_iban(value),
    "share_percent": lambda value, _scheme: str(format_decimal(value)),
    "since": lambda value, _scheme: date_text(date.fromisoformat(value)),
}
