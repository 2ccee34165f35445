"""Working days in the Netherlands, for terms that the norm counts in them."""

from datetime import date, timedelta

import holidays

SATURDAY = 5


def add_working_days(start: date, days: int) -> date:
    """The day on which a term of so many working days ends; the day after `start` is the first that counts."""
    day = start
    for _ in range(days):
        day = _next_working_day(day)
    return day


def is_working_day(day: date) -> bool:
    """Neither a weekend nor a holiday after article 3 of the Algemene termijnenwet.

    That law gives Good Friday the same weight as the holidays and counts 5 May every year, though many people work
    on both. In doubt the term is thus longer, never shorter.
    """
    return day.weekday() < SATURDAY and day not in _HOLIDAYS


def _next_working_day(day: date) -> date:
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


# Fills itself year by year when asked about a day.
_HOLIDAYS = holidays.country_holidays("NL", categories=("public", "optional"))
