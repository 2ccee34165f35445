"""The programs that the supervisor keeps running, each with a log file."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from portal.host.processes import Forked, Process, stop
from portal.settings import VAR


class Service(Protocol):
    """A supervised service: a server, the worker, or the web."""

    name: str

    @property
    def process(self) -> Process | None:
        """Return the process, or None before the start."""

    def start(self) -> None:
        """Start it and wait until it is usable."""

    def stop(self) -> None:
        """Stop it gracefully."""


class Program:
    """The worker or the web server, in a process and with a log file of its own, unless it is `shown`."""

    def __init__(
        self, name: str, words: Sequence[str], env: Mapping[str, str], at_our_end: int, *, shown: bool = False
    ) -> None:
        self.name = name
        self.process: Process | None = None
        self._words = words
        self._env = env
        self._at_our_end = at_our_end
        self._log = None if shown else VAR / "run" / f"{name}.log"

    def start(self) -> None:
        """Start it."""
        self.process = Forked(self._words, self._env, at_our_end=self._at_our_end, log=self._log)

    def stop(self) -> None:
        """Stop it gracefully."""
        stop(self.process)


def end_of(name: str) -> str:
    """Return the last lines of a program's log, and where it is."""
    log = VAR / "run" / f"{name}.log"
    return f"{log.read_text(errors='replace')[-1000:] if log.exists() else ''}(the end of {log})"
