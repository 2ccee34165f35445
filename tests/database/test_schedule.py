"""Periodic tasks: due times, one worker per task, independent of each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.ledger.models import SignedCheckpoint
from certificates.ledger.notes import Note, Vkey
from certificates.ledger.services import append
from portal.signing.keys import current_keys
from portal.stores import periodic
from portal.stores.roles import WORKER
from portal.work import schedule, worker
from portal.work.schedule import (
    PERIODIC_TASKS,
    PeriodicTask,
    run_due,
)
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.ledger import happen
from tests.kit.waiting import PATIENCE

HOUR = timedelta(hours=1)


@pytest.fixture
def database_role():
    return WORKER


@pytest.fixture
def early(monkeypatch):
    """It is long before midnight, when every task runs."""
    monkeypatch.setattr(clock, "until_midnight", lambda: timedelta(hours=20))


def later(monkeypatch, **time):
    moment = clock.now() + timedelta(**time)
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.usefixtures("early")
def test_a_chore_is_done_at_once_and_again_after_its_period(app, monkeypatch):
    done = []
    task = PeriodicTask("test", HOUR, lambda session: done.append(clock.now()))
    assert run_due(app, [task]) == ["test"]
    assert run_due(app, [task]) == []
    later(monkeypatch, minutes=59)
    assert run_due(app, [task]) == []
    later(monkeypatch, minutes=2)
    assert run_due(app, [task]) == ["test"]
    assert len(done) == 2


def test_a_failure_is_undone_tried_again_soon_and_stops_no_other(app, session, monkeypatch, caplog):
    def fail(session):
        append(session, {"type": "issued", "number": "A"})
        raise ZeroDivisionError

    others = []
    pair = [PeriodicTask("broken", HOUR, fail), PeriodicTask("whole", HOUR, others.append)]
    assert run_due(app, pair) == ["whole"]
    assert "a periodic task failed" in caplog.text
    assert append(session, {"type": "issued", "number": "B"}) == 0
    session.commit()
    assert run_due(app, pair) == []
    later(monkeypatch, seconds=61)
    caplog.clear()
    assert run_due(app, pair) == []
    assert "a periodic task failed" in caplog.text
    assert len(others) == 1


def test_a_clock_that_is_put_back_stops_no_chore(app, monkeypatch):
    """Otherwise the log would stand still until the day that the clock once showed."""
    done = []
    task = PeriodicTask("test", HOUR, done.append)
    with monkeypatch.context() as wrong:
        later(wrong, seconds=200 * 86400)
        assert run_due(app, [task]) == ["test"]
    assert run_due(app, [task]) == ["test"]
    assert run_due(app, [task]) == []


def test_several_workers_do_a_chore_once(real_app, real_db):
    start, done = Barrier(6), []

    def attempt(_):
        start.wait()
        return run_due(real_app, [PeriodicTask("test", HOUR, lambda session: done.append(1))])

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, range(6))) == [[]] * 5 + [["test"]]
    assert done == [1]


def test_a_chore_that_takes_long_is_not_begun_by_another_worker(real_app):
    begun, finish = Event(), Event()

    def work(session):
        begun.set()
        assert finish.wait(PATIENCE)

    first = Thread(target=run_due, args=(real_app, [PeriodicTask("test", HOUR, work)]))
    first.start()
    assert begun.wait(PATIENCE)
    assert run_due(real_app, [PeriodicTask("test", HOUR, work)]) == []
    finish.set()
    first.join()


def test_the_chores_of_the_log(real_app, real_db, monkeypatch):
    with Session(real_db) as session:
        make_certificate(session, issued=clock.today() - timedelta(days=800))
        happen(session, 2)
        session.commit()
    later(monkeypatch, seconds=0)  # the clock stands still: on a busy machine the first run takes its time
    assert run_due(real_app) == [task.name for task in PERIODIC_TASKS]
    later(monkeypatch, seconds=10)
    assert run_due(real_app) == ["ledger.checkpoint", "register.files"]  # those of every few seconds
    with real_app.app_context(), Session(real_db) as session:
        checkpoint = session.scalars(select(SignedCheckpoint)).one()
        assert checkpoint.size == 2
        (public,) = current_keys().ledger_public
        key = Vkey.of("127.0.0.1:8000/ledger", public)
        assert Note.parse(checkpoint.note).verified([key]) == {key: None}


def test_an_entry_waits_less_than_a_minute_for_its_checkpoint():
    task = PERIODIC_TASKS[0]
    assert task.name == "ledger.checkpoint"
    assert task.period + timedelta(seconds=2 * worker.SWEEP_SECONDS) < timedelta(minutes=1)


def test_the_worker_does_the_chores(real_app, real_db, monkeypatch):
    monkeypatch.setattr(worker, "SWEEP_SECONDS", 0.01)
    stop, swept = Event(), Event()
    monkeypatch.setattr(schedule, "PERIODIC_TASKS", ())
    monkeypatch.setattr(schedule, "run_due", lambda app: swept.set())
    thread = Thread(target=worker.sweep_until, args=(real_app, stop))
    thread.start()
    assert swept.wait(PATIENCE)
    stop.set()
    thread.join()


def state(session):
    session.expire_all()
    return periodic.states(session)["test"]


@pytest.mark.usefixtures("early")
def test_the_state_of_a_task_is_a_row(app, session, monkeypatch):
    faults = [ValueError("'Jan Jansen' is no number"), ZeroDivisionError(), None]
    task = PeriodicTask("test", HOUR, lambda session: faults and (fault := faults.pop(0)) and raise_it(fault))
    run_due(app, [task])
    first = state(session).failed_at
    assert (state(session).ran_at, state(session).failures) == (None, 1)
    assert state(session).last_error == "ValueError: … is no number"
    later(monkeypatch, minutes=2)
    run_due(app, [task])
    assert (state(session).last_error, state(session).failures) == ("ZeroDivisionError", 2)
    failed = state(session).failed_at
    assert failed > first
    later(monkeypatch, minutes=2)
    assert run_due(app, [task]) == ["test"]
    assert state(session).due_at == state(session).ran_at + HOUR
    assert (state(session).failures, state(session).failed_at) == (0, failed)  # what went wrong last can still be read


@pytest.mark.usefixtures("early")
def test_a_task_is_late_when_no_worker_runs_it(app, session, monkeypatch):
    run_due(app, [PeriodicTask("test", HOUR, lambda session: None)])
    later(monkeypatch, minutes=64)
    assert not state(session).is_late
    later(monkeypatch, minutes=2)
    assert state(session).is_late


def raise_it(fault):
    raise fault
