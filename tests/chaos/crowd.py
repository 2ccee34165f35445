"""People who ask the portal at the same time, and what they get."""

import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from tests.chaos.person import until


class Crowd(ABC):
    """One thread for each of some things to ask for."""

    def __init__(self, asked: Sequence[Any]) -> None:
        self._asked = asked
        self._end = threading.Event()
        self.answers: Counter[str] = Counter()

    @contextmanager
    def asking(self) -> Iterator[Self]:
        """Ask while the block runs."""
        threads = [threading.Thread(target=self._ask, args=[each]) for each in self._asked]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._end.set()
            for thread in threads:
                thread.join()

    def wait_for(self, many: int) -> None:
        """Until so many more answers have come, good or bad."""
        before = self.answers.total()
        until(lambda: self.answers.total() >= before + many)

    @abstractmethod
    def _ask(self, one: Any) -> None:
        """Ask for one thing until `_end` is set."""
