"""A brake on what costs us something and asks for no account: so many at once from one address, then so many a minute.

Each process counts for itself and in memory; a restart forgets. That is enough against filling a disk, and costs no
statement to the database.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

BURST = 3_000  # a hirer who checks every supplier of a year in one go
PER_SECOND = 1.0
MOST_ADDRESSES = 10_000


class Throttle:
    """Tokens per address: `burst` to begin with, `per_second` given back. The least recent addresses are forgotten."""

    def __init__(
        self, burst: int = BURST, per_second: float = PER_SECOND, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._per_second, self._clock = burst, per_second, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str) -> int:
        """Take a token: 0 if there was one, else how many seconds until there is one."""
        now = self._clock()
        with self._lock:
            left, seen = self._left.pop(address, (float(self._burst), now))
            left = min(self._burst, left + (now - seen) * self._per_second)
            allowed = left >= 1
            self._left[address] = (left - 1 if allowed else left, now)
            if len(self._left) > MOST_ADDRESSES:
                self._left.popitem(last=False)
        return 0 if allowed else ceil((1 - left) / self._per_second)
