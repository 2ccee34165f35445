"""How long a test waits for what must come: on a busy machine a second of work takes many. Only a failure lasts it."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 120
"""Seconds. Nothing is judged by them; a process, a page or a mail that has not come by then will not come."""


def until(found: Callable[[], Any]) -> Any:
    """Wait until something is found, and return it."""
    end = time.monotonic() + PATIENCE
    while not (answer := found()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return answer
