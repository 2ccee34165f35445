"""`python -m bench.printer`: print and seal documents with a given system, in a process that can be measured.

Also runs in the checkout of another revision. Each line `{"system": …, "case": …, "n": …}` of its input is answered
with a line of wall times.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache, partial
from importlib.util import find_spec
from itertools import count, cycle
from pathlib import Path
from shutil import which
from typing import Any
from unittest import mock

from bench.papers import Paper, extract, long_report, pages_of, papers, photos
from bench.product import part

Print = Callable[[Paper], bytes]
SIGNED, EXTRACT, REPORT = "signed B-T", "extract, signed B-T", "long report"
US = "keurwerk"
OURS = ("signed B-B", SIGNED, "signed B-LT", EXTRACT, REPORT)
TYPESET = "keurwerk, typeset"
WEASYPRINT, CHROMIUM = "WeasyPrint + pyHanko, by the manual", "Chromium + pyHanko, tuned"
NEEDS = {"ReportLab + pyHanko, tuned": "reportlab", "typst + pyHanko, tuned": "typst"}
"""Packages of the systems that only `bin/setup bench` installs."""
SYSTEMS = (TYPESET, WEASYPRINT, "WeasyPrint + pyHanko, tuned", *NEEDS, CHROMIUM)
PASSPHRASE = "a passphrase"  # noqa: S105  # of keys that live for a minute
DIFFERENT = 500  # number of different certificates


def present() -> list[str]:
    """Return the other systems that are installed on this machine."""
    return [
        system
        for system in SYSTEMS
        if (system not in NEEDS or find_spec(NEEDS[system])) and (system != CHROMIUM or which("chromium"))
    ]


def main() -> None:
    """Print on request until the input ends."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # keep output of libraries apart from the replies
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keurwerk-printer-")))
        house, sheets = House(folder / "keys"), cycle(papers(DIFFERENT))
        ready: dict[tuple[str, str], Print] = {}
        for line in sys.stdin:
            asked = json.loads(line)
            system, case = key = asked["system"], asked["case"]
            if key not in ready:
                ready[key] = house.maker(case) if system == US else _other(stack, folder, house, system)
            print(json.dumps(_printed(ready[key], sheets, asked["n"])), file=replies, flush=True)


def _printed(make: Print, sheets: Iterator[Paper], n: int) -> dict[str, Any]:
    walls, pdf = [], b""
    for _ in range(n):
        paper = next(sheets)
        begin = time.perf_counter()
        pdf = make(paper)
        walls.append(time.perf_counter() - begin)
    return {"walls": walls, "pages": pages_of(pdf)}


class House:
    """Our own keys: a sealer per level, and the time-stamp authority."""

    def __init__(self, folder: Path) -> None:
        part("ensure_keyring")(folder, "Stichting Keurwerk", PASSPHRASE)
        ring, purpose = part("Keyring").open(folder, PASSPHRASE), part("Purpose")
        key = part("held_key")(ring, purpose.SEAL)
        self.stamps = part("TimeStampAuthority")(part("held_key")(ring, purpose.TIMESTAMP))
        certificates = [ring.certificate(ring.active(each)) for each in (purpose.SEAL, purpose.TIMESTAMP)]
        evidence = part("RevocationData")(part("authority_of")(ring), certificates, ring.revoked())
        sealer = part("KeySealer")
        self._sealers = {
            "signed B-B": sealer(key),
            SIGNED: sealer(key, self.stamps),
            "signed B-LT": sealer(key, self.stamps, evidence),
        }

    def maker(self, case: str) -> Print:
        """Return the function that prints a case."""
        more = {EXTRACT: _extracts, REPORT: _reports}
        return more[case](self._sealers[SIGNED]) if case in more else partial(self.sealed, level=case)

    def sealed(self, paper: Paper, level: str = SIGNED) -> bytes:
        """Return a sealed certificate."""
        more = {"attachments": [paper.credential], "offline_url": paper.offline_url}
        return _sealed(self._sealers[level], "certificate", paper.facts, **more)


def _sealed(sealer: Any, kind: str, facts: dict[str, Any], **more: Any) -> bytes:
    # Builds before 0.2.0 say "room" for the placeholder of a seal.
    name = "placeholder" if hasattr(sealer, "placeholder") else "room"
    placeholder = getattr(sealer, name)()
    pdf = part("press").render(kind, facts, language="nl", **more, **{name: placeholder})
    sealed: bytes = sealer.seal(pdf, placeholder)
    return sealed


def _extracts(sealer: Any) -> Print:
    numbers = count()
    return lambda paper: _sealed(sealer, "register_extract", extract(paper, next(numbers)))


def _reports(sealer: Any) -> Print:
    facts, pictures = lru_cache(1)(long_report), lru_cache(1)(photos)

    def one(_: Paper) -> bytes:
        more = {"pictures": pictures()} if pictures() else {}
        return _sealed(sealer, "audit_report", facts(), **more)

    return one


def _other(stack: ExitStack, folder: Path, house: House, system: str) -> Print:
    """Return the function of one of the other systems."""
    if system == TYPESET:
        return partial(_typeset, house)
    from bench import rivals

    if system == WEASYPRINT:
        return _signed(rivals.weasyprint_tutorial, rivals.pyhanko_tutorial(folder))
    makers: dict[str, Callable[[], Print]] = {
        "WeasyPrint + pyHanko, tuned": rivals.weasyprint_tuned,
        "ReportLab + pyHanko, tuned": rivals.reportlab,
        "typst + pyHanko, tuned": partial(rivals.typst, folder),
        CHROMIUM: lambda: rivals.chromium(stack, which("chromium") or "chromium"),
    }
    return _signed(makers[system](), rivals.pyhanko_tuned(house.stamps))


def _typeset(house: House, paper: Paper) -> bytes:
    """Print with our typesetter instead of the compiled press."""
    compiled = part("press")._press(part("press").FONTS).compiled
    with mock.patch.object(compiled, "render", side_effect=part("UnfitError")("not now")):
        return house.sealed(paper)


def _signed(make: Print, sign: Callable[[bytes], bytes]) -> Print:
    return lambda paper: sign(make(paper))


if __name__ == "__main__":
    main()
