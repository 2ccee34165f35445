"""Numbers and codes that others give out: trade registers, banks, countries, postcodes. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from babel import Locale
from stdnum import iban
from stdnum.at import businessid
from stdnum.be import vat as be_vat
from stdnum.bg import vat as bg_vat
from stdnum.cz import dic
from stdnum.de import handelsregisternummer
from stdnum.dk import cvr
from stdnum.ee import registrikood
from stdnum.es import nif as es_nif
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus
from stdnum.fr import siren
from stdnum.hr import oib
from stdnum.hu import anum
from stdnum.it import iva
from stdnum.lv import pvn
from stdnum.nl import postcode
from stdnum.pl import nip
from stdnum.pt import nif as pt_nif
from stdnum.ro import cui
from stdnum.se import orgnr
from stdnum.si import maticna
from stdnum.ua import edrpou

from audits.core.errors import RuleError
from audits.core.languages import SOURCE

# Regions of CLDR that have two letters but no trade register: unions, outlying islands without a code of their own.
_NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
_PLAIN = re.compile(r"[A-Z0-9]{3,20}")
_POSTCODE = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,10}")


@dataclass(frozen=True, slots=True)
class TradeRegister:
    """The register of one country: what its number is called, and how it is brought into its one form."""

    name: str
    compact: Callable[[str], str]


def clean_country(code: str) -> str:
    """An ISO 3166-1 alpha-2 code in capitals."""
    code = code.strip().upper()
    if code not in country_codes():
        raise RuleError("Choose a country.", "country")
    return code


def country_codes() -> frozenset[str]:
    """All countries that can be chosen, as ISO 3166-1 alpha-2 codes."""
    return frozenset(country_names(SOURCE))


@cache
def country_names(language: str) -> Mapping[str, str]:
    """The names of the countries by code, in the order of their names."""
    names = {
        code: name
        for code, name in Locale.parse(language).territories.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRY
    }
    return dict(sorted(names.items(), key=lambda item: _bare(item[1]).casefold()))


def clean_register_number(country: str, number: str) -> str:
    """The number in the trade register of `country`, in the one form in which it is stored and compared."""
    register = _REGISTERS.get(country, _ANY)
    try:
        return register.compact(number)
    except ValidationError as wrong:
        if register is _ANY:
            raise RuleError("Enter the number as it stands in the trade register.", "register_number") from wrong
        raise RuleError(
            "This is not a right number. For this country, enter the %(kind)s.", "register_number", kind=register.name
        ) from wrong


def clean_iban(number: str) -> str:
    """An IBAN without spaces, its check digits right."""
    try:
        return str(iban.validate(number))
    except ValidationError as wrong:
        raise RuleError("This is not a right IBAN. Check the letters and digits.", "iban") from wrong


def show_iban(number: str) -> str:
    """An IBAN in groups of four, as on a bank card."""
    return str(iban.format(number)) if number else ""


def clean_postcode(country: str, code: str) -> str:
    """A postcode in capitals; a Dutch one as 1234 AB."""
    if country == "NL":
        try:
            return str(postcode.validate(code))
        except ValidationError as wrong:
            raise RuleError("Enter a postcode like 1234 AB.", "postcode") from wrong
    code = " ".join(code.upper().split())
    if not _POSTCODE.fullmatch(code):
        raise RuleError("Enter the postcode.", "postcode")
    return code


def _by(standard: ModuleType) -> Callable[[str], str]:
    return lambda number: str(standard.validate(number))


def _kvk(number: str) -> str:
    # Eight digits without a check digit (Handelsregisterbesluit 2008); there is nothing more to know.
    number = re.sub(r"(?i)kvk|[\s.:-]", "", number)
    if not re.fullmatch("[0-9]{8}", number):
        raise ValidationError
    return number


def _german(number: str) -> str:
    """Court, section and number. Only letters, digits and hyphens, as it becomes part of an address."""
    found = handelsregisternummer.validate(re.sub(r"(?i)^amtsgericht\s+", "", number.strip()))
    return re.sub("[^A-Z0-9]+", "-", _bare(found).upper())


def _plain(number: str) -> str:
    number = re.sub(r"[\s./:,-]", "", number).upper()
    if not _PLAIN.fullmatch(number) or not any(sign.isdigit() for sign in number):
        raise ValidationError
    return number


def _bare(text: str) -> str:
    """Without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


# One kind of number per country, one that every business there has: else the same agency could register twice.
_REGISTERS: Mapping[str, TradeRegister] = {
    "AT": TradeRegister("Firmenbuchnummer", lambda number: str(businessid.validate(number)).upper()),
    "BE": TradeRegister("ondernemingsnummer", _by(be_vat)),
    "BG": TradeRegister("ЕИК", _by(bg_vat)),
    "CZ": TradeRegister("IČO", _by(dic)),
    "DE": TradeRegister("Handelsregisternummer", _german),
    "DK": TradeRegister("CVR-nummer", _by(cvr)),
    "EE": TradeRegister("registrikood", _by(registrikood)),
    "ES": TradeRegister("NIF", _by(es_nif)),
    "FI": TradeRegister("Y-tunnus", _by(ytunnus)),
    "FR": TradeRegister("SIREN", _by(siren)),
    "HR": TradeRegister("OIB", _by(oib)),
    "HU": TradeRegister("adószám", _by(anum)),
    "IT": TradeRegister("partita IVA", _by(iva)),
    "LV": TradeRegister("reģistrācijas numurs", _by(pvn)),
    "NL": TradeRegister("KvK-nummer", _kvk),
    "PL": TradeRegister("NIP", _by(nip)),
    "PT": TradeRegister("NIPC", _by(pt_nif)),
    "RO": TradeRegister("CUI", _by(cui)),
    "SE": TradeRegister("organisationsnummer", _by(orgnr)),
    "SI": TradeRegister("matična številka", _by(maticna)),
    "UA": TradeRegister("ЄДРПОУ", _by(edrpou)),
}
_ANY = TradeRegister("", _plain)
