"""`make bench ONLY=proof`: a sealed register extract made in the request, fifty a second, beside WeasyPrint and pyHanko.

Times are wall clock at the client on loopback, from the moment at which a request was due: waiting in a queue counts.
With AGAINST also beside another revision of ours, in turns.
"""

from contextlib import ExitStack
from functools import partial
from io import BytesIO
from pathlib import Path

import pikepdf

from bench import builds, load
from bench.results import Report
from bench.served import Installed, Machine, child, free_port, side_by_side, wait
from bench.sides import Side, alternate, nobody
from bench.sizes import Sizes
from certificates.seal import Keyring, examine

CASES = {"certified": "certify"}
CASE = "proof of check"
RATE, CONNECTIONS, THEIR_CONNECTIONS = 50, 50, 2
WARM = 40
SLOWER = 50  # so many times fewer in a turn of the other system: it makes a few in a second
P95_MS = 15.0


def main(sizes: Sizes) -> Report:
    """Fill, serve, ask at a steady pace, look at what came, compare."""
    report = Report("proof")
    with ExitStack() as stack:
        machine = Machine(stack)
        served = side_by_side(stack, machine, sizes, CASES)
        rival_port = free_port()
        rival = stack.enter_context(
            child(builds.us(), "web", str(rival_port), "bench.rival_proof:app", env=served[0].env)
        )
        wait(rival_port, "/")
        sides = [_side(machine, each, sizes.n) for each in served]
        few = max(THEIR_CONNECTIONS, sizes.n // SLOWER)
        theirs = partial(load.run, rival_port, "/", n=few, connections=THEIR_CONNECTIONS)
        sides.append(Side("manuals", theirs, partial(load.tree, rival.pid), nobody))
        for each in served:
            warm = load.paced(each.port, _path(each), rate=20, seconds=min(WARM, sizes.n) / 20, connections=CONNECTIONS)
            print(f"{each.build.name}: slowest while it warmed up {load.percentile_ms(warm.walls, 1.0):.0f} ms")
        tallies = alternate(report, CASE, sides, sizes.rounds)
        ours = tallies[builds.OURS]
        _look(machine, served[0], ours.body, len(ours.walls))
        p95 = load.percentile_ms(ours.walls, 0.95)
        report.aim(f"p95 at {RATE}/s", f"< {P95_MS:.0f} ms", f"{p95:.1f} ms", p95 < P95_MS)
    return report


def _side(machine: Machine, each: Installed, n: int) -> Side:
    turn = partial(load.paced, each.port, _path(each), rate=RATE, seconds=n / RATE, connections=CONNECTIONS)
    return Side(each.build.name, turn, each.pids, partial(machine.backends, each.database))


def _path(each: Installed) -> str:
    return f"/register/nl-{each.seeded['cases']['certified']['register_number']}/extract"


def _look(machine: Machine, ours: Installed, body: bytes, made: int) -> None:
    """What came must be whole: sealed by us, and each in the records."""
    verdict = examine(body, Keyring.open(Path(ours.env["SEAL_DIR"])).roots()[0])
    if not verdict.genuine:
        raise RuntimeError(f"an extract is {verdict.reason}")
    with pikepdf.open(BytesIO(body)) as pdf:
        print(f"one extract: {len(body) / 1000:.0f} kB, level {verdict.level}, with {sorted(pdf.attachments)}")
    known = machine.count(ours.database, "document WHERE kind = 'register_extract'")
    if known < made:
        raise RuntimeError(f"of {made} extracts {known} are in the records")
