"""The clock of a life: it jumps ahead, runs on three machines at once, and its worker is lost before the commit."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy.orm import Session

from portal.work import schedule
from portal.work.schedule import PeriodicTask
from tests.machines.workers import LostError
from tests.machines.world import World

MACHINES = 3
# All but the renewal of documents, of which there are none here.
TASKS = [task for task in schedule.PERIODIC_TASKS if task.name != "document.renew"]
OF_TERMS = [task for task in TASKS if task.name in {"certificate.effective", "certificate.expired", "deadlines.clock"}]


class Clocks:
    """Runs of the periodic tasks, after a jump of the clock."""

    world: World
    app: Flask
    changed: bool

    @rule(days=st.sampled_from([1, 7, 40, 200]))
    def wait(self, days: int) -> None:
        """Let time pass and run the periodic tasks."""
        self.world.clock.wait(days)
        assert schedule.run_due(self.app, TASKS) == [task.name for task in TASKS]
        self.changed = True

    @rule(days=st.sampled_from([1, 7, 40]))
    def three_clocks(self, days: int) -> None:
        """Let three machines run the same tasks at the same moment: each task is done by one of them at least."""
        self.world.clock.wait(days)
        together = Barrier(MACHINES)

        def one(_: int) -> Sequence[str]:
            together.wait()
            return schedule.run_due(self.app, OF_TERMS)

        with ThreadPoolExecutor(MACHINES) as machines:
            ran = {name for names in machines.map(one, range(MACHINES)) for name in names}
        assert ran == {task.name for task in OF_TERMS}
        self.changed = True

    @rule(days=st.sampled_from([1, 7, 40]), which=st.integers(0, len(OF_TERMS) - 1))
    def lose_the_clock(self, days: int, which: int) -> None:
        """End a worker after its task, before the commit; the next one does it all."""
        self.world.clock.wait(days)
        task = OF_TERMS[which]
        with suppress(LostError):
            schedule.run_due(self.app, [replace(task, work=_lost(task))])
        assert schedule.run_due(self.app, [task]) == [task.name]
        self.changed = True


def _lost(task: PeriodicTask) -> Callable[[Session], Any]:
    def work(session: Session) -> None:
        task.work(session)
        session.flush()
        raise LostError("made up")

    return work
