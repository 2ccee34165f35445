"""Normalise numbers in trade registers to one spelling per number, for storage, comparison and print. Pure.

Each country has one kind of number, one that every business there has. Every common spelling must normalise to the same
text, and that text to itself: else an agency could register twice, or be refused a number copied from our own pages.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import ModuleType

from stdnum.be import vat as be_vat
from stdnum.bg import vat as bg_vat
from stdnum.ch import uid as ch_uid
from stdnum.cz import dic
from stdnum.dk import cvr
from stdnum.ee import registrikood
from stdnum.es import nif as es_nif
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError
from stdnum.fi import ytunnus
from stdnum.fr import siren, siret, tva
from stdnum.gr import vat as gr_vat
from stdnum.hr import oib
from stdnum.hu import anum
from stdnum.it import iva
from stdnum.lv import pvn
from stdnum.nl import bsn
from stdnum.no import orgnr as no_orgnr
from stdnum.pl import nip
from stdnum.pt import nif as pt_nif
from stdnum.ro import cui
from stdnum.se import orgnr as se_orgnr
from stdnum.si import maticna
from stdnum.ua import edrpou

from audits.agencies import german_courts
from audits.core import typed
from audits.core.errors import RuleError

LONGEST_TYPED = 100  # including court, labels and spaces

# Cyrillic and Greek capitals that look like Latin ones; nobody can see which of the two was typed.
_LOOK_ALIKE = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХІЈЅ", "ABEZHIKMNOPTYXABEKMHOPCTXIJS")
_SIGN = r"[\s./:,;()'#°№-]"
_WORDS = rf"(?:[^\W\d_]|{_SIGN})*"
_PARTS = re.compile(rf"(?P<lead>{_WORDS})(?P<digits>[0-9](?:{_SIGN}*[0-9])*)(?P<rest>{_WORDS})")
_LAST_WORD = re.compile(rf"(?P<word>[^\W\d_]+)(?P<gap>{_SIGN}*)$")
_FIRST_WORD = re.compile(rf"(?P<gap>{_SIGN}*)(?P<word>[^\W\d_]+)")
_PLAIN = re.compile(r"[A-Z0-9]{3,25}")  # the longest known, India's, has 21
_NUMBER_WORDS = re.compile(r"\b(?:COMPANY|REGISTRATION|REGISTER|REG|NUMBER|NUMMER|NUMERO|NR|NO)\b")
# Country, register and number, perhaps with a check digit: Implementing Regulation (EU) 2021/1042. Where the network of
# registers (BRIS) has another number than the one we ask for, that is refused as it is without the prefix.
_EUID = re.compile(r"(?:EUID\W*)?(?P<country>[A-Z]{2})[A-Z0-9]{1,12}\.(?P<number>[^_]+)(?:_[A-Z0-9]+)?")
_NOT_IN_BRIS = frozenset(["CH", "GB", "UA"])
_FEWEST_PADDED = 4  # digits; a shorter number did not just lose its leading zeros
# Prefixes of Companies House. NO is one too, but is left out, because "no. 123" starts with it.
_COMPANIES_HOUSE = frozenset(
    [
        *("AC", "CE", "CS", "FC", "FE", "GE", "GN", "GS", "IC", "IP", "LP", "NA", "NC", "NF", "NI", "NL", "NP", "NR"),
        *("NV", "NZ", "OC", "OE", "PC", "R", "RC", "RS", "SA", "SC", "SE", "SF", "SG", "SI", "SL", "SO", "SP", "SR"),
        *("SZ", "ZC"),
    ]
)


@dataclass(frozen=True, slots=True)
class TradeRegister:
    """The trade register of one country: the name of its number, an example, and the function that normalises it."""

    name: str
    example: str
    compact: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Typed:
    """A number as typed: its digits, and the words before and behind them. `glued`: a letter touches the digits."""

    digits: str
    before: str
    before_glued: bool
    behind: str
    behind_glued: bool


def clean_register_number(country: str, number: str) -> str:
    """Return the number in the trade register of `country`, normalised. RuleError at `register_number`."""
    number = typed.plain(number).upper()
    register = TRADE_REGISTERS.get(country)
    try:
        if len(number) > LONGEST_TYPED:
            raise InvalidLength
        return _compact(country, number) if register else _plain(country, number)
    except ValidationError as wrong:
        if register is None:
            raise RuleError("Enter the number as it stands in the trade register.", "register_number") from wrong
        raise RuleError(
            "This is not a right number. For this country, enter the %(kind)s, like %(example)s.",
            "register_number",
            kind=register.name,
            example=register.example,
        ) from wrong


def _compact(country: str, number: str) -> str:
    """Return a number of a country that has a known form, also one that is written as a European number (EUID)."""
    compact = TRADE_REGISTERS[country].compact
    try:
        return compact(number)
    except ValidationError:
        european = _EUID.fullmatch(number)
        if european is None or european["country"] != country or country in _NOT_IN_BRIS:
            raise
        return compact(european["number"])


def _parts(number: str) -> _Typed:
    """Return the only run of digits and what surrounds it. ValidationError when there is none, or more than one."""
    found = _PARTS.fullmatch(number.translate(_LOOK_ALIKE))
    if not found:
        raise InvalidFormat
    before, behind = _LAST_WORD.search(found["lead"]), _FIRST_WORD.match(found["rest"])
    return _Typed(
        digits=re.sub(_SIGN, "", found["digits"]),
        before=before["word"] if before else "",
        before_glued=bool(before and not before["gap"]),
        behind=behind["word"] if behind else "",
        behind_glued=bool(behind and not behind["gap"]),
    )


def _digits(number: str, suffixes: Collection[str] = (), sections: Collection[str] = ()) -> str:
    """Return the digits alone. Words around them are dropped; a letter that touches them may be a typing error."""
    parts = _parts(number)
    slip = parts.before_glued and len(parts.before) == 1 and parts.before not in sections
    if slip or (parts.behind_glued and parts.behind not in suffixes):
        raise InvalidFormat
    return parts.digits


def _by(standard: ModuleType) -> Callable[[str], str]:
    """Return a normaliser for numbers that python-stdnum can check."""
    return lambda number: str(standard.validate(_digits(number)))


def _lettered(
    labels: Collection[str], letters: Collection[str], *, bare: str | None = None, width: int = 0, most: int = 6
) -> Callable[[str], str]:
    """Return a normaliser for letters that name a section of the register, followed by digits.

    Leading zeros are removed, or added up to `width` characters. `labels` may touch the letters; `bare` replaces
    letters that were not typed, where that is allowed.
    """

    def compact(number: str) -> str:
        parts = _parts(number)
        fronts = (parts.before.removeprefix(label) for label in ("", *labels))
        front = next((each for each in fronts if each in letters), None)
        if front is None:
            slip = parts.before_glued and len(parts.before) == 1
            front = None if slip else bare
        digits = parts.digits.lstrip("0")
        if front is None or parts.behind_glued or not 0 < len(digits) <= (width - len(front) if width else most):
            raise InvalidFormat
        return front + digits.zfill(width - len(front))

    return compact


def _plain(country: str, number: str) -> str:
    """Normalise the number of a country without known rule: letters and digits, without the words before them."""
    number = re.sub(_SIGN, "", _NUMBER_WORDS.sub("", number.translate(_LOOK_ALIKE)))
    if not _PLAIN.fullmatch(number) or not any(sign.isdigit() for sign in number):
        raise InvalidFormat
    bare = number.removeprefix(country)
    return bare if re.fullmatch("[0-9]{3,}", bare) else number


def _kvk(number: str) -> str:
    # KvK: eight digits without a check digit (Handelsregisterbesluit 2008). A lost zero is reported, never filled in.
    digits = _digits(number)
    match len(digits):
        case 8:
            return digits
        case 7:
            raise RuleError(
                "A KvK number has 8 digits. If yours begins with a zero, enter that too: %(number)s.",
                "register_number",
                number=f"0{digits}",
            )
        case 9 if bsn.is_valid(digits):  # both satisfy the eleven-test
            raise RuleError("This may be the RSIN. Enter the KvK number, 8 digits.", "register_number")
        case 12:
            raise RuleError("This may be the number of a branch. Enter the KvK number, 8 digits.", "register_number")
        case _:
            raise InvalidLength


def _austrian(number: str) -> str:
    """Normalise up to six digits and a letter; how the letter is computed is not published."""
    parts = _parts(number)
    found = re.fullmatch("0*([1-9][0-9]{0,5}[A-Z])", parts.digits + parts.behind)
    if not found or (parts.before_glued and len(parts.before) == 1):
        raise InvalidFormat
    return found[1]


def _bulgarian(number: str) -> str:
    """Return nine digits, without the four digits of a branch."""
    digits = _digits(number)
    return str(bg_vat.validate(digits[:9] if len(digits) == len("1750747520001") else digits))


def _czech_or_slovak(number: str) -> str:
    """Return eight digits; both countries use the same check digit. Leading zeros are often left out."""
    digits = _digits(number)
    if not _FEWEST_PADDED <= len(digits) <= (width := 8):  # nine or ten digits are the tax number of a person
        raise InvalidLength
    return str(dic.validate(digits.zfill(width)))


def _finnish(number: str) -> str:
    """Return eight digits; numbers from before 2001 had seven."""
    return str(ytunnus.validate(re.sub("^([0-9]{7})$", r"0\1", _digits(number))))


def _french(number: str) -> str:
    """Return the SIREN: alone, before the five digits of a branch (SIRET), or at the end of a tax number (TVA)."""
    number = re.sub(r"^FR[0-9]{4}\.", "", number)  # the European number (EUID), which also holds the court
    if vat := re.search("FR([0-9A-Z]{2}[0-9]{9})$", re.sub(_SIGN, "", number)):
        return str(siren.validate(tva.validate(vat[1])[2:]))
    digits = _digits(number, sections=tuple("ABCD"))
    match len(digits):
        case 14:
            return str(siret.validate(digits))[:9]
        case 11:
            return str(siren.validate(tva.validate(digits)[2:]))
        case _:
            return str(siren.validate(digits))


def _hungarian(number: str) -> str:
    """Return the first eight digits of an adószám (12892312-2-42); VAT code (1 to 5) and county may change."""
    digits = _digits(number)
    found = re.fullmatch("([0-9]{8})[1-5][0-9]{2}", digits)
    return str(anum.validate(found[1] if found else digits))


def _lithuanian(number: str) -> str:
    """Return nine digits; the twelve digits of a tax number are a different number."""
    digits = _digits(number)
    if not re.fullmatch("[0-9]{9}", digits):
        raise InvalidLength
    sums = (sum(((place + shift) % 9 + 1) * int(digit) for place, digit in enumerate(digits[:8])) for shift in (0, 2))
    if int(digits[8]) != next((each % 11 for each in sums if each % 11 < 10), 0):  # noqa: PLR2004
        raise InvalidChecksum
    return digits


def _polish(number: str) -> str:
    digits = _digits(number)
    if digits.startswith("0"):  # a KRS number, which may pass the check by chance
        raise InvalidFormat
    return str(nip.validate(digits))


def _romanian(number: str) -> str:
    # The number of the trade register is often written in front: J40/372/2002, or J and 13 digits since 2024.
    number = re.sub(r"\b[JFC] ?(?:[0-9]{1,2} ?/ ?[0-9]+ ?/ ?[0-9.]+|[0-9]{13}\b)", " ", number)
    return str(cui.validate(_digits(number).lstrip("0") or "0"))


def _spanish(number: str) -> str:
    """Return a letter, seven digits and a letter or digit; persons have other patterns."""
    parts = _parts(number)
    front = parts.before.removeprefix("ES")
    front = front if len(front) == 1 else ""
    complete = len(front + parts.digits) == len("B58378431")
    behind = parts.behind if len(parts.behind) == 1 and not complete else ""
    if parts.behind_glued and not behind:
        raise InvalidFormat
    return str(es_nif.validate(front + parts.digits + behind))


def _swedish(number: str) -> str:
    """Return ten digits: alone, after the century that registers print (16), or before the 01 of a VAT number."""
    digits = _digits(number)
    if century := re.fullmatch("(?:16|19|20)([0-9]{10})", digits):
        digits = digits if _parts(number).before == "SE" else century[1]
    return str(se_orgnr.validate(re.sub("^([0-9]{10})01$", r"\1", digits)))


def _swiss(number: str) -> str:
    return str(ch_uid.validate("CHE" + _digits(number, suffixes=("MWST", "TVA", "IVA", "TPV"))))


TRADE_REGISTERS: Mapping[str, TradeRegister] = {
    "AT": TradeRegister("Firmenbuchnummer", "FN 122119m", _austrian),
    "BE": TradeRegister("ondernemingsnummer", "0403.019.261", _by(be_vat)),
    "BG": TradeRegister("ЕИК", "175074752", _bulgarian),
    "CH": TradeRegister("UID", "CHE-100.155.212", _swiss),
    "CY": TradeRegister("ΗΕ", "HE 12345", _lettered(("CY",), ("HE", "AE", "EE", "BN", "B", "P", "S"))),
    "CZ": TradeRegister("IČO", "25123891", _czech_or_slovak),
    "DE": TradeRegister("Handelsregisternummer", "HRB 12345 Köln", german_courts.compact),
    "DK": TradeRegister("CVR-nummer", "13585628", _by(cvr)),
    "EE": TradeRegister("registrikood", "12345678", _by(registrikood)),
    "ES": TradeRegister("NIF", "B58378431", _spanish),
    "FI": TradeRegister("Y-tunnus", "2077474-0", _finnish),
    "FR": TradeRegister("SIREN", "552 008 443", _french),
    "GB": TradeRegister("company number", "06883289", _lettered(("GB",), _COMPANIES_HOUSE, bare="", width=8)),
    "GR": TradeRegister("ΑΦΜ", "094259216", _by(gr_vat)),
    "HR": TradeRegister("OIB", "33392005961", _by(oib)),
    "HU": TradeRegister("adószám", "12892312-2-42", _hungarian),
    "IE": TradeRegister("CRO number", "123456", _lettered(("IE",), ("LP",), bare="", most=7)),
    "IT": TradeRegister("partita IVA", "00743110157", _by(iva)),
    "LT": TradeRegister("įmonės kodas", "119511515", _lithuanian),
    "LU": TradeRegister("numéro RCS", "B 86532", _lettered(("LU", "RCS", "RCSLUXEMBOURG"), tuple("ABCDEFGHIJKL"))),
    "LV": TradeRegister("reģistrācijas numurs", "40003521600", _by(pvn)),
    "MT": TradeRegister("company number", "C 12345", _lettered(("MT",), ("C", "OC", "P", "LP", "SV"))),
    "NL": TradeRegister("KvK-nummer", "12345678", _kvk),
    "NO": TradeRegister(
        "organisasjonsnummer", "988 077 917", lambda number: str(no_orgnr.validate(_digits(number, suffixes=("MVA",))))
    ),
    "PL": TradeRegister("NIP", "856-734-62-15", _polish),
    "PT": TradeRegister("NIPC", "501964843", _by(pt_nif)),
    "RO": TradeRegister("CUI", "18547290", _romanian),
    "SE": TradeRegister("organisationsnummer", "123456-7897", _swedish),
    "SI": TradeRegister("matična številka", "9331310", lambda number: str(maticna.validate(_digits(number)[:7]))),
    "SK": TradeRegister("IČO", "31322832", _czech_or_slovak),
    "UA": TradeRegister("ЄДРПОУ", "32855961", _by(edrpou)),
}
