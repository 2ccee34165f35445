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
from bench.served import Comparison, Installed, child, free_port, wait
from bench.sides import Side, Tally, alternate, nobody
from bench.sizes import Sizes
from certificates.seal import Keyring, examine

CASE = "proof of check"
RATE, CONNECTIONS, THEIR_CONNECTIONS = 50, 50, 2
WARM = 40
SLOWER = 50  # turns of the other system are smaller: it makes a few per second
P95_MS = 15.0


def main(sizes: Sizes, compared: Comparison) -> Report:
    """Request at a steady rate, verify the results, compare."""
    report = Report("proof")
    sides = [_side(compared, each, sizes.n) for each in compared.all]
    with ExitStack() as stack:
        port, ours = free_port(), compared.ours
        rival = stack.enter_context(child(ours.build, "plain", str(port), "bench.rival_proof:app", env=ours.env))
        wait(port, "/")
        few = max(THEIR_CONNECTIONS, sizes.n // SLOWER)
        theirs = partial(load.run, port, "/", n=few, connections=THEIR_CONNECTIONS)
        sides.append(Side("manuals", theirs, partial(load.tree, rival.pid), nobody))
        for each in compared.all:
            load.paced(each.port, _path(each), rate=1, seconds=1, connections=1)  # alone: this one is typeset
            warm = load.paced(each.port, _path(each), rate=20, seconds=min(WARM, sizes.n) / 20, connections=CONNECTIONS)
            print(f"{each.build.name}: slowest while it warmed up {load.percentile_ms(warm.walls, 1.0):.0f} ms")
        tally = alternate(report, CASE, sides, sizes.rounds)[builds.OURS]
    _look(compared, tally)
    p95 = load.percentile_ms(tally.walls, 0.95)
    report.aim(f"p95 at {RATE}/s", f"< {P95_MS:.0f} ms", f"{p95:.1f} ms", p95 < P95_MS)
    report.aim("asked to come back", "0", str(tally.refused), not tally.refused)
    return report


def _side(compared: Comparison, each: Installed, n: int) -> Side:
    turn = partial(load.paced, each.port, _path(each), rate=RATE, seconds=n / RATE, connections=CONNECTIONS)
    return compared.side(each, turn)


def _path(each: Installed) -> str:
    return f"/register/nl-{each.seeded['cases']['certified']['register_number']}/extract"


def _look(compared: Comparison, tally: Tally) -> None:
    """Check that every result is complete, sealed by us, and recorded."""
    ours, body, made = compared.ours, tally.body, len(tally.walls)
    verdict = examine(body, Keyring.open(Path(ours.env["SEAL_DIR"])).roots()[0])
    if not verdict.genuine:
        raise RuntimeError(f"an extract is {verdict.reason}")
    with pikepdf.open(BytesIO(body)) as pdf:
        print(f"one extract: {len(body) / 1000:.0f} kB, level {verdict.level}, with {sorted(pdf.attachments)}")
    known = compared.machine.count(ours.database, "document WHERE kind = 'register_extract'")
    if known < made:
        raise RuntimeError(f"of {made} extracts {known} are in the records")
