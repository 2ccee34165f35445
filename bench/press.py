"""`make bench ONLY=press`: what a sealed certificate costs, beside the same certificate from other presses and signers."""

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from unittest import mock

from bench import load, rivals
from bench.papers import Paper, extract, long_report, papers
from bench.results import Report, Row, Target
from certificates import press
from certificates.press.compiled import UnfitError
from certificates.seal import ensure_keyring
from certificates.seal.keyring.custody import authority_of
from certificates.seal.keyring.keys import Keyring, Purpose
from certificates.seal.keyring.signing import held_key
from certificates.seal.sealing.revocation import RevocationData
from certificates.seal.sealing.sealer import KeySealer
from certificates.seal.time.authority import TimeStampAuthority

MANY, FEW = 2000, 30
BULK, SETTLED = 10_000, 1_000
CPU_MS, PER_SECOND, GROWTH_MB, REPORT_SECONDS = 1.5, 600, 10, 3.0
SIGNED = "signed B-T"
PASSPHRASE = "a passphrase"  # noqa: S105  # of keys that live for a minute


def main() -> None:
    """Print, seal, compare; then ten thousand, and a long report."""
    report = Report("press")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keurwerk-bench-")))
        house = _house(folder / "keys")
        best = _ours(report, house)
        for system, make in _others(stack, folder, house).items():
            _measure(report, system, SIGNED, make, papers(FEW), warm=5)
        _bulk(report, house.sealers["B-T"])
        _long(report, house.sealers["B-T"])
    report.write()
    for row in report.rows:
        if row.case == SIGNED:
            print(f"{row.cpu_ms / best.cpu_ms:8.1f} times our CPU: {row.system}")


@dataclass(frozen=True)
class House:
    """Our own keys at work: sealers by level, and who stamps the time."""

    sealers: dict[str, KeySealer]
    stamps: TimeStampAuthority


def _house(folder: Path) -> House:
    ensure_keyring(folder, "Stichting Keurwerk", PASSPHRASE)
    ring = Keyring.open(folder, PASSPHRASE)
    key, stamps = held_key(ring, Purpose.SEAL), TimeStampAuthority(held_key(ring, Purpose.TIMESTAMP))
    certificates = [ring.certificate(ring.active(purpose)) for purpose in (Purpose.SEAL, Purpose.TIMESTAMP)]
    evidence = RevocationData(authority_of(ring), certificates, ring.revoked())
    levels = {"B-B": KeySealer(key), "B-T": KeySealer(key, stamps), "B-LT": KeySealer(key, stamps, evidence)}
    return House(levels, stamps)


def _ours(report: Report, house: House) -> Row:
    """The compiled press with a seal of each level, the typesetter with one; the row of the compiled press with B-T."""
    rows = {
        level: _measure(report, "keurwerk", f"signed {level}", _sealed(sealer), papers(MANY), warm=200)
        for level, sealer in house.sealers.items()
    }
    _measure(report, "keurwerk", "extract, signed B-T", _extracts(house.sealers["B-T"]), papers(MANY), warm=200)
    compiled = press._press(press.FONTS).compiled
    with mock.patch.object(compiled, "render", side_effect=UnfitError("not now")):
        _measure(report, "keurwerk, typeset", SIGNED, _sealed(house.sealers["B-T"]), papers(FEW), warm=5)
    aims = report.targets
    cpu = rows["B-T"].cpu_ms
    rate = 1000 / cpu  # of a core that does nothing else; `per_second` is what this machine gave us
    aims.append(Target(f"{SIGNED} certificate", f"<= {CPU_MS} ms CPU", f"{cpu:.2f} ms", cpu <= CPU_MS))
    aims.append(Target("certificates a second of one core", f">= {PER_SECOND}/s", f"{rate:.0f}/s", rate >= PER_SECOND))
    return rows["B-T"]


