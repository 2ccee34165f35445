"""Working days in the Netherlands, for terms that the norm counts in them.

No working day is a Saturday, a Sunday, or a day that article 3 of the Algemene termijnenwet counts as a holiday:
- member 1: New Year's Day, Easter Monday, Whit Monday, Christmas (two days), Ascension Day, King's Day, 5 May;
- member 2: Good Friday;
- member 3: the days that a royal decree puts on a par with them, for three years at a time: `DECREES`.
24 and 31 December are ordinary days unless a decree names them, as the one for 2017 to 2019 did in 2018.

Sources: the decree for 2017 to 2019 (BWBR0038666) and quotations of articles 1 to 4 were read. Of the two decrees below
only the titles were read, which name every day, as a jurist quotes them (sterfgeval.nl, question 70745, 4 October
2025); that for 2026 to 2028 is BWBR0051300. Neither was read in the Staatscourant.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Decree:
    """A royal decree under article 3, member 3: its name, and the days that it makes equal to holidays."""

    name: str
    days: tuple[date, ...]


DECREES = (
    Decree(
        "Besluit gelijkstelling van 28 april 2023, 19 mei 2023, 10 mei 2024, 27 december 2024 en 30 mei 2025"
        " met een algemeen erkende feestdag",
        (date(2023, 4, 28), date(2023, 5, 19), date(2024, 5, 10), date(2024, 12, 27), date(2025, 5, 30)),
    ),
    Decree(
        "Besluit gelijkstelling van 2 januari 2026, 15 mei 2026, 7 mei 2027, 28 april 2028 en 26 mei 2028"
        " met een algemeen erkende feestdag",
        (date(2026, 1, 2), date(2026, 5, 15), date(2027, 5, 7), date(2028, 4, 28), date(2028, 5, 26)),
    ),
)
LAST_DECREED_YEAR = 2028  # The last of the three years that the newest decree covers.


def add_working_days(start: date, days: int) -> date:
    """Return the last day of a term of so many working days; the day after `start` is the first that counts."""
    day = start
    for _ in range(days):
        day = _next_working_day(day)
    return day


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_working_day(day: date) -> bool:
    """Return whether the day is neither a weekend, nor a holiday, nor equal to one by decree."""
    return day.weekday() < SATURDAY and day not in _HOLIDAYS and day not in _DECREED


def undecreed_year(today: date, longest_term: int) -> int | None:
    """Return the year without a known decree in which a term of so many working days from today may end, or None.

    Such a term may end a day too early: the missing decree can name a day that this calendar counts.
    """
    year = add_working_days(today, longest_term).year
    return year if year > LAST_DECREED_YEAR else None


def _next_working_day(day: date) -> date:
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


# The holidays library computes years on demand. "optional": Good Friday and 5 May, which the act always counts.
_HOLIDAYS = holidays.country_holidays("NL", categories=("public", "optional"))
_DECREED = frozenset(day for decree in DECREES for day in decree.days)
