"""Read numbers and days as people write them, in Dutch or in English. Pure."""

import re
from datetime import date
from decimal import Decimal

from audits.core.errors import RuleError
from audits.core.typed import plain

_GROUPED = re.compile(r"-?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")
_MIXED = re.compile(r"(-?[1-9]\d{0,2}(?:([.,])\d{3})+)(?!\2)[.,](\d+)")
_SIMPLE = re.compile(r"-?\d+(?:[.,](\d+))?")
_AROUND = re.compile(r"^(?:€|eur|euro)\s*|\s*(?:€|eur|euro|%|procent|percent)$", re.IGNORECASE)
_THOUSANDTHS = 3
_MOST_DIGITS = 15  # before the mark: exact in a double, within 64 bits, and few enough for Decimal to round and print
_DAY = re.compile(r"(\d{1,2})[-/. ]+(\w+)\.?[-/. ]+(\d{4})|(\d{4})-(\d{2})-(\d{2})")
_MONTHS = {
    **{name: number for number, names in enumerate((
        "jan januari january", "feb februari february", "mrt maart mar march", "apr april", "mei may",
        "jun juni june", "jul juli july", "aug augustus august", "sep sept september", "okt oktober oct october",
        "nov november", "dec december",
    ), 1) for name in names.split()},
    **{str(number): number for number in range(1, 13)},
    **{f"{number:02}": number for number in range(1, 13)},
}  # fmt: skip


def read_number(text: str, decimals: int) -> Decimal:
    """Return the number; RuleError for none, one that can be read in two ways, and too many digits or decimals."""
    number = _read(text, decimals)
    if abs(number) >= 10**_MOST_DIGITS:
        raise RuleError("Use at most %(max)d digits.", max=_MOST_DIGITS)
    return number


def _read(text: str, decimals: int) -> Decimal:
    typed = _AROUND.sub("", plain(text)).replace(" ", "").replace("'", "")
    if match := _MIXED.fullmatch(typed):
        whole, fraction = re.sub("[.,]", "", match[1]), match[3]
        return _exact(f"{whole}.{fraction}", fraction, decimals)
    if match := _GROUPED.fullmatch(typed):
        groups = re.split("[.,]", typed)
        if decimals >= _THOUSANDTHS and len(groups) == 2:  # noqa: PLR2004  # one mark: of thousands, or of decimals
            raise RuleError(
                "This can be %(large)s or %(small)s. Write the number without marks for thousands, or with other"
                " decimals.",
                large="".join(groups),
                small=f"{groups[0]},{groups[1]}",
            )
        return Decimal("".join(groups))
    if match := _SIMPLE.fullmatch(typed):
        return _exact(typed.replace(",", "."), match[1] or "", decimals)
    if decimals:
        raise RuleError("Enter a number, like 1250 or 33,5.")
    raise RuleError("Enter a whole number, like 12.")


def read_day(text: str) -> date:
    """Return the day of 27-3-2027, 27 maart 2027, 27 mrt 2027, 2027-03-27 and the like; RuleError for another."""
    match = _DAY.fullmatch(plain(text).casefold())
    try:
        if match and match[4]:
            return date(int(match[4]), int(match[5]), int(match[6]))
        if match and match[2] in _MONTHS:
            return date(int(match[3]), _MONTHS[match[2]], int(match[1]))
    except ValueError:
        pass
    raise RuleError("Enter a real date, like 27 3 2027.")


def written(number: Decimal) -> str:
    """Return a number in one spelling: 1200, 33.5, never 1.2E+3."""
    return f"{number.normalize():f}" if number else "0"


def unmistakable(number: str) -> str:
    """Return a stored number so that nobody takes its mark for one of thousands: 1.2340 for 1.234."""
    return f"{number}0" if _GROUPED.fullmatch(number) else number


def _exact(text: str, fraction: str, decimals: int) -> Decimal:
    if len(fraction.rstrip("0")) > decimals:
        if not decimals:
            raise RuleError("Enter a whole number, like 12.")
        raise RuleError("Use at most %(max)d decimals.", max=decimals)
    return Decimal(text)
