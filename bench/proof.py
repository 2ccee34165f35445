"""`make bench ONLY=proof`: a sealed register extract made in the request, fifty a second, beside WeasyPrint and pyHanko.

Times are wall clock at the client on loopback, from the moment at which a request was due: waiting in a queue counts.
"""

import os
import tempfile
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pikepdf
from sqlalchemy import text

from bench import load, seed
from bench.pages import _child, _environment, _settings, _wait
from bench.results import Report, Row, Target
from certificates.ledger.services import sign_checkpoint
from certificates.seal import Keyring, examine
from portal.app import create_app
from portal.host.supervisor import web_command, worker_command
from portal.settings import Settings
from portal.signing import ledger, sealing
from portal.stores import database
from portal.stores.roles import WORKER

PORT, RIVAL_PORT = 8377, 8378
RATE, SECONDS, CONNECTIONS = 50, 25, 50
WARM, FEW = 40, 24
P95_MS = 15.0


def main() -> None:
    """Fill, serve, ask at a steady pace, look at what came, compare."""
    report = Report("proof")
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keurwerk-bench-")))
        state.chmod(0o755)
        settings = _settings(stack, state)
        env = _environment(settings)
        worker = stack.enter_context(ExitStack())
        worker.enter_context(_child(worker_command(), _environment(settings, WORKER)))
        cases = seed.fill(settings, {"certified": 10}, bulk=False)
        worker.close()
        _sign(settings)
        web = stack.enter_context(_child(web_command(PORT), env))
        entry = f"/register/nl-{cases['certified'].details.register_number}"
        _wait(PORT, entry, "")
        pids = load.tree(web.pid)
        path = f"{entry}/extract"
        print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        warm = load.paced(PORT, path, rate=20, seconds=WARM // 20, connections=CONNECTIONS, pids=pids)
        print(f"slowest while the processes warmed up: {warm.wall_ms(1.0):.0f} ms")
        found = load.paced(PORT, path, rate=RATE, seconds=SECONDS, connections=CONNECTIONS, pids=pids)
        _look(found, settings)
        report.rows.append(_row("keurwerk", found))
        p95 = found.wall_ms(0.95)
        report.targets.append(Target(f"p95 at {RATE}/s", f"< {P95_MS:.0f} ms", f"{p95:.1f} ms", p95 < P95_MS))
        rival = stack.enter_context(_child(web_command(RIVAL_PORT, "bench.rival_proof:app"), env))
        _wait(RIVAL_PORT, "/", "")
        theirs = load.run(RIVAL_PORT, "/", n=FEW, connections=2, pids=load.tree(rival.pid))
        report.rows.append(_row("manuals", theirs))
    report.write()
    print(f"{theirs.wall_ms(0.95) / p95:.0f} times our p95, at {FEW / theirs.elapsed:.1f} a second instead of {RATE}")


def _sign(settings: Settings) -> None:
    """A head of the log, so that extracts carry a proof; the worker signs one within a minute."""
    app = create_app(settings, doors=())
    with app.app_context(), database.write() as session:
        sign_checkpoint(session, ledger.origin(settings), sealing.ledger_key())


def _row(system: str, found: load.Load) -> Row:
    n = len(found.walls)
    return Row(
        system, "proof of check", n, found.cpu / n * 1000, found.wall_ms(0.5), found.wall_ms(0.95), n / found.elapsed
    )


def _look(found: load.Load, settings: Settings) -> None:
    """What came must be whole: sealed by us, and each in the records."""
    verdict = examine(found.body, Keyring.open(settings.seal_dir).roots()[0])
    if not verdict.genuine:
        raise RuntimeError(f"an extract is {verdict.reason}")
    with pikepdf.open(BytesIO(found.body)) as pdf:
        print(f"one extract: {len(found.body) / 1000:.0f} kB, level {verdict.level}, with {sorted(pdf.attachments)}")
    app = create_app(settings, doors=())
    with app.app_context():
        query = text("SELECT count(*) FROM document WHERE kind = 'register_extract'")
        known = database.read().execute(query).scalar_one()
    if known < len(found.walls):
        raise RuntimeError(f"of {len(found.walls)} extracts {known} are in the records")


if __name__ == "__main__":
    main()
