"""Limit how much costly work is done at a time; signed-in people and the public have separate limits."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from audits.core.errors import N_, RuleError

RETRY_SECONDS = 30
MOST_PUBLIC = 3  # threads of a web process that do or await costly work for the public; any others serve pages

_READING = N_("We are checking many files at this moment. Choose your file again in a minute and send it once more.")
_PRINTING = N_("We are making many extracts at this moment. Ask again in a minute. The register itself works.")


class BusyError(RuleError):
    """The machine has no capacity for this now; nothing is known about the file or the question itself."""

    retry_after = RETRY_SECONDS


@dataclass(frozen=True)
class Lane:
    """The limits of one kind of work, per web process.

    `at_once` tasks are worked on, `waiting` more wait, and any other is refused at once, because a waiting thread
    serves nobody else. `patience` is the maximum time in seconds for a task, including its wait. Lanes with the same
    `shared` places have no more than those together.
    """

    at_once: int
    waiting: int
    patience: float
    niceness: int = 0
    name: str = "other"
    message: str = _READING
    shared: threading.BoundedSemaphore | None = field(default=None, repr=False)
    _open: threading.BoundedSemaphore = field(init=False, repr=False)
    _places: threading.BoundedSemaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_open", threading.BoundedSemaphore(self.at_once))
        object.__setattr__(self, "_places", threading.BoundedSemaphore(self.at_once + self.waiting))

    def busy(self) -> BusyError:
        """Return the error that tells people to come back."""
        return BusyError(self.message)

    @contextmanager
    def turn(self) -> Iterator[float]:
        """Wait for a turn and yield the deadline (monotonic). BusyError if there is none in time."""
        end = time.monotonic() + self.patience
        with self._place(self._places), self._place(self.shared):
            if not self._open.acquire(timeout=self.patience):
                raise self.busy()
            try:
                yield end
            finally:
                self._open.release()

    @contextmanager
    def _place(self, places: threading.BoundedSemaphore | None) -> Iterator[None]:
        if places is None:
            yield
        elif not places.acquire(blocking=False):
            raise self.busy()
        else:
            try:
                yield
            finally:
                places.release()


_public = threading.BoundedSemaphore(MOST_PUBLIC)

PEOPLE = Lane(at_once=2, waiting=4, patience=30, name="people")
PUBLIC = Lane(at_once=1, waiting=1, patience=20, niceness=10, name="public", shared=_public)
PRINTS = Lane(at_once=1, waiting=2, patience=10, name="prints", message=_PRINTING, shared=_public)
SHELL = Lane(at_once=1, waiting=0, patience=600, name="shell")  # commands run by an administrator
