"""Run what waits for machines of others beside the queue, several at a time and one per receiver.

A receiver that answers slowly holds up his own calls and no other work. Of several workers each runs a lane: the lock
on an item decides who has it.
"""

import logging
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from audits.core import outbox
from portal.stores import database
from portal.work import jobs

AT_ONCE = 4
LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


class Lane:
    """Calls that run, by receiver."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(AT_ONCE, "outward")
        self._running: dict[str, Future[bool]] = {}

    def look(self) -> int:
        """Begin what is due and has room; return how many calls began."""
        self._running = {receiver: call for receiver, call in self._running.items() if not call.done()}
        with self._app.app_context():
            chosen = choose(outbox.due_outward(database.read()), self._running.keys())
        for receiver, item_id in chosen.items():
            self._running[receiver] = self._pool.submit(self._deliver, item_id)
        return len(chosen)

    def end(self) -> None:
        """Wait for the calls that run; begin no other."""
        self._pool.shutdown(cancel_futures=True)

    def _deliver(self, item_id: UUID) -> bool:
        with self._app.app_context():
            return jobs.deliver(str(item_id))


def choose(waiting: Iterable[tuple[UUID, Mapping[str, Any]]], busy: Iterable[str]) -> dict[str, UUID]:
    """Return the next item of each receiver that is not busy, as many as there is room for."""
    taken = set(busy)
    room, chosen = AT_ONCE - len(taken), dict[str, UUID]()
    for item_id, payload in waiting:
        receiver = str(payload.get("receiver", item_id))
        if len(chosen) < room and receiver not in taken and receiver not in chosen:
            chosen[receiver] = item_id
    return chosen


def run_until(app: Flask, stop: threading.Event) -> None:
    """Look every second; tolerates a database that is down."""
    lane = Lane(app)
    while not stop.wait(LOOK_SECONDS):
        try:
            lane.look()
        except SQLAlchemyError:
            log.warning("the outward lane found no database")
        except Exception:  # keep this thread alive
            log.exception("the outward lane failed")
    lane.end()
