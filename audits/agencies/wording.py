"""How an agency is named in a document: plain values in one language."""

from typing import Any

from babel import Locale

from audits.agencies.models import Agency

_REGISTER = {"nl": "Handelsregisternummer", "en": "Trade register number"}
_KVK = {"nl": "KvK-nummer", "en": "KvK number"}


def holder_facts(agency: Agency, language: str) -> dict[str, Any]:
    """Legal name, register number and seat, as a report or letter prints them."""
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
    """What the number in the trade register is called."""
    return (_KVK if country == "NL" else _REGISTER)[language]


def country_name(code: str, language: str) -> str:
    """A country in words; `code` is ISO 3166-1 alpha-2, and comes back if it has no name."""
    return str(Locale(language).territories.get(code, code))
