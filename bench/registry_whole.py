"""What is done with the whole register: dump it, rebuild it, check lists; and what a hundred times as many entries cost.

`python -m bench.registry_whole` is the process that makes the files; its memory and time are measured from outside.
"""

import json
import os
import random
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import load
from bench.builds import OURS
from bench.results import Report, Row
from bench.served import Comparison, Installed

FULL = 2_000_000  # agencies, of which the targets speak; of fewer the part, and what starting takes
STARTING = 5.0  # seconds, to start a process and load the product
DUMP_SECONDS, DUMP_MB = 30.0, 300
REBUILD_SECONDS, REBUILD_MB = 900.0, 500
REBUILDING = 3  # processes: two, and the command that waits for them
LISTS = {1_000: 200.0, 10_000: 2_000.0}  # numbers, and the most milliseconds
SMALL = 20_000  # agencies of the register that growth is measured from
GREW = {"look-up": 1.5, "search, typo": 3.0}  # at most so many times as long


@dataclass(frozen=True)
class Ended:
    """A process that has ended: wall clock and CPU in seconds, its largest memory in MB of 10**6 bytes, its words."""

    seconds: float
    cpu: float
    peak_mb: float
    said: str


def whole(report: Report, compared: Comparison) -> None:
    """Dump and rebuild our register, each in a process of its own."""
    part = compared.machine.count(compared.ours.database, "register_entry") / FULL
    dumped = _ended(compared.ours, "-m", "bench.registry_whole", CACHE_DIR=str(compared.ours.home / "cache"))
    made: dict[str, Any] = json.loads(dumped.said)
    _add(report, "dump", dumped, made["dump_seconds"])
    _aim(report, "dump", made["dump_seconds"], DUMP_SECONDS * part + STARTING, "s")
    _aim(report, "files of the dump", made["dump_mb"], max(1.0, DUMP_MB * part), "MB")
    report.aim(
        "what is kept to answer without a database",
        "told",
        f"{made['kept_mb']:.1f} MB, {made['kept_seconds']:.1f} s",
        True,
    )
    rebuilt = _ended(compared.ours, "-m", "portal.commands.cli", "registry", "rebuild")
    _add(report, "rebuild", rebuilt, rebuilt.seconds)
    _aim(report, "rebuild", rebuilt.seconds, REBUILD_SECONDS * part + STARTING, "s")
    # The largest of the processes is known: what all take is less, as they share pages.
    _aim(report, "memory of the rebuild", rebuilt.peak_mb * REBUILDING, REBUILD_MB, "MB")


def lists(report: Report, port: int, numbers: Sequence[str], rounds: int) -> None:
    """Check lists of numbers, as the API takes them."""
    dice = random.Random(11)
    for many, limit in LISTS.items():
        walls = []
        for _ in range(rounds):
            asked = dice.choices(numbers, k=many)
            begin = time.perf_counter()
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(_post("/api/v1/agency-checks", json.dumps({"numbers": asked}).encode()))
                status, body = load.answer(connection)
            walls.append(time.perf_counter() - begin)
            if status != load.OK or json.loads(body)["outcomes"] != {"found": many}:
                raise RuntimeError(f"a list of {many} was answered with {status}")
        p50, p95 = (load.percentile_ms(walls, share) for share in (0.5, 0.95))
        report.rows.append(Row(OURS, f"list of {many}", rounds, 0.0, p50, p95, rounds / sum(walls), 0.0, 0.0))
        _aim(report, f"list of {many} numbers", p50, limit, "ms")


def smaller(compared: Comparison, agencies: int) -> Installed:
    """Return our build with a tenth of the agencies, at most 20,000."""
    return compared.again(f"{OURS} small", max(2, min(SMALL, agencies // 10)))


def grew(report: Report, case: str, small: str) -> None:
    """Compare what one case costs in the large and in the small register."""
    large, little = (report.row(system, case) for system in (OURS, small))
    times = large.cpu_ms / little.cpu_ms if little.cpu_ms else 1.0
    limit = GREW[case.removesuffix(", grown")]
    report.aim(f"growth of {case.removesuffix(', grown')}, CPU", f"<= {limit} x", f"{times:.2f} x", times <= limit)


def _add(report: Report, case: str, ended: Ended, seconds: float) -> None:
    wall = seconds * 1000
    report.rows.append(Row(OURS, case, 1, ended.cpu * 1000, wall, wall, 1 / seconds, ended.cpu * 1000, 0.0))


def _aim(report: Report, name: str, measured: float, limit: float, unit: str) -> None:
    report.aim(name, f"<= {limit:.4g} {unit}", f"{measured:.4g} {unit}", measured <= limit)


def _ended(ours: Installed, *words: str, **env: str) -> Ended:
    """Run Python words as who fills the database, and measure the process."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [ours.build.python, *words],
        cwd=ours.build.root,
        env={**ours.env, **ours.seeding, **env},
        stdout=subprocess.PIPE,
    )
    said = process.stdout.read().decode() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} failed")
    return Ended(time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6, said)


def _post(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def main() -> None:
    """Make the files of the register that the environment names, and print what they took."""
    from portal.app import create_app
    from portal.doors.registry import dumps, newer
    from portal.settings import Settings
    from portal.stores import database
    from portal.stores.kept import path_in

    settings = Settings.from_env(os.environ)  # noqa: TID251 - an entry point
    place = path_in(settings.cache_dir)
    with create_app(settings, doors=()).app_context():
        dump, folder = _timed(partial(dumps.newest, database.read(whole=True), settings))
        kept, _ = _timed(partial(newer.keep, database.read(), place))
    size = sum(_mb(each) for each in folder.glob("agencies.*"))
    found = {"dump_seconds": dump, "dump_mb": size, "kept_seconds": kept, "kept_mb": _mb(place)}
    print(json.dumps(found))


def _timed(act: Any) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = act()
    return time.perf_counter() - begin, found


def _mb(path: Path) -> float:
    return path.stat().st_size / 1e6


if __name__ == "__main__":
    main()
