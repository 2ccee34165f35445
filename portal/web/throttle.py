"""Rate limiting for expensive public requests, per client address. Costs no SQL statement.

What costs only time is counted by each process for itself, in memory. What also leaves something on the disk, an
extract, is counted by all processes together.
"""

import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from typing import Protocol

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState

from portal.stores import queue
from portal.web.addresses import address_group

BURST = 3_000  # burst for a hirer who checks all suppliers of a year at once
PER_SECOND = 1.0
MOST_ADDRESSES = 10_000
HOUR = 3600


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


class SharedThrottle:
    """At most so many per address in each period of so many seconds, in all processes together.

    Addresses are counted under a keyed hash that is forgotten with its period. While the shared count is down, each
    process counts for itself.
    """

    def __init__(self, name: str, most: int, seconds: int, key: str, clock: Callable[[], float] = time.time) -> None:
        self._name, self._most, self._seconds, self._key, self._clock = name, most, seconds, key.encode(), clock
        self._alone = Throttle(most, most / seconds)

    def wait(self, address: str) -> int:
        """Count one request; return 0, or the seconds until the next one is allowed."""
        period, passed = divmod(int(self._clock()), self._seconds)
        hidden = hmac.new(self._key, f"{self._name} {period} {address}".encode(), hashlib.sha256).hexdigest()
        counted = queue.count(f"throttle:{hidden}", self._seconds)
        if counted is None:
            return self._alone.wait(address)
        return 0 if counted <= self._most else self._seconds - passed


class Waits(Protocol):
    """What says how long an address must wait."""

    def wait(self, address: str) -> int:
        """Count one request; return 0, or the seconds until the next one is allowed."""


class Both:
    """A throttle of each address, and behind it one of all addresses together."""

    def __init__(self, of_each: Waits, of_all: Waits) -> None:
        self._of_each, self._of_all = of_each, of_all

    def wait(self, address: str) -> int:
        """Count one request; return 0, or the seconds until the next one is allowed."""
        return self._of_each.wait(address) or self._of_all.wait("")


def share_throttle(bp: Blueprint, name: str, most: int, in_all: int | None = None) -> None:
    """Give the application a throttle of requests by the hour: of each address, and with `in_all` of all together."""

    def join(state: BlueprintSetupState) -> None:
        key = state.app.config["SECRET_KEY"]
        throttle: Waits = SharedThrottle(name, most, HOUR, key)
        if in_all is not None:
            throttle = Both(throttle, SharedThrottle(f"{name}s", in_all, HOUR, key))
        state.app.extensions.setdefault(f"{name}_throttle", throttle)

    bp.record_once(join)


def visitor_waits(name: str) -> int:
    """Count a request of this visitor; return 0, or the seconds until the next one is allowed."""
    throttle: Waits = current_app.extensions[f"{name}_throttle"]
    return throttle.wait(address_group(request.remote_addr))
