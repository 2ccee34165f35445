"""Limit how many files are open at a time; signed-in people and the public have separate limits."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from audits.core.errors import N_, RuleError

RETRY_SECONDS = 30


class BusyError(RuleError):
    """The machine has no capacity for this file now; nothing is known about the file itself."""

    retry_after = RETRY_SECONDS

    def __init__(self, field: str | None = None) -> None:
        super().__init__(
            N_("We are checking many files at this moment. Choose your file again in a minute and send it once more."),
            field,
        )


@dataclass(frozen=True)
class Lane:
    """The limits of one group of users, per web process.

    `at_once` files are open, `waiting` more wait, and any other is refused at once, because a waiting thread serves
    nobody else. `patience` is the maximum time in seconds for a file, including its wait.
    """

    at_once: int
    waiting: int
    patience: float
    niceness: int = 0
    name: str = "other"
    _open: threading.BoundedSemaphore = field(init=False, repr=False)
    _places: threading.BoundedSemaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_open", threading.BoundedSemaphore(self.at_once))
        object.__setattr__(self, "_places", threading.BoundedSemaphore(self.at_once + self.waiting))

    @contextmanager
    def turn(self) -> Iterator[float]:
        """Wait for a turn and yield the deadline (monotonic). BusyError if there is none in time."""
        end = time.monotonic() + self.patience
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            if not self._open.acquire(timeout=self.patience):
                raise BusyError
            try:
                yield end
            finally:
                self._open.release()
        finally:
            self._places.release()


PEOPLE = Lane(at_once=2, waiting=4, patience=30, name="people")
PUBLIC = Lane(at_once=1, waiting=1, patience=20, niceness=10, name="public")
SHELL = Lane(at_once=1, waiting=0, patience=600, name="shell")  # commands run by an administrator
