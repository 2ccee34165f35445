"""The outbox: jobs exist if and only if the work commits, run once, are retried, and are never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Event as Signal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from audits.core import clock, outbox
from audits.core.outbox import ATTEMPTS, BACKOFF, OutboxItem
from portal.stores import database, queue
from portal.stores.roles import WORKER
from portal.work import handlers, jobs
from tests.kit.waiting import PATIENCE


@pytest.fixture
def database_role():
    return WORKER


@pytest.fixture
def handled(monkeypatch):
    """What the handler of outbox items of the kind "try" saw; it fails while `handled.broken`."""

    class Handler(list):
        broken = False

        def __call__(self, session, payload):
            outbox.enqueue(session, "follow-up", of=payload["item_id"])
            if self.broken:
                raise ValueError("out of ink\nand paper")
            self.append(dict(payload))

    handled = Handler()
    monkeypatch.setitem(handlers.HANDLERS, "try", handled)
    return handled


def enqueue(app, **payload):
    with app.app_context(), database.write() as session:
        outbox.enqueue(session, "try", **payload)
    return app.extensions["queue"].notified[-1]


def deliver(app, item_id):
    with app.app_context():
        return jobs.deliver(str(item_id))


def break_off():
    with database.write() as session:
        outbox.enqueue(session, "try")
        session.flush()
        raise ZeroDivisionError


def item(session, item_id):
    session.expire_all()
    return session.get_one(OutboxItem, UUID(str(item_id)))


def kinds(session):
    session.expire_all()
    return sorted(session.scalars(select(OutboxItem.kind)))


def test_an_item_exists_with_the_commit_and_the_worker_is_notified_after_it(app, session):
    with app.app_context(), database.write() as own:
        outbox.enqueue(own, "try", number=7)
        assert app.extensions["queue"].notified == []
    (stored,) = session.scalars(select(OutboxItem))
    assert (stored.kind, stored.payload, stored.attempts, stored.done_at) == ("try", {"number": 7}, 0, None)
    assert app.extensions["queue"].notified == [str(stored.id)]


def test_a_rollback_leaves_no_item(app, session):
    with app.app_context(), pytest.raises(ZeroDivisionError):
        break_off()
    assert kinds(session) == []
    assert app.extensions["queue"].notified == []
    with app.app_context(), database.write() as own:
        outbox.enqueue(own, "try")
    assert len(app.extensions["queue"].notified) == 1


def test_an_item_is_handled_once(app, session, handled):
    item_id = enqueue(app, number=7)
    assert deliver(app, item_id) is True
    assert deliver(app, item_id) is False
    assert handled == [{"number": 7, "item_id": item_id}]
    assert item(session, item_id).done_at is not None


def test_items_that_a_handler_enqueues_commit_with_it_and_are_notified(app, session, handled):
    item_id = enqueue(app)
    deliver(app, item_id)
    assert kinds(session) == ["follow-up", "try"]
    assert len(app.extensions["queue"].notified) == 2


def test_an_unknown_item_is_not_handled(app, handled):
    assert deliver(app, uuid4()) is False
    assert handled == []


def test_of_two_workers_one_handles_an_item(real_db):
    with Session(real_db) as session:
        outbox.enqueue(session, "slow")
        session.commit()
        item_id = session.scalars(select(OutboxItem.id)).one()
    started, finish, seen = Signal(), Signal(), []

    def slow(_, payload):
        seen.append(payload)
        started.set()
        assert finish.wait(PATIENCE)

    def work():
        with Session(real_db) as session:
            done = outbox.deliver(session, item_id, {"slow": slow})
            session.commit()
            return done

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(work)
        assert started.wait(PATIENCE)
        assert pool.submit(work).result(PATIENCE) is False
        finish.set()
        assert first.result(PATIENCE) is True
    assert work() is False
    assert len(seen) == 1


def test_a_failure_is_counted_recorded_retried_later_and_rolled_back(app, session, handled):
    handled.broken = True
    item_id = enqueue(app)
    assert deliver(app, item_id) is False
    failed = item(session, item_id)
    assert (failed.attempts, failed.last_error, failed.failed_at) == (1, "ValueError: out of ink", None)
    assert failed.due_at > clock.now() + BACKOFF
    assert kinds(session) == ["try"]
    handled.broken = False
    assert deliver(app, item_id) is True


def test_the_backoff_grows_until_an_item_fails_and_a_person_retries_it(app, session, handled):
    handled.broken, waits = True, []
    item_id = enqueue(app)
    for _ in range(ATTEMPTS):
        assert item(session, item_id).failed_at is None
        deliver(app, item_id)
        waits.append(item(session, item_id).due_at - clock.now())
    assert all(later > sooner * 1.9 for sooner, later in pairwise(waits))
    assert item(session, item_id).failed_at is not None
    handled.broken = False
    assert deliver(app, item_id) is False
    with app.app_context(), database.write() as own:
        outbox.retry(own, UUID(item_id))
    assert app.extensions["queue"].notified[-1] == item_id
    assert (item(session, item_id).attempts, item(session, item_id).failed_at) == (0, None)
    assert deliver(app, item_id) is True


def test_an_item_without_a_handler_fails(app, session):
    with app.app_context(), database.write() as own:
        outbox.enqueue(own, "unheard of")
    (item_id,) = app.extensions["queue"].notified
    assert deliver(app, item_id) is False
    assert item(session, item_id).attempts == 1


def test_failed_items_are_listed_newest_first(app, session, handled):
    handled.broken = True
    first, second, third = enqueue(app), enqueue(app), enqueue(app)
    now = clock.now()
    for place, item_id in enumerate((first, second)):
        given_up = now + timedelta(minutes=place)
        session.execute(update(OutboxItem).where(OutboxItem.id == UUID(item_id)).values(failed_at=given_up))
    assert [str(each.id) for each in outbox.failed(session)] == [second, first]
    assert str(item(session, third).id) not in {first, second}


def test_what_was_given_up_is_listed_page_by_page(session, monkeypatch):
    monkeypatch.setattr(outbox, "PAGE_SIZE", 2)
    now = clock.now()
    for minute in range(5):
        given_up = {"failed_at": now - timedelta(minutes=minute), "attempts": minute}
        session.add(OutboxItem(kind="mail", payload={}, created_at=now, due_at=now, **given_up))
    session.flush()
    pages = [[each.attempts for each in outbox.failed(session, page)] for page in (1, 2, 3, 4)]
    assert pages == [[0, 1, 2], [2, 3, 4], [4], []]  # one more than a page where another one follows


class SlowQueue:
    """A queue in which so many wait."""

    def __init__(self, count):
        self.count = count
        self.notified = []

    def enqueue(self, _, item_id, **__):
        self.notified.append(item_id)


def test_the_sweep_finds_overdue_items_only(app, session, handled, monkeypatch):
    late, due, done, given_up, later, ahead = (enqueue(app) for _ in range(6))
    past, now = clock.now() - timedelta(minutes=5), clock.now()
    for item_id, values in {
        late: {"due_at": past},
        due: {"due_at": now},
        done: {"due_at": past, "done_at": now},
        given_up: {"due_at": past, "failed_at": now},
        later: {"due_at": now + timedelta(minutes=5)},
        ahead: {"due_at": now + timedelta(days=200)},  # while the clock was wrong
    }.items():
        session.execute(update(OutboxItem).where(OutboxItem.id == UUID(item_id)).values(**values))
    for waiting, found in ((0, [late, ahead]), (3, [])):
        monkeypatch.setitem(app.extensions, "queue", SlowQueue(waiting))
        with app.app_context():
            assert jobs.sweep() == len(found)
        assert app.extensions["queue"].notified == found


def test_a_notification_without_a_queue_loses_no_item(app, session, handled, tmp_path, monkeypatch):
    monkeypatch.setitem(app.extensions, "queue", queue.open_queue(f"unix://{tmp_path}/nobody.sock"))
    with app.app_context(), database.write() as own:
        outbox.enqueue(own, "try")
    (stored,) = session.scalars(select(OutboxItem))
    with app.app_context(), pytest.raises(queue.QueueDownError):
        jobs.sweep()
    assert deliver(app, stored.id) is True


def test_a_notification_reaches_the_queue_of_the_settings(app, handled, settings, monkeypatch):
    real = queue.open_queue(settings.redis_url)
    real.empty()
    monkeypatch.setitem(app.extensions, "queue", real)
    with app.app_context(), database.write() as own:
        outbox.enqueue(own, "try")
    (job,) = real.jobs
    assert (job.func_name, len(job.args)) == ("portal.work.jobs.deliver", 1)
    real.empty()


def test_a_safe_request_cannot_write(app):
    with app.test_request_context("/"), pytest.raises(RuntimeError, match="safe request"), database.write():
        pass


def test_an_item_enqueued_by_a_job_carries_the_request_id_of_that_job(session):
    session.info["request_id"] = "0123456789abcdef"
    outbox.enqueue(session, "first")
    session.info.clear()
    session.flush()
    first = session.scalars(select(OutboxItem)).one()
    assert outbox.origin_of(session, first.id) == {"kind": "first", "request_id": "0123456789abcdef"}
    outbox.deliver(session, first.id, {"first": lambda session, _: outbox.enqueue(session, "second")})
    session.flush()
    second = session.scalars(select(OutboxItem).where(OutboxItem.kind == "second")).one()
    assert second.request_id == "0123456789abcdef"
    assert outbox.origin_of(session, uuid4()) == {}
