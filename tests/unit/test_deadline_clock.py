"""What the clock does about a deadline, and on which day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core.calendar import add_working_days, is_working_day, working_days_before, working_days_between
from audits.deadlines.rules import DeadlineKind
from audits.worklists.clock import StepKind, due, next_on, plan

DAYS = st.dates(date(2023, 1, 1), date(2028, 6, 30))
KINDS = st.sampled_from(DeadlineKind)


def steps(kind, opened_on, due_on, from_on=None):
    return [(step.kind.value, step.on.isoformat()) for step in plan(kind, opened_on, due_on, from_on)]


def test_a_corrective_action_is_reminded_three_times_and_then_escalates():
    # Christmas, New Year and the day that a decree makes equal to it lie in between.
    assert steps(DeadlineKind.CORRECTIVE_ACTION, date(2025, 11, 20), date(2026, 1, 8)) == [
        ("remind", "2025-12-15"),
        ("remind", "2025-12-24"),
        ("remind", "2026-01-07"),
        ("escalate", "2026-01-09"),
    ]


def test_a_renewal_is_reminded_by_days_of_the_calendar():
    assert steps(DeadlineKind.RENEWAL, date(2026, 1, 1), date(2026, 12, 31)) == [
        ("remind", "2026-10-02"),
        ("remind", "2026-11-19"),
        ("remind", "2026-12-10"),
        ("escalate", "2027-01-04"),
    ]


def test_a_window_says_when_it_opens_and_reminds_only_from_then_on():
    found = steps(DeadlineKind.SURVEILLANCE, date(2026, 1, 5), date(2026, 6, 30), date(2026, 6, 29))
    assert found == [("begin", "2026-06-29"), ("escalate", "2026-07-01")]


def test_nobody_is_late_on_a_day_off():
    easter = date(2027, 3, 25)  # the Thursday before Good Friday
    assert steps(DeadlineKind.REPORT, easter, easter) == [("escalate", "2027-03-30")]


@pytest.mark.parametrize(
    ("day", "days", "before"),
    [("2027-03-30", 1, "2027-03-25"), ("2026-05-18", 1, "2026-05-13"), ("2026-01-05", 2, "2025-12-30")],
    ids=["over Easter", "over Ascension and the day that a decree adds", "over New Year and the day after"],
)
def test_working_days_are_counted_back_over_holidays(day, days, before):
    assert working_days_before(date.fromisoformat(day), days) == date.fromisoformat(before)


@given(DAYS, st.integers(1, 40))
def test_counting_back_undoes_counting_on(day, days):
    last = add_working_days(day, days)
    assert working_days_between(day, last) == days
    assert working_days_between(last, day) == -days
    if is_working_day(day):
        assert working_days_before(last, days) == day


@given(DAYS, st.integers(0, 1000))
def test_working_days_between_two_days_are_those_that_one_counts_by_hand(first, days):
    last = first + timedelta(days=days)
    by_hand = sum(is_working_day(first + timedelta(days=day)) for day in range(1, days + 1))
    assert working_days_between(first, last) == by_hand


@given(KINDS, DAYS, st.integers(0, 400), st.none() | st.integers(-5, 400))
def test_every_step_is_later_than_the_opening_and_the_last_is_the_escalation(kind, opened_on, length, from_after):
    due_on = opened_on + timedelta(days=length)
    from_on = None if from_after is None else opened_on + timedelta(days=from_after)
    planned = plan(kind, opened_on, due_on, from_on)
    assert list(planned) == sorted(planned)
    assert all(opened_on < step.on for step in planned)
    assert [step.kind for step in planned].count(StepKind.ESCALATE) == 1
    assert planned[-1].kind is StepKind.ESCALATE
    assert planned[-1].on > due_on
    assert all(step.on <= due_on for step in planned[:-1])


@given(KINDS, DAYS, st.integers(0, 200), st.lists(st.integers(0, 260), max_size=20))
def test_whenever_the_clock_runs_the_same_steps_are_made_once(kind, opened_on, length, runs):
    planned = plan(kind, opened_on, opened_on + timedelta(days=length))
    made, waits_for = [], date.min
    for day in [opened_on + timedelta(days=run) for run in sorted(runs)]:
        if waits_for is not None and waits_for <= day:
            made += due(planned, len(made), day)
            waits_for = next_on(planned, len(made))
            assert waits_for is None or waits_for > day
    last = opened_on + timedelta(days=max(runs, default=0))
    assert made == [step for step in planned if step.on <= last and runs]