def _sealed(sealer: KeySealer) -> rivals.Print:
    def make(paper: Paper) -> bytes:
        placeholder = sealer.placeholder()
        more = {"attachments": [paper.credential], "offline_url": paper.offline_url, "placeholder": placeholder}
        return sealer.seal(press.render("certificate", paper.facts, language="nl", **more), placeholder)

    return make


def _extracts(sealer: KeySealer) -> rivals.Print:
    numbers = count()

    def make(paper: Paper) -> bytes:
        placeholder, facts = sealer.placeholder(), extract(paper, next(numbers))
        return sealer.seal(press.render("register_extract", facts, language="nl", placeholder=placeholder), placeholder)

    return make


def _others(stack: ExitStack, folder: Path, house: House) -> dict[str, rivals.Print]:
    tutorial, tuned = rivals.pyhanko_tutorial(folder), rivals.pyhanko_tuned(house.stamps)

    def signed(make: rivals.Print, sign: rivals.Sign = tuned) -> rivals.Print:
        return lambda paper: sign(make(paper))

    made = {
        "WeasyPrint + pyHanko, by the manual": signed(rivals.weasyprint_tutorial, tutorial),
        "WeasyPrint + pyHanko, tuned": signed(rivals.weasyprint_tuned()),
        "ReportLab + pyHanko, tuned": signed(rivals.reportlab()),
        "typst + pyHanko, tuned": signed(rivals.typst(folder)),
    }
    if browser := shutil.which("chromium"):
        made["Chromium + pyHanko, tuned"] = signed(rivals.chromium(stack, browser))
    return made


def _measure(report: Report, system: str, case: str, make: rivals.Print, sheets: Sequence[Paper], *, warm: int) -> Row:
    """Time every one of these but the first few, with the work of child processes."""
    for paper in sheets[:warm]:
        make(paper)
    children, walls = load.tree(os.getpid())[1:], []
    before = time.process_time() + load.cpu_seconds(children)
    for paper in sheets[warm:]:
        begin = time.perf_counter()
        make(paper)
        walls.append(time.perf_counter() - begin)
    cpu = time.process_time() + load.cpu_seconds(children) - before
    n, found = len(walls), load.Load(walls, sum(walls), cpu, b"")
    row = Row(system, case, n, cpu / n * 1000, found.wall_ms(0.5), found.wall_ms(0.95), n / found.elapsed)
    report.rows.append(row)
    return row


def _bulk(report: Report, sealer: KeySealer) -> None:
    """Ten thousand, one after the other: does the memory stay flat?"""
    make, sizes = _sealed(sealer), {}
    for number, paper in enumerate(papers(BULK, seed=5), 1):
        make(paper)
        if number in {SETTLED, BULK}:
            sizes[number] = load.resident_mb(os.getpid())
    growth = sizes[BULK] - sizes[SETTLED]
    name = f"memory from document {SETTLED:,} to {BULK:,}"
    report.targets.append(Target(name, f"< {GROWTH_MB} MB more", f"{growth:+.1f} MB", growth < GROWTH_MB))


def _long(report: Report, sealer: KeySealer) -> None:
    facts, walls, cpu = long_report(), [], 0.0
    press.render("audit_report", facts, language="nl")  # warm
    for _ in range(3):
        begin, used = time.perf_counter(), time.process_time()
        placeholder = sealer.placeholder()
        pdf = sealer.seal(press.render("audit_report", facts, language="nl", placeholder=placeholder), placeholder)
        walls.append(time.perf_counter() - begin)
        cpu += time.process_time() - used
    found = load.Load(walls, sum(walls), cpu, b"")
    pages = rivals.pages_of(pdf)
    case = f"report of {pages} pages"
    row = Row("keurwerk", case, 3, cpu / 3 * 1000, found.wall_ms(0.5), found.wall_ms(0.95), 3 / found.elapsed)
    report.rows.append(row)
    seconds = row.wall_ms_p50 / 1000
    report.targets.append(Target(case, f"< {REPORT_SECONDS} s", f"{seconds:.1f} s", seconds < REPORT_SECONDS))


if __name__ == "__main__":
    main()
