"""Rate limiting for expensive public requests: a token bucket per client address.

Each process counts for itself and in memory, and forgets at a restart. That suffices against filling a disk, and costs
no SQL statement.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

BURST = 3_000  # burst for a hirer who checks all suppliers of a year at once
PER_SECOND = 1.0
MOST_ADDRESSES = 10_000


class Throttle:
    """Token buckets per address: `burst` at first, refilled by `per_second`. The least recent addresses are dropped."""

    def __init__(
        self, burst: int = BURST, per_second: float = PER_SECOND, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._per_second, self._clock = burst, per_second, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str) -> int:
        """Take a token; return 0, or the seconds until one is available."""
        now = self._clock()
        with self._lock:
            left, seen = self._left.pop(address, (float(self._burst), now))
            left = min(self._burst, left + (now - seen) * self._per_second)
            allowed = left >= 1
            self._left[address] = (left - 1 if allowed else left, now)
            if len(self._left) > MOST_ADDRESSES:
                self._left.popitem(last=False)
        return 0 if allowed else ceil((1 - left) / self._per_second)
