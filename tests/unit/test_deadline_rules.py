"""Which terms are due."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from audits.deadlines.rules import due

DAY = date(2026, 11, 30)


class Term(NamedTuple):
    due_on: date
    done_at: datetime | None = None


def test_a_term_is_due_on_its_last_day_and_later_until_it_is_done():
    term = Term(DAY)
    assert due([term], DAY - timedelta(days=1)) == []
    assert due([term], DAY) == due([term], DAY + timedelta(days=9)) == [term]
    assert due([Term(DAY, datetime(2026, 11, 1, tzinfo=UTC))], DAY) == []


terms = st.builds(Term, st.dates(), st.none() | st.datetimes(timezones=st.just(UTC)))


@given(st.lists(terms), st.dates())
def test_what_is_due_stays_due_and_comes_in_order(listed, on):
    found = due(listed, on)
    assert found == sorted(found, key=lambda term: term.due_on)
    assert set(found) == {term for term in listed if term.done_at is None and term.due_on <= on}
    assert set(found) <= set(due(listed, on + timedelta(days=1)) if on < date.max else found)
