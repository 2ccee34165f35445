"""What every benchmark gives back: rows of figures, targets met or not, a table on the screen and a JSON file."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

OUT = Path(__file__).parents[1] / "var" / "bench"


@dataclass(frozen=True)
class Row:
    """One system doing one thing `n` times. CPU of the whole process tree per operation, wall clock as seen outside."""

    system: str
    case: str
    n: int
    cpu_ms: float
    wall_ms_p50: float
    wall_ms_p95: float
    per_second: float


@dataclass(frozen=True)
class Target:
    """What was promised and what was measured."""

    name: str
    target: str
    measured: str
    met: bool


@dataclass
class Report:
    """Everything one benchmark measured."""

    name: str
    rows: list[Row] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def write(self) -> None:
        """Print the table and leave the JSON."""
        OUT.mkdir(parents=True, exist_ok=True)
        path = OUT / f"{self.name}.json"
        plain = {"rows": [asdict(row) for row in self.rows], "targets": [asdict(item) for item in self.targets]}
        path.write_text(json.dumps(plain, indent=1))
        wide = max((len(row.system) for row in self.rows), default=0) + 2
        print(f"\n{'case':<22}{'system':<{wide}}{'n':>7}{'cpu ms':>10}{'p50 ms':>10}{'p95 ms':>10}{'per s':>10}")
        for row in self.rows:
            print(
                f"{row.case:<22}{row.system:<{wide}}{row.n:>7}{row.cpu_ms:>10.2f}{row.wall_ms_p50:>10.2f}"
                f"{row.wall_ms_p95:>10.2f}{row.per_second:>10.0f}"
            )
        for item in self.targets:
            print(f"{'met ' if item.met else 'MISSED'}  {item.name}: {item.measured} (target {item.target})")
        print(f"written to {path}")
