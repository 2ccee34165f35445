"""Go through the days of the story: the clock is moved, never waited for, once the worker has done its work."""

import time as stopwatch
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import ColumnElement, Select, func, or_, select

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.events import Event
from audits.core.outbox import OutboxItem
from certificates.lifecycle.models import Certificate
from portal.demo.case import PATIENCE, StoryError
from portal.stores import database
from portal.stores.periodic import TaskState

LENGTH = 364  # days
_MORNING = time(10)
_FRIDAY = 4


class Calendar:
    """The days of the story, counted back from today. They only go forward: the public log has an order."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._today = clock.day_of(clock.now() - clock.moved())
        self.waited = 0.0  # seconds for the worker, which prints and seals
        with app.app_context():
            last = database.read().scalar(select(func.max(Event.happened_at)))
        if last and clock.day_of(last) >= self.day(LENGTH):
            raise StoryError(
                "The story begins a year ago, and this database knows of later days. Give it an empty one."
            )

    def day(self, ago: int) -> date:
        """Return the day so many days ago, or the Friday before a weekend."""
        day = self._today - timedelta(days=ago)
        return day - timedelta(days=max(0, day.weekday() - _FRIDAY)) if ago else day

    def go(self, ago: int) -> None:
        """Move the clock of the portal to the morning of that day, if it is not there yet; to the present for 0."""
        self.settle()
        now = clock.now()
        real = now - clock.moved()
        morning = datetime.combine(self.day(ago), _MORNING, clock.AMSTERDAM).astimezone(UTC)
        to = morning if ago else real
        if to > now:
            clock.move(to - real)

    def arrive(self) -> None:
        """Come to the present, and wait until the worker has signed the status lists of today."""
        self.go(0)
        now = clock.now()
        signed = select(TaskState).where(TaskState.name == "credentials.sign_lists", TaskState.ran_at >= now)
        self._wait(lambda: self._has(signed))
        self.settle()

    def settle(self) -> None:
        """Wait until the worker has delivered everything that is due."""
        self._wait(lambda: not self._has(select(OutboxItem).where(OutboxItem.done_at.is_(None), _is_due())))

    def issued(self, decision_id: UUID) -> str:
        """Wait until the certificate of a decision is issued; return its number."""
        began = stopwatch.monotonic()
        number = wait_for(self._app, decision_id)
        self.waited += stopwatch.monotonic() - began
        return number

    def _wait(self, done: Callable[[], bool]) -> None:
        began = stopwatch.monotonic()
        while not done():
            if stopwatch.monotonic() - began > PATIENCE:
                raise StoryError("the worker does not finish; see var/run/worker.log")
            stopwatch.sleep(0.05)
        self.waited += stopwatch.monotonic() - began

    def _has(self, query: Select[Any]) -> bool:
        with self._app.app_context():
            return database.read().scalar(query.limit(1)) is not None


def _is_due() -> ColumnElement[bool]:
    """Return what is due, or was tried and failed."""
    return or_(OutboxItem.due_at <= clock.now(), OutboxItem.attempts > 0)


def wait_for(app: Flask, decision_id: UUID) -> str:
    """Wait until the worker has issued the certificate of a decision; return its number."""
    end = stopwatch.monotonic() + PATIENCE
    while stopwatch.monotonic() < end:
        with app.app_context():
            query = select(Certificate).where(Certificate.decision_id == decision_id)
            certificate = database.read().scalar(query)
            if certificate and certificate.issued_at:
                return certificate.number
        stopwatch.sleep(0.05)
    raise StoryError("the worker issued no certificate; see var/run/worker.log")


def how_many(app: Flask) -> int:
    """Return the number of agencies in the portal: the serial of the next one."""
    with app.app_context():
        return database.read().scalar(select(func.count()).select_from(Agency)) or 0
