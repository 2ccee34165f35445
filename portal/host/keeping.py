"""Start services again that ended by themselves."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from portal.host.embedded import EmbeddedError
from portal.host.processes import HeldError
from portal.host.programs import Service

STEADY = 5.0  # seconds after which a service counts as running well
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 4.0  # seconds before the next start of one that did not run so long
LOOK = 0.1  # seconds between two looks

log = logging.getLogger("keurwerk")


@dataclass
class Kept:
    """A service, and when it is started again if it has ended."""

    service: Service
    began: float
    pause: float = 0.0
    again_at: float | None = None  # set while it is down

    def is_down(self) -> bool:
        """Return whether it has ended, or did not start."""
        process = self.service.process
        return process is None or process.poll() is not None


@dataclass
class Keeper:
    """Starts services again that end by themselves; until then the pages report them as down.

    The first time at once, for a killed one is best back soon. One that ends again before it is steady waits, longer
    each time, because it may never run. No service waits for the pause of another.
    """

    services: Sequence[Service]
    now: Callable[[], float] = time.monotonic
    _kept: list[Kept] = field(init=False)

    def __post_init__(self) -> None:
        self._kept = [Kept(each, self.now()) for each in self.services]

    def watch(self) -> None:
        """Look until this process is told to end."""
        while True:
            time.sleep(LOOK)
            self.look()

    def look(self) -> None:
        """Start what has ended and has waited long enough."""
        for each in self._kept:
            if not each.is_down():
                continue
            if each.again_at is None:
                self._note_end(each)
            if each.again_at is not None and each.again_at <= self.now():
                self._start(each)

    def _note_end(self, each: Kept) -> None:
        steady = self.now() - each.began >= STEADY
        each.pause = 0.0 if steady else min(max(each.pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        each.again_at = self.now() + each.pause
        status = each.service.process and each.service.process.returncode
        log.warning("The %s ended by itself (%s); it is started again.", each.service.name, status)

    def _start(self, each: Kept) -> None:
        each.again_at = None
        each.began = self.now()
        try:
            each.service.start()
        except (EmbeddedError, HeldError, OSError) as error:  # such as a full disk
            log.error("%s", error)
