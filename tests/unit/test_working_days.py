"""Terms in working days."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core.calendar import DECREES, LAST_DECREED_YEAR, add_working_days, is_working_day, undecreed_year

DAYS = st.dates(date(2024, 1, 1), date(2035, 1, 1))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 2), 0, date(2026, 11, 2)),
        (date(2026, 11, 2), 1, date(2026, 11, 3)),
        (date(2026, 11, 6), 1, date(2026, 11, 9)),  # over a weekend
        (date(2026, 11, 7), 1, date(2026, 11, 9)),  # from a Saturday
        (date(2026, 12, 24), 1, date(2026, 12, 28)),  # over Christmas and a weekend
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # over New Year and a weekend
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2026, 5, 4), 1, date(2026, 5, 6)),  # Liberation Day, every year
        (date(2026, 5, 13), 1, date(2026, 5, 18)),  # Ascension Day, a decreed Friday and a weekend
        (date(2027, 5, 4), 1, date(2027, 5, 10)),  # Liberation Day, Ascension Day, a decreed Friday and a weekend
        (date(2028, 5, 24), 1, date(2028, 5, 29)),
        (date(2025, 12, 31), 1, date(2026, 1, 5)),
        (date(2026, 11, 2), 10, date(2026, 11, 16)),
        (date(2026, 11, 23), 30, date(2027, 1, 6)),
    ],
)
def test_the_term_ends_on(start, days, end):
    assert add_working_days(start, days) == end


@pytest.mark.parametrize(
    "day",
    [
        date(2023, 4, 28), date(2023, 5, 19), date(2024, 5, 10), date(2024, 12, 27), date(2025, 5, 30),
        date(2026, 1, 2), date(2026, 5, 15), date(2027, 5, 7), date(2028, 4, 28), date(2028, 5, 26),
        date(2026, 4, 3), date(2027, 5, 5), date(2026, 12, 25),
    ],
)  # fmt: skip
def test_holidays_and_days_that_a_decree_names_are_no_working_days(day):
    assert day.weekday() < 5
    assert not is_working_day(day)


def test_holidays_are_those_that_a_library_of_all_countries_computes():
    """From 2014, when King's Day came; "optional" are Good Friday and 5 May, which the act always counts."""
    theirs = holidays.country_holidays("NL", categories=("public", "optional"), years=range(2014, 2101))
    days = (date(2014, 1, 1) + timedelta(days=number) for number in range(87 * 365))
    decreed = {day for decree in DECREES for day in decree.days}
    for day in days:
        assert is_working_day(day) is not (day.weekday() > 4 or day in theirs or day in decreed), day


@pytest.mark.parametrize("day", [date(2026, 12, 24), date(2026, 12, 31), date(2027, 12, 24), date(2027, 4, 26)])
def test_other_days_around_holidays_are_working_days(day):
    assert is_working_day(day)


def test_a_decree_names_only_days_that_would_count_and_is_for_the_years_it_says():
    for decree in DECREES:
        for day in decree.days:
            assert str(day.day) in decree.name
            assert str(day.year) in decree.name
            assert day.weekday() < 5
    assert max(day for decree in DECREES for day in decree.days).year == LAST_DECREED_YEAR


@pytest.mark.parametrize(
    ("today", "term", "year"),
    [
        (date(2028, 6, 1), 125, None),
        (date(2028, 7, 5), 125, None),  # ends on 29 December 2028
        (date(2028, 7, 6), 125, 2029),
        (date(2028, 12, 29), 0, None),
        (date(2030, 1, 1), 0, 2030),
    ],
)
def test_a_term_beyond_the_last_decree_is_told(today, term, year):
    assert undecreed_year(today, term) == year


@given(DAYS, st.integers(1, 130))
def test_a_term_ends_on_a_working_day_and_holds_as_many_as_it_says(start, days):
    end = add_working_days(start, days)
    between = [start + timedelta(n) for n in range(1, (end - start).days + 1)]
    assert is_working_day(end)
    assert sum(map(is_working_day, between)) == days


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_terms_add_up(start, first, second):
    assert add_working_days(add_working_days(start, first), second) == add_working_days(start, first + second)
