"""The clock that the demo moves: one file for all processes, which is all or nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from audits.core import clock


@pytest.fixture(autouse=True)
def nothing_followed(monkeypatch):
    monkeypatch.setattr(clock, "_followed", [])


def test_it_is_right_unless_it_follows_a_file_that_is_there(tmp_path):
    clock.move(timedelta(days=-1))  # nothing is followed, so nothing is written
    assert clock.moved() == timedelta()
    clock.follow(tmp_path / "clock")
    assert clock.moved() == timedelta()
    assert not (tmp_path / "clock").exists()


def test_all_who_follow_the_file_have_the_same_time(tmp_path):
    file = tmp_path / "clock"
    clock.follow(file)
    clock.move(timedelta(days=-364))
    assert clock.moved() == timedelta(days=-364)
    assert clock.now() < datetime.now(UTC) - timedelta(days=363)
    assert clock.today() == clock.day_of(clock.now())
    assert [each.name for each in tmp_path.iterdir()] == ["clock"]
    clock.move(timedelta())
    assert clock.moved() == timedelta()
