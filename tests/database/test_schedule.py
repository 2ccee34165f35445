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
from portal.app import create_app
from portal.signing.keys import current_keys
from portal.stores.roles import WORKER
from portal.work import schedule, worker
from portal.work.schedule import (
    PERIODIC_TASKS,
    DueTask,
    PeriodicTask,
    run_due,
)
from tests.conftest import make_settings
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.ledger import happen
from tests.kit.waiting import PATIENCE

HOUR = timedelta(hours=1)


@pytest.fixture
def database_role():
    return WORKER


@pytest.fixture
def real_app(real_db, servers, tmp_path):
    """A portal that commits for real."""
    url = real_db.url.render_as_string(hide_password=False)
    app = create_app(make_settings(tmp_path, url, servers.redis_url), doors=())
    yield app
    app.extensions["sessionmaker"].kw["bind"].dispose()


def later(monkeypatch, **time):
    moment = clock.now() + timedelta(**time)
    monkeypatch.setattr(clock, "now", lambda: moment)


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
    assert run_due(real_app) == [task.name for task in PERIODIC_TASKS]
    later(monkeypatch, seconds=30)
    assert run_due(real_app) == ["ledger.checkpoint"]
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


def test_when_a_chore_is_due_is_a_row(app, session):
    run_due(app, [PeriodicTask("test", HOUR, lambda session: None)])
    session.expire_all()
    assert session.get_one(DueTask, "test").due_at > clock.now() + timedelta(minutes=59)
