"""Terms in working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core.calendar import add_working_days, is_working_day

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
        (date(2026, 5, 13), 1, date(2026, 5, 15)),  # Ascension Day
        (date(2026, 11, 2), 10, date(2026, 11, 16)),
        (date(2026, 11, 23), 30, date(2027, 1, 6)),
    ],
)
def test_the_term_ends_on(start, days, end):
    assert add_working_days(start, days) == end


@given(DAYS, st.integers(1, 130))
def test_a_term_ends_on_a_working_day_and_holds_as_many_as_it_says(start, days):
    end = add_working_days(start, days)
    between = [start + timedelta(n) for n in range(1, (end - start).days + 1)]
    assert is_working_day(end)
    assert sum(map(is_working_day, between)) == days


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_terms_add_up(start, first, second):
    assert add_working_days(add_working_days(start, first), second) == add_working_days(start, first + second)
