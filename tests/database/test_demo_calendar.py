"""The days of the demo: they go forward, on working days, and not over what was recorded already."""

from datetime import timedelta

import pytest

from audits.core import clock
from portal.demo.calendar import LENGTH, Calendar
from portal.demo.case import StoryError
from portal.stores.roles import WORKER
from tests.kit.factories.applications import make_application


@pytest.fixture
def database_role():
    """The demo works as the worker does, who sees everything."""
    return WORKER


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "_followed", [])
    clock.follow(tmp_path / "clock")
    clock.move(timedelta(days=-LENGTH - 2))
    return tmp_path / "clock"


def test_it_goes_from_a_year_ago_to_the_present_and_never_back(app, file):
    calendar, seen = Calendar(app), []
    for ago in (LENGTH, 200, 300, 199, 1, 0):
        calendar.go(ago)
        seen.append(clock.now())
    assert seen == sorted(seen)
    assert clock.day_of(seen[0]) == calendar.day(LENGTH)
    assert clock.moved() == timedelta()


def test_people_work_from_monday_to_friday_but_today_is_today(app, file):
    calendar = Calendar(app)
    days = [calendar.day(ago) for ago in range(30, -1, -1)]
    assert all(day.weekday() < 5 for day in days[:-1])
    assert days == sorted(days)
    assert days[-1] == clock.day_of(clock.now() - clock.moved())


def test_a_database_with_a_later_past_is_not_told_another_one(app, session, file):
    clock.move(timedelta(days=-10))
    make_application(session)
    session.commit()
    with pytest.raises(StoryError, match="empty one"):
        Calendar(app)
