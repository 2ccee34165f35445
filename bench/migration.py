"""`make bench ONLY=migration AGAINST=ca4d724`: bring a full database of another revision to ours, and back.

The other revision makes its tables and fills them; our migrations run on them while somebody reads the tables that
pages read. Without AGAINST there is nothing to migrate from: the way back and up of our newest migration is measured.
Wall clock; CPU is that of the program that migrates and of its backend.
"""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from alembic.command import downgrade
from alembic.config import Config
from psycopg import Connection
from psycopg.errors import UndefinedTable

from bench import builds, load
from bench.builds import OURS, ROOT
from bench.results import Report, Row
from bench.served import Installed, Machine
from bench.sizes import Sizes
from portal.host.supervisor import migrate

MOST_SECONDS, MOST_BLOCKED = 120.0, 2.0
READ = (
    *("agency", "answer", "application", "audit", "certificate", "corrective_action", "deadline", "decision", "event"),
    *("evidence", "finding", "person", "register_entry", "scheme_version", "verdict"),
)
EVERY = 0.02  # seconds between two looks


@dataclass
class Reader:
    """Somebody who reads one row of each table all the time, and the longest that this person had to wait, in s."""

    connection: Connection[Any]
    longest: float = 0.0
    looks: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        """Read until it is done."""
        with self.connection as connection:
            here = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            tables = {name for (name,) in connection.execute(here)} & set(READ)
            while not self.done.wait(EVERY):
                for table in sorted(tables):
                    begin = time.monotonic()
                    try:
                        connection.execute(f'SELECT FROM "{table}" LIMIT 1')  # our own names
                    except UndefinedTable:  # one that the older build does not have
                        tables.remove(table)
                    self.longest = max(self.longest, time.monotonic() - begin)
                    self.looks += 1


def main(sizes: Sizes) -> Report:
    """Measure both ways."""
    report = Report("migration")
    with ExitStack() as stack:
        machine = Machine(stack, careless=sizes.small)
        build = builds.of_revision(stack, sizes.against) if sizes.against else builds.us()
        filled = machine.install(build)
        filled.seed(sizes.agencies)
        owner = str(filled.seeding["OWNER_DATABASE_URL"])
        before = _version(machine, filled.database)
        answers = machine.count(filled.database, "answer")
        print(f"{build.name}: {sizes.agencies:,} agencies, {answers:,} answers, migration {before}")
        back = before if sizes.against else "-1"
        ways: dict[str, Callable[[], None]] = {
            "back": lambda: downgrade(_config(owner), back),
            "up": lambda: migrate(owner),
        }
        for way in ("up", "back", "up again") if sizes.against else ("back", "up"):
            took, reader = _timed(machine, filled, ways[way.split()[0]])
            report.rows.append(_row(way, sizes.agencies, took))
            report.aim(f"{way}: all of it", f"<= {MOST_SECONDS:.0f} s", f"{took[0]:.1f} s", took[0] <= MOST_SECONDS)
            blocked = f"{reader.longest:.2f} s in {reader.looks} looks"
            report.aim(
                f"{way}: longest wait to read", f"<= {MOST_BLOCKED:.0f} s", blocked, reader.longest <= MOST_BLOCKED
            )
        _same(machine, filled, answers)
    return report


def _timed(machine: Machine, filled: Installed, act: Callable[[], None]) -> tuple[tuple[float, ...], Reader]:
    """Return (wall, own CPU, CPU of the backends), in s, and who read meanwhile."""
    reader = Reader(machine.connect(filled.database))
    watching = threading.Thread(target=reader.read)
    spent: dict[int, float] = {}

    def watch() -> None:
        while not reader.done.wait(EVERY):
            for pid, cpu in load.cpu_each(machine.backends(filled.database)).items():
                spent[pid] = max(cpu, spent.get(pid, 0.0))

    counting = threading.Thread(target=watch)
    begin, own = time.monotonic(), time.process_time()
    watching.start()
    counting.start()
    try:
        act()
    finally:
        took = time.monotonic() - begin, time.process_time() - own
        reader.done.set()
        watching.join()
        counting.join()
    return (*took, sum(spent.values())), reader


def _row(way: str, n: int, took: tuple[float, ...]) -> Row:
    wall, own, database = (1000 * each for each in took)
    return Row(OURS, way, n, own + database, wall, wall, 1000 / wall, own, database)


def _same(machine: Machine, filled: Installed, answers: int) -> None:
    """Raise unless all answers are still there."""
    if machine.count(filled.database, "answer") != answers:
        raise RuntimeError("answers were lost on the way")


def _config(url: str) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    return config


def _version(machine: Machine, database: str) -> str:
    with machine.connect(database) as connection:
        found: Any = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0])
