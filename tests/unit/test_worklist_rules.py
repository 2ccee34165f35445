"""How a worklist is cut into groups and ages."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.schemes.cycle import Measure
from audits.worklists.rules import When, ages, planning_order, risk_of, when
from tests.kit.scheme import SECOND, scheme

MONDAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("due_on", "group"),
    [
        (date(2026, 11, 29), When.LATE),
        (MONDAY, When.TODAY),
        (date(2026, 12, 1), When.WEEK),
        (date(2026, 12, 6), When.WEEK),
        (date(2026, 12, 7), When.LATER),
    ],
)
def test_a_task_is_in_one_group(due_on, group):
    assert when(due_on, MONDAY) is group


def test_on_a_sunday_the_week_is_over():
    assert when(date(2026, 12, 7), date(2026, 12, 6)) is When.LATER


def test_work_is_counted_by_the_working_days_that_it_waits():
    terms = [(MONDAY, MONDAY), (date(2026, 11, 23), MONDAY), (date(2026, 11, 20), date(2026, 11, 27))]
    terms += [(date(2026, 11, 2), date(2026, 12, 9)), (date(2026, 6, 1), date(2026, 7, 1))]
    counted = [(*days, 1) for days in terms]
    found = [(age.least, age.most, age.tasks, age.late) for age in ages(counted, MONDAY)]
    assert found == [(0, 5, 2, 0), (6, 10, 1, 1), (11, 20, 1, 0), (21, None, 1, 1)]


def test_nothing_waits():
    assert [age.tasks for age in ages([], MONDAY)] == [0, 0, 0, 0]


def test_tasks_of_the_same_days_are_counted_together():
    assert [(age.tasks, age.late) for age in ages([(date(2026, 6, 1), date(2026, 7, 1), 3)], MONDAY)][-1] == (3, 3)


# ---- in which order audits are planned

PRIORITY = scheme(SECOND).cycle.priority
COUNTS = st.dictionaries(st.sampled_from(Measure), st.integers(0, 100_000))


def test_the_risk_is_the_sum_of_what_the_norm_weighs():
    risk = risk_of(PRIORITY, {Measure.LAST_SCORE: 12, Measure.SIGNALS: 2, Measure.WORKERS: 140, Measure.COUNTRIES: 3})
    assert {part.measure: part.points for part in risk.parts if part.points} == {
        Measure.LAST_SCORE: Decimal(6),
        Measure.SIGNALS: Decimal(16),
        Measure.WORKERS: Decimal("2.8"),
        Measure.COUNTRIES: Decimal(6),
    }
    assert risk.total == Decimal("30.8")


@given(COUNTS, COUNTS)
def test_more_of_anything_is_never_a_lower_risk_and_no_part_outgrows_its_most(counts, more):
    higher = {measure: counts.get(measure, 0) + more.get(measure, 0) for measure in Measure}
    risk = risk_of(PRIORITY, higher)
    assert risk_of(PRIORITY, counts).total <= risk.total
    assert all(part.points <= PRIORITY.weights[part.measure].most for part in risk.parts)


def test_what_is_due_soon_comes_by_its_day_and_the_rest_by_risk():
    calm, risky = risk_of(PRIORITY, {}), risk_of(PRIORITY, {Measure.SIGNALS: 9})
    soon, far = MONDAY + timedelta(PRIORITY.soon_days), MONDAY + timedelta(PRIORITY.soon_days + 1)
    waiting = [(None, calm), (far, calm), (far, risky), (soon, calm), (MONDAY - timedelta(3), calm), (None, risky)]
    ordered = sorted(waiting, key=lambda each: planning_order(*each, PRIORITY, MONDAY))
    assert [day for day, _ in ordered[:2]] == [MONDAY - timedelta(3), soon]
    assert [risk for _, risk in ordered[2:]] == [risky, risky, calm, calm]


def test_of_one_day_the_higher_risk_comes_first():
    calm, risky = risk_of(PRIORITY, {}), risk_of(PRIORITY, {Measure.SIGNALS: 1})
    order = [planning_order(MONDAY, risk, PRIORITY, MONDAY) for risk in (risky, calm)]
    assert order == sorted(order)
