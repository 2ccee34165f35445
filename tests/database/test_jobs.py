"""Jobs of the worker, with real commits: run once, retried after failures, found by the sweep when overdue."""

from datetime import timedelta

import pytest
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import update

from audits.core import clock, outbox
from audits.core.outbox import OutboxItem
from portal.app import create_app
from portal.sight import logs
from portal.stores import database, queue
from portal.stores.roles import WORKER
from portal.work import jobs
from tests.conftest import make_settings


@pytest.fixture
def own_queue(servers, worker_id):
    """A Valkey database that no other test process and no running portal listens to."""
    return f"{servers.redis_url.partition('?')[0]}?db={8 + int(worker_id.strip('gwmaster') or 0) % 8}"


@pytest.fixture
def portal(real_db, servers, own_queue, tmp_path, monkeypatch):
    """A portal that commits for real, with one kind of outbox item, whose handler the test chooses."""
    url = real_db.url.render_as_string(hide_password=False)
    app = create_app(make_settings(tmp_path, servers.url_as(url, WORKER), own_queue), ())
    queue.of(app).empty()
    app.handled = []
    monkeypatch.setattr(jobs, "HANDLERS", {"test": lambda _, payload: app.handled.append(payload["word"])})
    yield app
    app.extensions["sessionmaker"].kw["bind"].dispose()


def enqueue(app, word="done"):
    with app.app_context(), database.write() as session:
        outbox.enqueue(session, "test", word=word)
    return waiting(app)[-1]


def waiting(app):
    return [job.args[0] for job in queue.of(app).jobs]


def item(app):
    with app.app_context():
        return database.read().query(OutboxItem).one()


def deliver(app, item_id):
    with app.app_context():
        return jobs.deliver(item_id)


def sweep(app):
    with app.app_context():
        return jobs.sweep()


def make_late(app):
    with app.app_context(), database.write() as session:
        session.execute(update(OutboxItem).values(due_at=clock.now() - timedelta(minutes=1)))


def fail(*_):
    raise ValueError("no paper")


def test_the_queue_holds_the_id_of_an_item_and_nothing_else(portal):
    number = enqueue(portal, "secret")
    (job,) = queue.of(portal).jobs
    assert (job.func_name, job.args, job.kwargs) == ("portal.work.jobs.deliver", [number], {})
    assert b"secret" not in b"".join(queue.of(portal).connection.hvals(job.key))


def test_an_item_is_handled_once(portal):
    number = enqueue(portal)
    assert [deliver(portal, number), deliver(portal, number)] == [True, False]
    assert portal.handled == ["done"]


def test_a_worker_handles_an_item(portal):
    enqueue(portal)
    with portal.app_context():
        connection = queue.of(portal).connection
        found = Queue(queue.NAME, connection=connection, serializer=JSONSerializer)
        SimpleWorker([found], connection=connection, serializer=JSONSerializer).work(burst=True)
    assert portal.handled == ["done"]
    assert item(portal).done_at


def test_a_failure_is_undone_counted_and_due_again_later(portal, monkeypatch):
    def write_and_fail(session, _):
        outbox.enqueue(session, "test", word="must not stay")
        session.flush()
        fail()

    monkeypatch.setitem(jobs.HANDLERS, "test", write_and_fail)
    number = enqueue(portal)
    assert deliver(portal, number) is False
    found = item(portal)  # one: what the handler wrote is gone
    assert (found.attempts, found.last_error, found.done_at) == (1, "ValueError: no paper", None)
    assert found.due_at > clock.now()
    monkeypatch.setitem(jobs.HANDLERS, "test", lambda *_: None)
    assert deliver(portal, number) is True


def test_an_item_that_keeps_failing_waits_for_a_person(portal, monkeypatch):
    monkeypatch.setitem(jobs.HANDLERS, "test", fail)
    number = enqueue(portal)
    for _ in range(outbox.ATTEMPTS):
        deliver(portal, number)
    assert item(portal).failed_at
    make_late(portal)
    queue.of(portal).empty()
    assert sweep(portal) == 0


def test_the_sweep_finds_an_item_whose_notification_was_lost(portal):
    number = enqueue(portal)
    queue.of(portal).empty()
    assert sweep(portal) == 0  # not late yet
    make_late(portal)
    assert sweep(portal) == 1
    assert waiting(portal) == [number]
    assert sweep(portal) == 0  # it waits already
    assert waiting(portal) == [number]


def test_a_queue_that_is_down_loses_no_item(portal, monkeypatch, caplog):
    reachable = queue.of(portal)
    monkeypatch.setitem(portal.extensions, "queue", queue.open_queue("unix:///nowhere.sock"))
    with portal.app_context(), database.write() as session:
        outbox.enqueue(session, "test", word="done")
    assert "notification failed" in caplog.text
    monkeypatch.setitem(portal.extensions, "queue", reachable)
    make_late(portal)
    assert sweep(portal) == 1


def test_the_health_pages_tell_the_truth(portal, monkeypatch):
    client = portal.test_client()

    def parts():
        answer = client.get("/readyz")
        assert answer.status_code == (200 if answer.json["status"] == "ok" else 503)
        return answer.json["parts"]

    assert parts() == {"database": "ok", "queue": "ok", "storage": "ok"}
    monkeypatch.setitem(portal.extensions, "queue", queue.open_queue("unix:///nowhere.sock"))
    assert parts() == {"database": "ok", "queue": "down", "storage": "ok"}
    monkeypatch.setattr(database, "head", lambda: "9999")
    assert parts() == {"database": "down", "queue": "down", "storage": "ok"}
    assert client.get("/healthz").json == {"status": "ok"}


def test_a_database_that_is_down_is_no_crash(tmp_path, servers):
    app = create_app(make_settings(tmp_path, "postgresql+psycopg://keurwerk@/x?host=/nowhere", servers.redis_url), ())
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["parts"] == {"database": "down", "queue": "ok", "storage": "ok"}
    assert b"nowhere" not in answer.data


def test_the_line_of_a_job_names_item_kind_request_and_duration(portal, monkeypatch, caplog):
    caplog.set_level("INFO")
    bound = []
    monkeypatch.setattr(jobs, "HANDLERS", {"test": lambda *_: bound.append(logs.values())})
    with portal.app_context(), database.write() as session:
        session.info["request_id"] = "0123456789abcdef"
        outbox.enqueue(session, "test")
    number = waiting(portal)[-1]
    deliver(portal, number)
    assert bound == [{"item_id": number, "actor_kind": "system", "kind": "test", "request_id": "0123456789abcdef"}]
    [line] = [vars(record) for record in caplog.records if record.msg == "outbox item"]
    assert line["done"] is True
    assert line["ms"] >= 0
    assert logs.values() == {}


def test_an_error_is_stored_without_what_people_typed(portal, monkeypatch):
    def refuse(*_):
        raise OSError("550 jan@agency.example: 'no such person'")

    monkeypatch.setattr(jobs, "HANDLERS", {"test": refuse})
    deliver(portal, enqueue(portal))
    assert item(portal).last_error == "OSError: 550 … …"
