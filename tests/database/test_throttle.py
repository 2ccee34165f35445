"""Login throttling: counts before the password check, each attempt once, and never locks out known devices."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from audits.core import clock
from portal.doors.account import throttle
from portal.doors.account.models import LoginThrottle
from portal.doors.account.rules import FORGET, LIMITS
from portal.doors.account.throttle import TooManyAttemptsError

PAIR = {"pair": "192.0.2.1 a@example.nl"}
LIMIT = LIMITS["pair"]


@pytest.fixture
def later(monkeypatch):
    start = clock.now()

    def travel(by):
        monkeypatch.setattr(clock, "now", lambda: start + by)

    travel(timedelta(0))
    return travel


def attempts(session, buckets):
    """Return how many attempts in a row are admitted, and how long the wait is then."""
    for number in range(200):
        try:
            throttle.admit(session, buckets)
        except TooManyAttemptsError as refusal:
            return number, refusal.seconds
    raise AssertionError("never refused")


def test_the_wait_grows_with_every_failure_up_to_the_longest(app, session, later):
    with app.app_context():
        admitted, wait = attempts(session, PAIR)
        assert (admitted, wait) == (LIMIT.free, LIMIT.wait.total_seconds())
        waits, moment = [wait], timedelta(0)
        for _ in range(7):
            moment += timedelta(seconds=waits[-1])
            later(moment)
            admitted, wait = attempts(session, PAIR)
            assert admitted == 1
            waits.append(wait)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_refused_attempt_counts_nowhere(app, session, later):
    with app.app_context():
        attempts(session, PAIR)
        first = attempts(session, PAIR)
        assert first == (0, LIMIT.wait.total_seconds())
        later(timedelta(seconds=10))
        assert attempts(session, PAIR) == (0, LIMIT.wait.total_seconds() - 10)


def test_a_quiet_bucket_is_forgotten(app, session, later):
    with app.app_context():
        attempts(session, PAIR)
        later(FORGET + LIMIT.wait + timedelta(seconds=1))
        assert attempts(session, PAIR)[0] == LIMIT.free
        later(2 * FORGET + 2 * LIMIT.longest)
        throttle.forget_old(session)
        assert session.scalars(select(LoginThrottle)).all() == []


def test_success_forgets_the_own_bucket_and_takes_one_back_from_the_shared(app, session, later):
    buckets = PAIR | {"address": "192.0.2.1", "account": "a@example.nl"}
    with app.app_context():
        for _ in range(3):
            throttle.admit(session, buckets)
        throttle.forgive(session, buckets)
        assert sorted(session.scalars(select(LoginThrottle.failures))) == [2, 2]


def test_many_addresses_do_not_get_more_guesses_at_one_account(app, session, later):
    with app.app_context():
        admitted = 0
        for number in range(200):
            address = f"192.0.2.{number}"
            try:
                throttle.admit(session, {"pair": f"{address} a", "address": address, "account": "a"})
            except TooManyAttemptsError:
                break
            admitted += 1
    assert admitted == LIMITS["account"].free


def test_the_table_holds_no_addresses(app, session, later):
    with app.app_context():
        throttle.admit(session, PAIR | {"account": "a@example.nl"})
    rows = session.execute(text("SELECT login_brake::text, encode(bucket, 'escape') FROM login_brake")).all()
    assert not any("example" in column or "192.0" in column for row in rows for column in row)


def test_guesses_at_the_same_moment_are_all_counted(app, real_db):
    together, admitted = threading.Barrier(12), []

    def guess():
        with app.app_context(), Session(real_db) as session:
            together.wait()
            try:
                throttle.admit(session, PAIR | {"address": "192.0.2.1"})
                session.commit()
                admitted.append(1)
            except TooManyAttemptsError:
                session.rollback()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(admitted) == LIMIT.free
    with Session(real_db) as session:
        assert sorted(session.scalars(select(LoginThrottle.failures))) == [LIMIT.free, LIMIT.free]
