"""Measure systems in turns, so that a machine that gets slower or faster does so for all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench import load
from bench.results import Report, Row

Pids = Callable[[], list[int]]


def nobody() -> list[int]:
    """Return no processes, for a system without a database."""
    return []


@dataclass
class Tally:
    """What was measured of a system so far, for one case."""

    walls: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    web: float = 0.0
    database: float = 0.0
    body: bytes = b""
    refused: int = 0

    def row(self, system: str, case: str) -> Row:
        """Return the figures per operation."""
        n = len(self.walls)
        web, database = self.web / n * 1000, self.database / n * 1000
        p50, p95 = (load.percentile_ms(self.walls, share) for share in (0.5, 0.95))
        return Row(system, case, n, web + database, p50, p95, n / self.elapsed, web, database)


@dataclass
class Side:
    """A system that is measured, with functions that find its processes and take one turn."""

    name: str
    turn: Callable[[], load.Load]
    web: Pids
    database: Pids = nobody

    def measure(self, tally: Tally) -> None:
        """Take a turn, and add its cost."""
        web, database = load.cpu_each(self.web()), load.cpu_each(self.database())
        found = self.turn()
        tally.web += _used(web, load.cpu_each(self.web()))
        tally.database += _used(database, load.cpu_each(self.database()))
        tally.walls += found.walls
        tally.elapsed += found.elapsed
        tally.body = found.body or tally.body
        tally.refused += found.refused


def alternate(report: Report, case: str, sides: Sequence[Side], rounds: int) -> dict[str, Tally]:
    """Let each system take a turn per round, starting with another one each round; add the rows to the report."""
    tallies = {side.name: Tally() for side in sides}
    for number in range(rounds):
        first = number % len(sides)
        for side in [*sides[first:], *sides[:first]]:
            side.measure(tallies[side.name])
    report.rows += [tallies[side.name].row(side.name, case) for side in sides]
    return tallies


def _used(before: dict[int, float], after: dict[int, float]) -> float:
    """Return the CPU seconds between two readings; a process that started in between counts from its start."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())
