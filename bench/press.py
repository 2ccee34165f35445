"""`make bench ONLY=press`: the cost of a sealed certificate, beside other presses and signers.

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

SLOWER = 66  # turns of the others are smaller: they need up to half a second per document
REPORTS = 3
SETTLED_TURNS = 5  # as many documents as in so many turns, so that memory reaches its plateau
CPU_MS, PER_SECOND, GROWTH_MB, REPORT_SECONDS = 1.5, 600, 10, 3.0


class Printer:
    """A process that prints, with our press or another system."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.pages = 0  # size of the last document

    def pids(self) -> list[int]:
        """Return its processes; some systems run a browser."""
        return load.tree(self.process.pid)

    def side(self, name: str, case: str, n: int, system: str = US) -> Side:
        """Return one side of a comparison."""
        return Side(name, partial(self.make, case, n, system), self.pids)

    def make(self, case: str, n: int, system: str = US) -> load.Load:
        """Print so many documents in sequence."""
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
    """Print, seal and compare; then many documents, and a long report."""
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
                side.turn()  # warm up
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
    with process:  # closing its input ends the process
        yield Printer(process)


def _aim(report: Report, ours: Printer) -> None:
    cpu = report.cpu_ms(builds.OURS, SIGNED)
    rate = 1000 / cpu if cpu else 0.0  # per second of one otherwise idle core
    report.aim(f"{SIGNED} certificate", f"<= {CPU_MS} ms CPU", f"{cpu:.2f} ms", cpu <= CPU_MS)
    report.aim("certificates a second of one core", f">= {PER_SECOND}/s", f"{rate:.0f}/s", rate >= PER_SECOND)
    seconds = next(row.wall_ms_p50 for row in report.rows if row.case == REPORT) / 1000
    name = f"report of {ours.pages} pages"
    report.aim(name, f"< {REPORT_SECONDS} s", f"{seconds:.1f} s", seconds < REPORT_SECONDS)


def _grow(report: Report, fresh: Printer, sizes: Sizes) -> None:
    """Print many documents in sequence, to check that memory stays constant."""
    settled, many = sizes.n * SETTLED_TURNS, sizes.n * SETTLED_TURNS * sizes.rounds
    fresh.make(SIGNED, settled)
    before = load.resident_mb(fresh.process.pid)
    fresh.make(SIGNED, many - settled)
    growth = load.resident_mb(fresh.process.pid) - before
    name = f"memory from document {settled:,} to {many:,}"
    report.aim(name, f"< {GROWTH_MB} MB more", f"{growth:+.1f} MB", growth < GROWTH_MB)
