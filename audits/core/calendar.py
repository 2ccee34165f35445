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
from functools import cache

SATURDAY, SUNDAY = 5, 6


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
        day = _step(day, 1)
    return day


def working_days_before(day: date, days: int) -> date:
    """Return the working day after which so many working days remain, `day` among them if it is one."""
    for _ in range(days):
        day = _step(day, -1)
    return day


def working_days_between(first: date, last: date) -> int:
    """Return how many working days there are after `first`, up to and with `last`; negative if it is earlier."""
    if last < first:
        return -working_days_between(last, first)
    off = (day for year in range(first.year, last.year + 1) for day in _days_off(year))
    return _weekdays(last) - _weekdays(first) - sum(first < day <= last for day in off)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_working_day(day: date) -> bool:
    """Return whether the day is neither a weekend, nor a holiday, nor equal to one by decree."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year) and day not in _DECREED


def undecreed_year(today: date, longest_term: int) -> int | None:
    """Return the year without a known decree in which a term of so many working days from today may end, or None.

    Such a term may end a day too early: the missing decree can name a day that this calendar counts.
    """
    year = add_working_days(today, longest_term).year
    return year if year > LAST_DECREED_YEAR else None


def _weekdays(day: date) -> int:
    """Return how many days from Monday to Friday there are up to and with a day, from 1 January of the year 1 on."""
    weeks, rest = divmod(day.toordinal(), 7)  # that 1 January was a Monday
    return weeks * 5 + min(rest, 5)


@cache
def _days_off(year: int) -> tuple[date, ...]:
    """Return the days from Monday to Friday of a year that are no working days."""
    decreed = {day for day in _DECREED if day.year == year}
    return tuple(day for day in _holidays(year) | decreed if day.weekday() < SATURDAY)


def _step(day: date, direction: int) -> date:
    """Return the next working day, or with -1 the one before."""
    day += timedelta(days=direction)
    while not is_working_day(day):
        day += timedelta(days=direction)
    return day


@cache
def _holidays(year: int) -> frozenset[date]:
    """Return the days of members 1 and 2. A test compares them with a library of all countries, which is 10 MB."""
    easter = _easter(year)
    kings_day = date(year, 4, 27)
    fixed = {date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    if kings_day.weekday() == SUNDAY:
        kings_day -= timedelta(days=1)
    # Good Friday, Easter Monday, Ascension Day, Whit Monday
    return frozenset({*fixed, kings_day, *(easter + timedelta(days=days) for days in (-2, 1, 39, 50))})


def _easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher."""
    century, of_century = divmod(year, 100)
    leap = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - leap - of_century % 4) % 7
    late = (year % 19 + 11 * leap + 22 * to_sunday) // 451
    month, day = divmod(leap + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


_DECREED = frozenset(day for decree in DECREES for day in decree.days)
