"""Check digits of certificate numbers, and validity periods."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.lifecycle.rules import (
    RELIABLE,
    Status,
    certificate_number,
    check_digits,
    is_number,
    renewed_until,
    status_on,
    valid_until,
)
from certificates.lifecycle.workflow import CertificateState

S = CertificateState
LAST = date(2027, 2, 28)


@given(st.from_regex(r"\A[0-9]{9}\Z"), st.integers(0, 10), st.integers(1, 9))
def test_every_wrong_digit_is_caught(digits, place, shift):
    right = digits + check_digits(digits)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert is_number(f"KW-{right[:4]}-{right[4:9]}-{right[9:]}")
    assert not is_number(f"KW-{wrong[:4]}-{wrong[4:9]}-{wrong[9:]}")


@given(st.from_regex(r"\A[0-9]{9}\Z"), st.integers(0, 9))
def test_every_swap_of_neighbours_is_caught(digits, place):
    right = digits + check_digits(digits)
    wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert is_number(f"KW-{wrong[:4]}-{wrong[4:9]}-{wrong[9:]}") is (wrong == right)


@pytest.mark.parametrize(
    "text", ["", "KW", "KW-2026-00001", "KW-2026-00001-1", "KW-２０２６-00001-13", "XX-2026-00001-13"]
)
def test_what_is_no_number_at_all_is_none(text):
    assert not is_number(text)


def test_a_number_may_be_typed_in_small_letters():
    assert is_number(f" {certificate_number(2026, 1).lower()} ")


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 3, 1), 12, date(2027, 2, 28)),
        (date(2026, 3, 15), 3, date(2026, 6, 14)),
        (date(2026, 11, 30), 3, date(2027, 2, 27)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 12, 31), 1, date(2027, 1, 30)),
        (date(2026, 1, 1), 24, date(2027, 12, 31)),
    ],
)
def test_the_last_valid_day(first, months, last):
    assert valid_until(first, months) == last


@pytest.mark.parametrize(
    ("state", "conditional", "on_last", "after"),
    [
        (S.ISSUING, False, Status.APPLIED, Status.APPLIED),
        (S.ACTIVE, False, Status.CERTIFIED, Status.EXPIRED),
        (S.ACTIVE, True, Status.CONDITIONAL, Status.EXPIRED),
        (S.SUSPENDED, False, Status.SUSPENDED, Status.SUSPENDED),
        (S.SUSPENDED, True, Status.SUSPENDED, Status.SUSPENDED),
        (S.WITHDRAWN, False, Status.WITHDRAWN, Status.WITHDRAWN),
        (S.ENDED, False, Status.ENDED, Status.ENDED),
        (S.REPLACED, False, Status.REPLACED, Status.REPLACED),
    ],
)
def test_the_status_on_the_last_day_and_after_it(state, conditional, on_last, after):
    for day, status in ((LAST, on_last), (date(2027, 3, 1), after)):
        assert status_on(day, state, conditional=conditional, valid_until=LAST) is status


def test_only_what_is_in_force_can_be_relied_on():
    assert {Status.CERTIFIED, Status.CONDITIONAL, Status.PARTLY_SUSPENDED} == RELIABLE


DAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("held_until", "until"),
    [
        (None, date(2027, 11, 29)),
        (DAY, date(2027, 11, 30)),  # on its last day
        (DAY + timedelta(days=90), date(2028, 2, 29)),  # on the first day of the window
        (DAY + timedelta(days=91), date(2027, 11, 29)),  # too early to run on
        (DAY - timedelta(days=1), date(2027, 11, 29)),  # there is nothing to run on from
    ],
)
def test_a_renewal_within_the_window_runs_on_from_the_old_last_day(held_until, until):
    assert renewed_until(DAY, 12, held_until, 90) == until
