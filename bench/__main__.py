"""`python -m bench pages proof press`: measure, print, leave `var/bench/NAME.json`. `make bench` calls it."""

import argparse
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench import assessment, audit, clock, lane, links, migration, pages, press, proof, reader, registry
from bench.results import OUT, Report
from bench.served import Comparison
from bench.sizes import Sizes

SIZES = {
    "pages": Sizes(n=40, rounds=10),
    "registry": Sizes(n=400, rounds=5),
    "proof": Sizes(n=250, rounds=5),
    "assessment": Sizes(n=200, rounds=10),
    "audit": Sizes(n=100, rounds=5, agencies=12_000),
    "lane": Sizes(n=24, rounds=3),
    "press": Sizes(n=200, rounds=10),
    "reader": Sizes(n=20, rounds=5),
    "migration": Sizes(n=1, rounds=2),
    "links": Sizes(n=500, rounds=2),
    "clock": Sizes(n=50, rounds=2, agencies=5_000),
}
SERVED = {
    "pages": pages.main,
    "registry": registry.main,
    "proof": proof.main,
    "lane": lane.main,
    "assessment": assessment.main,
    "audit": audit.main,
}
"""Those over HTTP; they share what is served, and so its seed."""
ALONE = {
    "press": press.main,
    "reader": reader.main,
    "migration": migration.main,
    "links": links.main,
    "clock": clock.main,
}


def main(words: list[str]) -> int:
    """Run the named benchmarks, else all; the exit status is 0 even when a target was missed."""
    asked = _arguments(words)
    names = asked.names or list(SIZES)
    changes = {key: getattr(asked, key) for key in ("agencies", "n", "rounds", "against") if getattr(asked, key)}
    sizes = {name: replace(SIZES[name], **changes) for name in names}
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    reports: list[Report] = []
    served = [name for name in names if name in SERVED]
    if served:
        with ExitStack() as stack:
            compared = Comparison(stack, sizes[served[0]])
            reports += [SERVED[name](sizes[name], compared) for name in served]
    reports += [ALONE[name](sizes[name]) for name in names if name in ALONE]
    for report in reports:
        report.write(keep=asked.keep, out=asked.out)
    return 0


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("names", nargs="*", choices=[[], *SIZES])
    parser.add_argument("--against", default="", help="a revision of this repository to measure beside this checkout")
    parser.add_argument("--keep", action="store_true", help="let the repository remember the ratios of this run")
    parser.add_argument("--agencies", type=int, help="how many are in the register")
    parser.add_argument("--n", type=int, help="operations in a turn")
    parser.add_argument("--rounds", type=int, help="turns of each system")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
