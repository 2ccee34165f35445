"""The rq queue, which carries only ids of outbox items; the jobs themselves are in the database. And shared counts."""

import logging
from collections.abc import Iterable
from uuid import UUID

from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from portal.settings import Settings

NAME = "keurwerk"

log = logging.getLogger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Configure the queue; it connects on first use."""
    app.extensions["queue"] = open_queue(settings.redis_url)


def open_queue(redis_url: str) -> Queue:
    """Return the queue, with short timeouts. Serialised as JSON, so that no worker unpickles data."""
    connection = Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=2)
    return Queue(NAME, connection=connection, serializer=JSONSerializer)


def notify(item_ids: Iterable[UUID]) -> None:
    """Notify the worker. Best effort: the sweep finds items whose notification got lost."""
    for item_id in item_ids:
        try:
            current_app.extensions["queue"].enqueue(
                "portal.work.jobs.deliver", str(item_id), result_ttl=0, failure_ttl=3600
            )
        except (RedisError, OSError):
            log.warning("notification failed", extra={"item_id": str(item_id)})
            return


def count(name: str, seconds: int) -> int | None:
    """Count one more under a name, which is forgotten after so many seconds; None while the store does not answer."""
    try:
        with current_app.extensions["queue"].connection.pipeline() as both:
            both.incr(name)
            both.expire(name, seconds)
            return int(both.execute()[0])
    except (RedisError, OSError):
        log.warning("a count failed")
        return None


def is_empty() -> bool:
    """Return whether no job is waiting."""
    return bool(current_app.extensions["queue"].count == 0)
