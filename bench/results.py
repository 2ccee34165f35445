"""The result of a benchmark: figures, targets, a table, a JSON file, and the change since the last run."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.builds import OURS, ROOT

OUT = ROOT / "var" / "bench"
LAST = ROOT / "bench" / "last"


@dataclass(frozen=True)
class Row:
    """One system doing one thing `n` times.

    CPU per operation of everything that works for it: `web_ms` of its own processes, `db_ms` of the processes of the
    database server that serve them. Wall clock as seen outside.
    """

    system: str
    case: str
    n: int
    cpu_ms: float
    wall_ms_p50: float
    wall_ms_p95: float
    per_second: float
    web_ms: float
    db_ms: float


@dataclass(frozen=True)
class Target:
    """A target and the measured value."""

    name: str
    target: str
    measured: str
    met: bool


@dataclass
class Report:
    """All measurements of one benchmark."""

    name: str
    rows: list[Row] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def aim(self, name: str, target: str, measured: str, met: bool) -> None:
        """Record a target and whether it was met."""
        self.targets.append(Target(name, target, measured, met))

    def row(self, system: str, case: str) -> Row:
        """Return what was measured of a system for a case."""
        return next(row for row in self.rows if (row.system, row.case) == (system, case))

    def cpu_ms(self, system: str, case: str) -> float:
        """Return the CPU time that a system used for a case."""
        return self.row(system, case).cpu_ms

    def ratios(self) -> dict[str, dict[str, float]]:
        """Return our CPU time divided by that of each other system, which is independent of the machine."""
        found: dict[str, dict[str, float]] = {}
        ours = {row.case: row.cpu_ms for row in self.rows if row.system == OURS}
        for row in self.rows:
            if row.system != OURS and row.cpu_ms and ours.get(row.case):
                found.setdefault(row.case, {})[row.system] = float(f"{ours[row.case] / row.cpu_ms:.3g}")
        return found

    def write(self, *, keep: bool = False, out: Path = OUT) -> None:
        """Print the table and the change since the run in the repository; `keep` stores this run there."""
        out.mkdir(parents=True, exist_ok=True)
        path, last = out / f"{self.name}.json", LAST / f"{self.name}.json"
        plain = {"rows": [asdict(row) for row in self.rows], "targets": [asdict(item) for item in self.targets]}
        path.write_text(json.dumps(plain, indent=1))
        self._print_table()
        print(f"written to {path}")
        known: dict[str, Any] = json.loads(last.read_text()) if last.exists() else {}
        self._print_ratios(known)
        if keep:
            last.parent.mkdir(exist_ok=True)
            last.write_text(json.dumps(known | self.ratios(), indent=1) + "\n")
            print(f"remembered in {last.relative_to(ROOT)}")

    def _print_table(self) -> None:
        wide = max((len(row.system) for row in self.rows), default=0) + 2
        heads = ("n", "cpu ms", "web ms", "db ms", "p50 ms", "p95 ms", "per s")
        print(f"\n{'case':<22}{'system':<{wide}}" + "".join(f"{head:>9}" for head in heads))
        for row in self.rows:
            figures = (row.cpu_ms, row.web_ms, row.db_ms, row.wall_ms_p50, row.wall_ms_p95)
            print(
                f"{row.case:<22}{row.system:<{wide}}{row.n:>9}"
                + "".join(f"{figure:>9.2f}" for figure in figures)
                + f"{row.per_second:>9.0f}"
            )
        for item in self.targets:
            print(f"{'met ' if item.met else 'MISSED'}  {item.name}: {item.measured} (target {item.target})")

    def _print_ratios(self, known: dict[str, Any]) -> None:
        print("\nour CPU as a part of theirs, and what the repository remembers")
        for case, systems in self.ratios().items():
            for system, ratio in systems.items():
                before = known.get(case, {}).get(system)
                change = f"was {before:.3g}, {ratio / before - 1:+.0%}" if before else "not measured before"
                print(f"{ratio:>9.3g} x {case}, {system} ({change})")
