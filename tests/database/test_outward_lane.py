"""The lane of what waits for machines of others: who answers slowly holds up his own calls and no other work."""

from threading import Event
from uuid import UUID

import pytest
from sqlalchemy import func, select

from audits.core import outbox
from audits.core.outbox import OutboxItem
from portal.stores import database
from portal.stores.roles import WORKER
from portal.work import handlers, jobs, outward_lane
from portal.work.outward_lane import AT_ONCE, Lane, choose
from tests.conftest import NotedQueue
from tests.kit.waiting import PATIENCE, until


@pytest.fixture
def database_role():
    return WORKER


def test_one_call_of_a_receiver_at_a_time_and_no_more_than_there_is_room_for():
    ids = [UUID(int=number) for number in range(9)]
    of = [(ids[number], {"receiver": receiver}) for number, receiver in enumerate(["a", "a", "b", "c", "d", "e"])]
    assert choose(of, []) == {"a": ids[0], "b": ids[2], "c": ids[3], "d": ids[4]}
    assert choose(of, ["a", "b", "x"]) == {"c": ids[3]}
    assert choose(of, [str(number) for number in range(AT_ONCE)]) == {}
    assert choose([(ids[0], {}), (ids[1], {})], []) == {str(ids[0]): ids[0], str(ids[1]): ids[1]}  # of older code


def test_a_slow_receiver_delays_only_his_own_calls(real_app, monkeypatch):
    answered, reached, done = Event(), Event(), []

    def call(session, payload):
        if payload["receiver"] == "slow":
            reached.set()
            assert answered.wait(PATIENCE)
        done.append((payload["receiver"], payload["number"]))

    queue = NotedQueue()
    monkeypatch.setitem(real_app.extensions, "queue", queue)
    monkeypatch.setitem(handlers.HANDLERS, "webhook.call", call)
    monkeypatch.setitem(handlers.HANDLERS, "try", lambda session, payload: done.append(("try", 0)))
    with real_app.app_context(), database.write() as session:
        for receiver, number in (("slow", 1), ("slow", 2), ("quick", 1), ("quick", 2)):
            outbox.enqueue(session, "webhook.call", receiver=receiver, number=number)
        outbox.enqueue(session, "try")
    assert len(queue.notified) == 1  # the queue hears of no call
    lane = Lane(real_app)
    try:
        assert lane.look() == 2
        assert reached.wait(PATIENCE)
        until(lambda: ("quick", 1) in done)
        until(lambda: lane.look() == 1)  # the second of who is quick; the slow one is still busy
        until(lambda: ("quick", 2) in done)
        with real_app.app_context():
            assert jobs.deliver(queue.notified[0])
        assert done == [("quick", 1), ("quick", 2), ("try", 0)]
        answered.set()
        until(lambda: ("slow", 1) in done)
        until(lambda: lane.look() == 1)
        until(lambda: ("slow", 2) in done)
    finally:
        answered.set()
        lane.end()
    with real_app.app_context():
        left = select(func.count()).select_from(OutboxItem).where(OutboxItem.done_at.is_(None))
        assert database.read().scalar(left) == 0


def test_the_sweep_leaves_calls_to_the_lane_and_a_call_that_is_tried_again_goes_there(app, session, monkeypatch):
    with app.app_context(), database.write() as own:
        outbox.enqueue(own, "webhook.call", receiver="r")
    item = session.scalars(select(OutboxItem)).one()
    monkeypatch.setattr(jobs, "LATE", -outbox.BACKOFF)
    with app.app_context():
        assert outbox.overdue(session, jobs.LATE) == []
        assert outbox.due_outward(session) == [(item.id, {"receiver": "r"})]
        outbox.fail(session, item.id, "x", final=True)
        assert outbox.due_outward(session) == []
        outbox.retry(session, item.id)
        assert outbox.take_enqueued(session) == []
        assert outbox.due_outward(session) == [(item.id, {"receiver": "r"})]


def test_the_worker_keeps_looking_while_there_is_no_database(app, monkeypatch):
    stop, looked = Event(), []

    def look(_):
        looked.append(1)
        if len(looked) == 1:
            raise ZeroDivisionError
        stop.set()
        return 0

    monkeypatch.setattr(outward_lane, "LOOK_SECONDS", 0)
    monkeypatch.setattr(Lane, "look", look)
    outward_lane.run_until(app, stop)
    assert len(looked) == 2
