"""Name an agency in a document: plain values in one language."""

from functools import lru_cache
from typing import Any

from babel import Locale

from audits.agencies.models import Agency
from audits.agencies.rules import Holder
from audits.core.errors import N_
from audits.core.languages import say


def holder_facts(agency: Agency | Holder, language: str) -> dict[str, Any]:
    """Return legal name, register number and seat, as a report or letter prints them."""
    return {
        "legal_name": agency.legal_name,
        "register_label": register_label(agency.country, language),
        "register_number": agency.register_number,
        "seat": {
            "street": agency.street,
            "postcode": agency.postcode,
            "city": agency.city,
            "country": country_name(agency.country, language),
        },
    }


def register_label(country: str, language: str) -> str:
    """Return the name of the trade register's number in this country."""
    return say(N_("KvK number") if country == "NL" else N_("Trade register number"), language)


@lru_cache(maxsize=1024)
def country_name(code: str, language: str) -> str:
    """Return the name of a country by its ISO 3166-1 alpha-2 code, or the code itself if it has no name."""
    return str(Locale(language).territories.get(code, code))
