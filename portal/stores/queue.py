"""The rq queue, which carries only ids of outbox items; the jobs themselves are in the database. And shared counts."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Flask, current_app

from portal.settings import Settings

if TYPE_CHECKING:
    from rq import Queue

NAME = "keurwerk"

log = logging.getLogger(__name__)


class QueueDownError(Exception):
    """The queue does not answer."""


def init_app(app: Flask, settings: Settings) -> None:
    """Let the queue be opened on first use; it connects on first use too."""
    app.extensions["open_queue"] = partial(open_queue, settings.redis_url)


def open_queue(redis_url: str) -> "Queue":
    """Return the queue, with short timeouts. Serialised as JSON, so that no worker unpickles data."""
    from redis import Redis  # noqa: PLC0415  # 9 MB with rq, and a process of the register may never need them
    from rq import Queue  # noqa: PLC0415
    from rq.serializers import JSONSerializer  # noqa: PLC0415

    connection = Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=2)
    return Queue(NAME, connection=connection, serializer=JSONSerializer)


def of(app: Flask) -> "Queue":
    """Return the queue of an application."""
    if "queue" not in app.extensions:
        app.extensions["queue"] = app.extensions["open_queue"]()
    found: Queue = app.extensions["queue"]
    return found


@contextmanager
def _asked() -> Iterator["Queue"]:
    """Yield the queue of this application. QueueDownError while it does not answer."""
    from redis.exceptions import RedisError  # noqa: PLC0415  # as `open_queue`

    try:
        yield of(current_app)
    except (RedisError, OSError) as error:
        raise QueueDownError(str(error)) from error


def check() -> None:
    """Ask the queue whether it is there. QueueDownError."""
    with _asked() as queue:
        queue.connection.ping()


def notify(item_ids: Iterable[UUID]) -> None:
    """Notify the worker. Best effort: the sweep finds items whose notification got lost."""
    for item_id in item_ids:
        try:
            with _asked() as queue:
                queue.enqueue("portal.work.jobs.deliver", str(item_id), result_ttl=0, failure_ttl=3600)
        except QueueDownError:
            log.warning("notification failed", extra={"item_id": str(item_id)})
            return


def count(name: str, seconds: int) -> int | None:
    """Count one more under a name, which is forgotten after so many seconds; None while the store does not answer."""
    try:
        with _asked() as queue, queue.connection.pipeline() as both:
            both.incr(name)
            both.expire(name, seconds)
            return int(both.execute()[0])
    except QueueDownError:
        log.warning("a count failed")
        return None


def is_empty() -> bool:
    """Return whether no job is waiting. QueueDownError."""
    with _asked() as queue:
        return bool(queue.count == 0)
