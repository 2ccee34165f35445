"""Counters, durations and gauges of all processes on this machine, for `/metrics`.

Each process writes its own files in METRICS_DIR; whoever answers `/metrics` adds them up. Without `set_up`, as in
commands and tests, they are in the memory of one process.
"""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from portal.settings import Settings

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where the library looks for the folder

log = logging.getLogger(__name__)


class Meters:
    """Everything that processes count. Labels hold routes and codes, never what somebody typed."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "keurwerk_requests", "Requests, by route and class of status.", ["route", "status"], registry=registry
        )
        self.durations = Histogram(
            "keurwerk_request_seconds", "Time until the answer is ready.", ["route"], registry=registry, buckets=BUCKETS
        )
        self.seals = Counter(
            "keurwerk_seals", "Seals made, by kind of document, and renewals.", ["kind"], registry=registry
        )
        self.busy = Counter(
            "keurwerk_turned_away",
            "Files and extracts turned away while the machine is busy, by lane.",
            ["lane"],
            registry=registry,
        )
        self.asked = Histogram(
            "keurwerk_asked_seconds",
            "Time until signer, reader or printer answered, by task.",
            ["part", "task"],
            registry=registry,
            buckets=BUCKETS,
        )
        self.refused = Counter(
            "keurwerk_asked_refused",
            "Tasks that signer, reader or printer refused or did not do.",
            ["part", "task"],
            registry=registry,
        )
        self.connections = Gauge(
            "keurwerk_database_connections",
            "Database connections in use.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.connections_max = Gauge(
            "keurwerk_database_connections_max",
            "Database connections that may be in use at once, by processes that used any.",
            registry=registry,
            multiprocess_mode="livesum",
        )


@lru_cache(maxsize=1)
def meters() -> Meters:
    """Return the meters of this process. Made on first use: their place is only known after `set_up`."""
    return Meters()


@contextmanager
def asking(part: str, task: str) -> Iterator[None]:
    """Count a task that another process does meanwhile, its duration, and whether it ends in an error."""
    begin = perf_counter()
    try:
        yield
    except Exception:
        meters().refused.labels(part, task).inc()
        raise
    finally:
        meters().asked.labels(part, task).observe(perf_counter() - begin)


def set_up(settings: Settings) -> None:
    """Keep the meters of this process, and of those that it forks, in METRICS_DIR. For entry points."""
    folder = settings.metrics_dir
    try:
        _prepare(folder)
    except OSError as error:
        log.error("METRICS_DIR cannot be used; this process counts for itself: %s", error)
        return
    # The library decides at its import, which may be in a process that this one was forked from.
    os.environ[FOLDER] = str(folder)  # noqa: TID251  # it reads the folder nowhere else
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    meters.cache_clear()
    meters()


def written() -> bytes:
    """Return the meters of all processes, in the text format of Prometheus."""
    folder = os.environ.get(FOLDER)  # noqa: TID251  # as above
    if folder is None:
        return generate_latest(meters().registry)
    for file in Path(folder).glob("gauge_live*.db"):
        if not _is_alive(_owner(file)):
            file.unlink(missing_ok=True)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _prepare(folder: Path) -> None:
    """Make the folder; empty it if no process that wrote there is alive."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    files = list(folder.glob("*.db"))
    if not any(_is_alive(_owner(file)) for file in files):
        for file in files:
            file.unlink(missing_ok=True)


def _owner(file: Path) -> int:
    """Return the process that writes a file; its number is the end of the name."""
    number = file.stem.rpartition("_")[2]
    return int(number) if number.isdecimal() else 0


def _is_alive(pid: int) -> bool:
    return pid > 0 and Path(f"/proc/{pid}").exists()
