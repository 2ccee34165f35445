"""`make bench ONLY=reader`: what it costs to open an uploaded file in a confined process, beside opening it right here.

"in the process" is what a web process would pay if it opened the files itself.
"""

import io
import os
import random
import time
from collections.abc import Callable
from functools import partial

import pikepdf
from PIL import Image

from bench import builds, load
from bench.results import Report
from bench.sides import Side, alternate
from bench.sizes import Sizes
from portal.reader.client import Reader
from portal.reader.room import papers, pictures
from portal.sidecar.lanes import SHELL

MORE_MS = 60.0
HERE = "in the process"
PHOTO = (4000, 3000)  # pixels, as a telephone makes them
PAGES = 30

Open = Callable[[bytes], object]


def main(sizes: Sizes) -> Report:
    """Measure in turns, and compare."""
    report, reader = Report("reader"), Reader()
    try:
        for case, data, beside, here in _cases(reader, 8 if sizes.small else 1):
            beside(data)  # it starts with the first file
            sides = [
                Side(builds.OURS, partial(_turn, beside, data, sizes.n), partial(load.tree, os.getpid())),
                Side(HERE, partial(_turn, here, data, sizes.n), partial(load.tree, os.getpid())),
            ]
            alternate(report, case, sides, sizes.rounds)
            more = _p50(report, builds.OURS, case) - _p50(report, HERE, case)
            report.aim(f"{case}, more at p50", f"< {MORE_MS:.0f} ms", f"{more:.1f} ms", more < MORE_MS)
    finally:
        reader.stop()
    return report


def _cases(reader: Reader, smaller: int) -> list[tuple[str, bytes, Open, Open]]:
    width, height = (each // smaller for each in PHOTO)
    photo = _picture("JPEG", (width, height))
    screen = _picture("PNG", (1280 // smaller, 800 // smaller))
    paper = _paper()
    kinds = {"photo (JPEG)": (photo, "jpeg"), "screenshot (PNG)": (screen, "png")}
    found: list[tuple[str, bytes, Open, Open]] = [
        (
            f"{name}, {len(data) / 1e6:.1f} MB",
            data,
            partial(reader.ask, SHELL, "upload", extension=extension, own=[]),
            partial(pictures.check, kind=extension.upper()),
        )
        for name, (data, extension) in kinds.items()
    ]
    return [
        *found,
        (f"PDF of {PAGES} pages", paper, partial(reader.ask, SHELL, "upload", extension="pdf", own=[]), _check_paper),
    ]


def _check_paper(data: bytes) -> object:
    return papers.check(data, lambda _name, _file: "")


def _turn(act: Open, data: bytes, n: int) -> load.Load:
    walls, begin = [], time.perf_counter()
    for _ in range(n):
        start = time.perf_counter()
        act(data)
        walls.append(time.perf_counter() - start)
    return load.Load(walls, time.perf_counter() - begin, b"")


def _p50(report: Report, system: str, case: str) -> float:
    return report.row(system, case).wall_ms_p50


def _picture(kind: str, size: tuple[int, int]) -> bytes:
    """Return a picture with as much detail as a photo has: noise in blocks of eight pixels."""
    chance = random.Random(1)  # the same picture each time
    small = Image.frombytes("RGB", (size[0] // 8, size[1] // 8), chance.randbytes(size[0] // 8 * (size[1] // 8) * 3))
    file = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).save(file, kind)
    return file.getvalue()


def _paper() -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(PAGES):
            pdf.add_blank_page()
            pdf.pages[-1].Contents = pikepdf.Stream(pdf, b"BT ET\n" * 2000)
        pdf.save(file)
    return file.getvalue()
