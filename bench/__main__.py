"""`python -m bench pages press proof`: measure, print, leave `var/bench/NAME.json`. `make bench` calls it."""

import argparse
import os
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from bench.results import OUT
from bench.sizes import Sizes

SIZES = {
    "pages": Sizes(n=40, rounds=10),
    "press": Sizes(n=200, rounds=10),
    "proof": Sizes(n=250, rounds=5, agencies=0),
}


def main(words: list[str]) -> int:
    """Run the benchmarks that are named, else all; the status is 0 also when a target was missed."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("names", nargs="*", choices=[[], *SIZES])
    parser.add_argument("--against", default="", help="a revision of this repository to measure beside this checkout")
    parser.add_argument("--keep", action="store_true", help="let the repository remember the ratios of this run")
    parser.add_argument("--agencies", type=int, help="how many are in the register")
    parser.add_argument("--n", type=int, help="operations in a turn")
    parser.add_argument("--rounds", type=int, help="turns of each system")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(words)
    for name in asked.names or SIZES:
        given = {"agencies": asked.agencies, "n": asked.n, "rounds": asked.rounds}
        sizes = replace(SIZES[name], against=asked.against, **{key: value for key, value in given.items() if value})
        print(f"{name}: load of the machine before {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        import_module(f"bench.{name}").main(sizes).write(keep=asked.keep, out=asked.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
