"""Find what must not be kept: citizen numbers, bank accounts of workers, lines of passports. Pure."""

import re
from collections.abc import Collection
from enum import StrEnum

from stdnum import iban
from stdnum.nl import bsn

from audits.core.errors import N_


class Personal(StrEnum):
    """Kinds of personal numbers that nobody may send us."""

    CITIZEN_NUMBER = "citizen_number"
    BANK_ACCOUNT = "bank_account"
    PASSPORT = "passport"


MESSAGES = {
    Personal.CITIZEN_NUMBER: N_(
        "The file %(name)s holds what looks like citizen service numbers (BSN). Delete that column or make the numbers"
        " unreadable, save the file again, and choose it once more. We have not kept it."
    ),
    Personal.BANK_ACCOUNT: N_(
        "The file %(name)s holds what looks like bank accounts (IBAN) of workers. Leave only the last four digits, save"
        " the file again, and choose it once more. We have not kept it."
    ),
    Personal.PASSPORT: N_(
        "The file %(name)s holds the lines of a passport or identity card that machines read. Take that page out, and"
        " choose the file once more. We have not kept it."
    ),
}

# Nine digits, perhaps grouped, not part of a longer number. An L or B and two digits behind make it a VAT number.
NINE_DIGITS = re.compile(r"(?<![0-9A-Za-z])(?:[0-9][ .-]?){8}[0-9](?![0-9]|[ .-]?[0-9]|[ .]?[LB][0-9]{2})")
_CITIZEN = r"(?:bsn|burger ?service ?n(?:umme)?r|sofi-?n(?:umme)?r|sofinummer|citizen service number)"
_BEFORE = re.compile(rf"\b{_CITIZEN}\b[^\n0-9]{{0,60}}$", re.IGNORECASE)
_HEAD = re.compile(rf"^\W*{_CITIZEN}(?:nummer|s)?\W*$", re.IGNORECASE)
_WAGES = re.compile(
    r"\b(?:werknemers?|medewerkers?|personeel\w*|lonen|loon\w*|salaris\w*|employees?|workers?|wages?|payroll|salary)\b",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![0-9A-Za-z])")
# The second line of a passport (44 signs) and of an identity card (30), with birth, sex and expiry.
_PASSPORT = re.compile(
    r"(?<![A-Z0-9<])[A-Z0-9<]{9}[0-9<][A-Z<]{3}([0-9]{6})([0-9])[MFX<]([0-9]{6})([0-9])[A-Z0-9<]{16}(?![A-Z0-9<])"
)
_CARD = re.compile(r"(?<![A-Z0-9<])([0-9]{6})([0-9])[MFX<]([0-9]{6})([0-9])[A-Z<]{3}[A-Z0-9<]{11}[0-9](?![A-Z0-9<])")
_MANY = 5  # so many different ones need no word beside them
_MOSTLY = 0.8  # of the numbers of nine digits; of numbers at random one in eleven passes the test
_WEIGHTS = (7, 3, 1)


def personal_in(text: str, *, own: Collection[str] = ()) -> list[Personal]:
    """Return the kinds of personal numbers in a text; `own` are the accounts of the agency itself.

    Cells of a table are separated by tabs, its rows by line ends.
    """
    found = []
    if _has_citizen_numbers(text):
        found.append(Personal.CITIZEN_NUMBER)
    if _has_accounts(text, {iban.compact(each) for each in own}):
        found.append(Personal.BANK_ACCOUNT)
    if any(_is_right(match) for pattern in (_PASSPORT, _CARD) for match in pattern.finditer(text)):
        found.append(Personal.PASSPORT)
    return found


def is_citizen_number(digits: str) -> bool:
    """Return whether a number passes the eleven-test (Wet abb, article 10)."""
    return bool(bsn.is_valid(re.sub("[^0-9]", "", digits)))


def _has_citizen_numbers(text: str) -> bool:
    """Return whether a number passes the test and a word says what it is, or many pass: one alone may be chance."""
    nine = list(NINE_DIGITS.finditer(text))
    passing = [match for match in nine if is_citizen_number(match[0])]
    if any(_BEFORE.search(text, max(0, match.start() - 90), match.start()) for match in passing):
        return True
    if _is_in_column(text):
        return True
    kinds, whole = {match[0] for match in passing}, {match[0] for match in nine}
    return len(kinds) >= _MANY and len(kinds) >= _MOSTLY * len(whole)


def _is_in_column(text: str) -> bool:
    """Return whether a citizen number stands in a column whose head says so."""
    columns: set[int] = set()
    for row in text.split("\n"):
        cells = row.split("\t")
        if any(place < len(cells) and _is_citizen_cell(cells[place]) for place in columns):
            return True
        columns |= {place for place, cell in enumerate(cells) if _HEAD.match(cell)}
    return False


def _is_citizen_cell(cell: str) -> bool:
    digits = re.sub("[^0-9]", "", cell)
    return len(digits) in {8, 9} and is_citizen_number(digits.zfill(9))  # a spreadsheet eats the zero in front


def _has_accounts(text: str, own: Collection[str]) -> bool:
    if not _WAGES.search(text):
        return False
    lines = [(line, _accounts(line) - set(own)) for line in text.split("\n")]
    return len({each for _, found in lines for each in found}) > 1 or any(
        found and _WAGES.search(line) for line, found in lines
    )


def _accounts(line: str) -> set[str]:
    return {iban.compact(each) for each in _ACCOUNT.findall(line) if iban.is_valid(each, check_country=False)}


def _is_right(match: re.Match[str]) -> bool:
    born, born_check, ends, ends_check = match.groups()
    return _check_digit(born) == int(born_check) and _check_digit(ends) == int(ends_check)


def _check_digit(digits: str) -> int:
    """Return the check digit of ICAO 9303."""
    return sum(int(digit) * _WEIGHTS[place % 3] for place, digit in enumerate(digits)) % 10
