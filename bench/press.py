"""`make bench ONLY=press`: what a sealed certificate costs, beside the same certificate from other presses and signers.

With AGAINST also beside the press of another revision of ours.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from bench import builds, load
from bench.printer import OURS, REPORT, SIGNED, US, present
from bench.results import Report
from bench.sides import Side, alternate
from bench.sizes import Sizes

SLOWER = 66  # so many times fewer in a turn of the others: they need up to half a second each
REPORTS = 3
SETTLED_TURNS = 5  # as many documents as in so many turns, until the memory is that of a printer at work
CPU_MS, PER_SECOND, GROWTH_MB, REPORT_SECONDS = 1.5, 600, 10, 3.0


class Printer:
    """A process that prints: with our press, or with other systems."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.pages = 0  # of the last document

    def pids(self) -> list[int]:
        """Its processes: some systems have a browser."""
        return load.tree(self.process.pid)

    def side(self, name: str, case: str, n: int, system: str = US) -> Side:
        """One side of a comparison."""
        return Side(name, partial(self.make, case, n, system), self.pids)

    def make(self, case: str, n: int, system: str = US) -> load.Load:
        """Print so many, one after the other."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("it was started without pipes")
        self.process.stdin.write(json.dumps({"system": system, "case": case, "n": n}) + "\n")
        self.process.stdin.flush()
        reply: dict[str, Any] = json.loads(self.process.stdout.readline() or "{}")
        if "walls" not in reply:
            raise RuntimeError("the process that prints ended; see above")
        self.pages = reply["pages"]
        return load.Load(reply["walls"], sum(reply["walls"]), b"")


def main(sizes: Sizes) -> Report:
    """Print, seal, compare; then many, and a long report."""
    report = Report("press")
    with ExitStack() as stack:
        compared = [builds.us(), *([builds.of_revision(stack, sizes.against)] if sizes.against else [])]
        ours = {build.name: stack.enter_context(_running(build)) for build in compared}
        others = stack.enter_context(_running(compared[0]))
        for case in OURS:
            n = sizes.n if case != REPORT else 1
            sides = [each.side(name, case, n) for name, each in ours.items()]
            few = max(1, n // SLOWER)
            sides += [others.side(name, case, few, name) for name in present() if case == SIGNED]
            for side in sides if not sizes.small else ():
                side.turn()  # so that none is cold
            alternate(report, case, sides, sizes.rounds if case != REPORT else min(REPORTS, sizes.rounds))
        _aim(report, ours[builds.OURS])
        if not sizes.small:
            _grow(report, stack.enter_context(_running(compared[0])), sizes)
    return report


@contextmanager
def _running(build: builds.Build) -> Iterator[Printer]:
    command = [build.python, "-m", "bench.printer"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=build.root, stdin=pipe, stdout=pipe, text=True)
    with process:  # leaving closes its input, and so ends it
        yield Printer(process)


def _aim(report: Report, ours: Printer) -> None:
    cpu = report.cpu_ms(builds.OURS, SIGNED)
    rate = 1000 / cpu if cpu else 0.0  # of a core that does nothing else; `per_second` is what this machine gave us
    report.aim(f"{SIGNED} certificate", f"<= {CPU_MS} ms CPU", f"{cpu:.2f} ms", cpu <= CPU_MS)
    report.aim("certificates a second of one core", f">= {PER_SECOND}/s", f"{rate:.0f}/s", rate >= PER_SECOND)
    seconds = next(row.wall_ms_p50 for row in report.rows if row.case == REPORT) / 1000
    name = f"report of {ours.pages} pages"
    report.aim(name, f"< {REPORT_SECONDS} s", f"{seconds:.1f} s", seconds < REPORT_SECONDS)


def _grow(report: Report, fresh: Printer, sizes: Sizes) -> None:
    """Many, one after the other: does the memory stay flat?"""
    settled, many = sizes.n * SETTLED_TURNS, sizes.n * SETTLED_TURNS * sizes.rounds
    fresh.make(SIGNED, settled)
    before = load.resident_mb(fresh.process.pid)
    fresh.make(SIGNED, many - settled)
    growth = load.resident_mb(fresh.process.pid) - before
    name = f"memory from document {settled:,} to {many:,}"
    report.aim(name, f"< {GROWTH_MB} MB more", f"{growth:+.1f} MB", growth < GROWTH_MB)
