"""How a worklist is cut into groups and ages."""

from datetime import date

import pytest

from audits.worklists.rules import When, ages, when

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
