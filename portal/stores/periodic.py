"""The state of each periodic task: when it is due, and when it ran and failed last."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core import clock
from audits.core.db import Base

LATE = timedelta(minutes=5)  # a worker looks every few seconds, and no task takes minutes


class TaskState(Base):
    """The state of one task. One without a row is due now. A migration that removes a task deletes its row."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    ran_at: Mapped[datetime | None]  # the last run that did not fail
    failed_at: Mapped[datetime | None]  # the last run that failed, with its error
    last_error: Mapped[str | None]
    failures: Mapped[int] = mapped_column(server_default="0")  # since the last run that did not fail

    @property
    def is_late(self) -> bool:
        """Return whether no worker ran it although it is due."""
        return self.due_at < clock.now() - LATE


def states(session: Session) -> dict[str, TaskState]:
    """Return the state of every task that ran or failed before, by name."""
    return {state.name: state for state in session.scalars(select(TaskState))}


def is_due(session: Session, name: str) -> bool:
    """Return whether the task should run now: also if it ran later than now, for then the clock was put back."""
    now = clock.now()
    waits = TaskState.due_at > now, func.greatest(TaskState.ran_at, TaskState.failed_at) <= now
    return session.scalar(select(TaskState.name).where(TaskState.name == name, *waits)) is None


def lock_of(name: str) -> ColumnElement[int]:
    """Return the number of the advisory lock that a run of this task has."""
    return func.hashtextextended(f"chore {name}", 0)


def note_run(session: Session, name: str, *, again: timedelta) -> None:
    """Record a run that did not fail; the task is due `again` from now. The last error stays, with its time."""
    now = clock.now()
    _put(session, name, {"due_at": now + again, "ran_at": now, "failures": 0})


def note_failure(session: Session, name: str, error: str, *, again: timedelta) -> None:
    """Record a run that failed."""
    now = clock.now()
    values = {"due_at": now + again, "failed_at": now, "last_error": error[:500], "failures": 1}
    _put(session, name, values, failures=TaskState.failures + 1)


def _put(session: Session, name: str, values: dict[str, Any], **changed: Any) -> None:
    row = insert(TaskState).values(name=name, **values)
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_=values | changed))
