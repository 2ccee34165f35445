"""Validate and normalise codes issued by others: countries, bank accounts, postcodes. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from babel import Locale
from stdnum import iban
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.nl import postcode

from audits.core import typed
from audits.core.errors import RuleError
from audits.core.languages import SOURCE

# Regions of CLDR that have two letters but no trade register: unions, outlying islands without a code of their own.
_NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
_IBAN = re.compile(r"[A-Z]{2}(?!00|01|99)[0-9]{2}[A-Z0-9]{11,30}")  # check digits run from 02 to 98
_IBAN_LABEL = re.compile(r"^[A-Z]*(?=[A-Z]{2}[0-9]{2})")  # IBAN, account number
# Countries where every address has a postcode. Elsewhere it is optional, because we do not know.
_POSTCODES = frozenset(
    [
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
        *("LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
        *("AU", "BA", "CA", "CH", "GB", "IN", "IS", "JP", "LI", "MD", "ME", "MK", "NO", "NZ", "RS", "TR", "UA", "US"),
    ]
)
_NO_POSTCODE = frozenset(["GEEN", "NVT", "N.V.T.", "NONE", "N/A", "NA"])
_POSTCODE = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,10}")


def clean_country(code: str) -> str:
    """Return an ISO 3166-1 alpha-2 code in capitals; RuleError for anything else."""
    code = code.strip().upper()
    if code not in country_codes():
        raise RuleError("Choose a country.", "country")
    return code


def country_codes() -> frozenset[str]:
    """Return all countries that can be chosen, as ISO 3166-1 alpha-2 codes."""
    return frozenset(country_names(SOURCE))


@cache
def country_names(language: str) -> Mapping[str, str]:
    """Return the names of the countries by code, sorted by name."""
    names = {
        code: name
        for code, name in Locale.parse(language).territories.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRY
    }
    return dict(sorted(names.items(), key=lambda item: bare(item[1]).casefold()))


def clean_iban(number: str) -> str:
    """Return an IBAN without spaces. Only form and check digits decide, because lists of banks are never complete."""
    number = _IBAN_LABEL.sub("", re.sub(r"[\s.:-]", "", typed.plain(number)).upper())
    try:
        iban.validate(number, check_country=False)
    except InvalidComponent:  # python-stdnum does not know this country yet, but the check digits are right.
        pass
    except ValidationError as wrong:
        raise _wrong_iban() from wrong
    if not _IBAN.fullmatch(number):
        raise _wrong_iban()
    return number


def show_iban(number: str) -> str:
    """Format an IBAN in groups of four."""
    return str(iban.format(number)) if number else ""


def needs_postcode(country: str) -> bool:
    """Return whether a postcode is required; in many countries none exists, or only in some towns."""
    return country in _POSTCODES


def clean_postcode(country: str, code: str) -> str:
    """Return a postcode in capitals, a Dutch one as 1234 AB; empty where it is optional. RuleError at `postcode`."""
    code = typed.plain(code).upper()
    if not needs_postcode(country) and (code in _NO_POSTCODE or not code.strip("0-./ ")):
        return ""
    if country == "NL":
        try:
            return str(postcode.validate(code))
        except ValidationError as wrong:
            raise RuleError("Enter a postcode like 1234 AB.", "postcode") from wrong
    if not _POSTCODE.fullmatch(code):
        raise RuleError("Enter the postcode.", "postcode")
    return code


def _wrong_iban() -> RuleError:
    return RuleError("This is not a right IBAN. Check the letters and digits.", "iban")


def bare(text: str) -> str:
    """Remove the accents of a text."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
