"""What held on a day, as known on a day."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.lifecycle.rules import Status
from certificates.lifecycle.workflow import CertificateState as S
from certificates.register.rules import Change, Terms, course, state_on

ONE = UUID(int=1)
TERMS = {ONE: Terms("KW-2026-00001-58", conditional=False, valid_until=date(2027, 6, 30))}
CHANGES = [
    Change(ONE, S.ACTIVE, "", date(2026, 7, 1)),
    Change(ONE, S.SUSPENDED, "late", date(2027, 1, 10)),
    Change(ONE, S.ACTIVE, "", date(2027, 2, 20)),
]
MARCH = date(2027, 3, 1)
days = st.dates(date(2026, 1, 1), date(2028, 1, 1))


@pytest.mark.parametrize(
    ("day", "known", "status"),
    [
        (date(2026, 6, 30), date(2028, 1, 1), None),  # before we began
        (date(2026, 7, 1), date(2028, 1, 1), Status.CERTIFIED),
        (date(2027, 1, 15), date(2028, 1, 1), Status.SUSPENDED),
        (date(2027, 1, 15), date(2027, 1, 9), Status.CERTIFIED),  # the day before nobody knew of it
        (MARCH, date(2027, 1, 15), Status.SUSPENDED),  # that it would be lifted was not known
        (MARCH, MARCH, Status.CERTIFIED),
        (date(2027, 7, 1), MARCH, Status.EXPIRED),  # the end of the term was known from the start
        (date(2027, 7, 1), date(2026, 6, 30), None),
    ],
)
def test_it_says_what_held_as_it_was_known(day, known, status):
    line = state_on(TERMS, CHANGES, day, known)
    assert (line and line.status) == status


@given(days, days)
def test_what_is_known_later_never_changes_what_was_known(day, known):
    then = [change for change in CHANGES if change.on <= known]
    assert state_on(TERMS, CHANGES, day, known) == state_on(TERMS, then, day, known)


@given(days)
def test_what_held_on_a_day_is_the_history_up_to_it(day):
    lines = course(TERMS, [change for change in CHANGES if change.on <= day], day)
    assert state_on(TERMS, CHANGES, day, day + timedelta(days=400)) == (lines[-1] if lines else None)
