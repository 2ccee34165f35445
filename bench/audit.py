"""`make bench ONLY=audit`: the desk of an inspector, from the key press to the report.

One verdict is saved as the script of the desk does it, beside a form as tutorials write it; then the pages of the desk,
the size of the matrix, the merge of what three devices wrote without a connection, and the score of one audit. Chromium
counts keys and page loads where the machine has one. The audit is the one of the demo: figures for a larger one are
said to be computed from it.
"""

import gzip
import json
import random
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import count

from audits.inspections.grading import Origin, findings, seen_on
from audits.inspections.merging import Entry, Merge
from audits.inspections.rules import score
from audits.schemes.source import parse
from bench import audit_desk, audit_year, builds, load
from bench.assessment import TOKEN, rival
from bench.results import Report
from bench.served import Comparison, Installed
from bench.sides import Tally, alternate
from bench.sizes import Sizes

VERDICT, WRITERS = "save a verdict", 4
CPU_MS, P95_MS, PAGE_MS = 8.0, 40.0, 200.0
UNIT = "personnel_file"
CELL = re.compile(r'name="([A-Z]{3}-\d\d)-(\d+)-shown" value="([^"]*)"')
FILES, ON_FILE, MATRIX_KB = 60, 39, 150.0  # of the audit that the target is about
EVENTS, DEVICES, MERGE_S, SCORE_MS = 10_000, 3, 5.0, 5.0
FIGURES, FIGURES_ASK = "/office/auditors/", 12
PAGES = {
    "unit page": "units/personnel_file/1",
    "matrix": "matrix/personnel_file",
    "report preview": "report",
    "overview": "",
}


@dataclass
class Desk:
    """An inspector with an audit in progress: their cells, and what each shows now."""

    by: Installed
    cookie: str
    base: str
    token: str
    cells: list[tuple[str, str]]
    shown: dict[tuple[str, str], str]
    serial: Iterator[int] = field(default_factory=lambda: count(1))

    def save(self, n: int, cells: Callable[[int], tuple[str, str]]) -> load.Load:
        """Save `n` verdicts over one connection, each with another note, so that each writes."""
        walls, begin = [], time.perf_counter()
        with socket.create_connection(("127.0.0.1", self.by.port)) as connection:
            for number in range(n):
                cell = cells(number)
                body = load.form(self.by.port, self._at(cell), self.cookie, self._typed(cell))
                sent = time.perf_counter()
                connection.sendall(body)
                status, answer = load.answer(connection)
                walls.append(time.perf_counter() - sent)
                if status != 200:  # noqa: PLR2004
                    raise RuntimeError(f"{cell} was answered with {status}: {answer[:300]!r}")
                self.shown[cell] = json.loads(answer)["shown"]
        return load.Load(walls, time.perf_counter() - begin, b"")

    def turn(self, n: int) -> load.Load:
        """Save `n` verdicts, one after another, on all cells in turn."""
        return self.save(n, lambda _: self.cells[next(self.serial) % len(self.cells)])

    def together(self, n: int) -> load.Load:
        """Save `n` verdicts by each of four writers at once, each on cells of their own."""
        begin = time.perf_counter()
        mine = [self.cells[place::WRITERS] for place in range(WRITERS)]
        with ThreadPoolExecutor(WRITERS) as threads:
            jobs = [threads.submit(self.save, n, partial(_nth, each)) for each in mine]
            walls = [wall for job in jobs for wall in job.result().walls]
        return load.Load(walls, time.perf_counter() - begin, b"")

    def _at(self, cell: tuple[str, str]) -> str:
        return f"{self.base}/cells/{cell[0]}/{cell[1]}"

    def _typed(self, cell: tuple[str, str]) -> dict[str, str]:
        said = {"csrf_token": self.token, "value": "conform", "note": f"Seen {next(self.serial)} times."}
        return said | {"shown": self.shown[cell], "reason": "Looked again."}


def _nth(cells: list[tuple[str, str]], number: int) -> tuple[str, str]:
    return cells[number % len(cells)]


def main(sizes: Sizes, compared: Comparison) -> Report:
    """Measure in turns, and compare."""
    report, ours = Report("audit"), compared.ours
    _browse(report, ours, sizes)  # before anything is judged
    desk = _desk(ours)
    with ExitStack() as stack:
        sides = [compared.side(ours, partial(desk.turn, sizes.n)), rival(stack, compared, sizes.n)]
        for side in sides:
            side.turn()  # warm up
        alternate(report, VERDICT, sides, sizes.rounds)
    cpu = report.cpu_ms(builds.OURS, VERDICT)
    report.aim("CPU of a saved verdict", f"<= {CPU_MS:.0f} ms", f"{cpu:.1f} ms", cpu <= CPU_MS)
    four = f"{VERDICT}, {WRITERS} at once"
    alternate(report, four, [compared.side(ours, partial(desk.together, sizes.n))], sizes.rounds)
    _aim_p95(report, four, f"p95 of a verdict, {WRITERS} writers", P95_MS)
    print(audit_year.add(ours, compared, small=sizes.small))
    _pages(report, compared, desk, sizes)
    _year(report, compared, sizes)
    _matrix(report, ours, desk)
    _merge(report, sizes)
    _score(report, sizes)
    return report


def _base(ours: Installed) -> str:
    return f"/inspector/audits/{ours.seeded['cases']['audit']['audit']}"


def _desk(ours: Installed) -> Desk:
    """Read the cells from the pages of the files, as a browser has them: a save asks for nothing first."""
    base, cookie = _base(ours), ours.cookie(ours.seeded["staff"]["inspector"])
    shown: dict[tuple[str, str], str] = {}
    place, page = 1, load.once(ours.port, f"{base}/units/{UNIT}/1", cookie).decode()
    token = TOKEN.search(page)
    if token is None:
        raise RuntimeError("the page of a file has no token")
    while found := CELL.findall(page):
        shown |= {(code, at): said for code, at, said in found}
        place += 1
        try:
            page = load.once(ours.port, f"{base}/units/{UNIT}/{place}", cookie).decode()
        except RuntimeError:  # there are no more of them
            break
    return Desk(ours, cookie, base, token[1], list(shown), shown)


def _pages(report: Report, compared: Comparison, desk: Desk, sizes: Sizes) -> None:
    for name, rest in PAGES.items():
        path = f"{desk.base}/{rest}".rstrip("/")
        load.once(desk.by.port, path, desk.cookie)
        ask = partial(load.run, desk.by.port, path, n=sizes.n, connections=1, cookie=desk.cookie)
        alternate(report, name, [compared.side(desk.by, ask)], sizes.rounds)
        _aim_p95(report, name, name, PAGE_MS)


def _year(report: Report, compared: Comparison, sizes: Sizes) -> None:
    """Open the figures of a year, and count the statements that they cost."""
    ours, cookie = compared.ours, compared.ours.cookie(compared.ours.seeded["staff"]["decider"])
    ask = partial(load.run, ours.port, FIGURES, n=max(1, sizes.n // 4), connections=1, cookie=cookie)
    load.once(ours.port, FIGURES, cookie)
    alternate(report, "statistics of a year", [compared.side(ours, ask)], sizes.rounds)
    _aim_p95(report, "statistics of a year", "statistics of a year", PAGE_MS)
    with compared.machine.listening() as statements:
        number = statements(lambda: load.once(ours.port, FIGURES, cookie))
    report.aim("SQL statements, statistics", f"<= {FIGURES_ASK}", str(number), number <= FIGURES_ASK)


def _aim_p95(report: Report, case: str, name: str, most: float) -> None:
    row = report.row(builds.OURS, case)
    report.aim(name, f"<= {most:.0f} ms", f"{row.wall_ms_p95:.1f} ms", row.wall_ms_p95 <= most)


def _matrix(report: Report, ours: Installed, desk: Desk) -> None:
    """Weigh the first data of the matrix, compressed as the gateway does; more cells are computed from those here."""
    page = load.once(ours.port, f"{desk.base}/matrix/{UNIT}", desk.cookie)
    here, small = len(gzip.compress(page, 6)), len(gzip.compress(page[: page.find(b"<tbody")], 6))
    cells = len(desk.cells)
    whole = (small + (here - small) / cells * FILES * ON_FILE) / 1000
    report.aim(f"matrix of {cells:,} cells", "none", f"{here / 1000:.0f} KB compressed", met=True)
    name = f"matrix of {FILES * ON_FILE:,} cells, computed"
    report.aim(name, f"<= {MATRIX_KB:.0f} KB", f"{whole:.0f} KB", whole <= MATRIX_KB)


def _merge(report: Report, sizes: Sizes) -> None:
    """Merge what three devices wrote, each without the others, in an order by chance."""
    events = list(_written(sizes.n * 10 if sizes.small else EVENTS))
    random.Random(1).shuffle(events)
    row = timed(report, f"merge {len(events):,} events", lambda: Merge(events).cells(), 1 if sizes.small else 5)
    report.aim("merge of events of 3 devices", f"<= {MERGE_S:.0f} s", f"{row / 1000:.2f} s", row / 1000 <= MERGE_S)


def _written(events: int) -> Iterator[Entry]:
    """Yield entries: each device goes over the cells again and again, and knows its own entries alone."""
    last: dict[tuple[int, int], str] = {}
    for number in range(events):
        device, cell = number % DEVICES, number // DEVICES % (FILES * ON_FILE)
        digest = sha256(f"{device} {number}".encode()).hexdigest()
        parents = frozenset({last[device, cell]} if (device, cell) in last else ())
        last[device, cell] = digest
        yield Entry(digest, f"cell/{cell}", parents, f"value {number % 4}")


def _score(report: Report, sizes: Sizes) -> None:
    """Score an audit of 60 units of each kind on which everything is judged, with a finding on every third."""
    scheme = parse(_newest())
    drawn = {unit: {f"U-{place}": Origin.RANDOM for place in range(FILES)} for unit in scheme.units}
    bad = next(kind.code for kind in scheme.verdicts.values() if kind.nonconforming)
    good = next(kind.code for kind in scheme.verdicts.values() if kind.assessed and not kind.nonconforming)
    verdicts: Mapping[str, Mapping[str, str]] = {
        item.code: {unit: bad if place % 3 == 0 and at % 7 == 0 else good for at, unit in enumerate(drawn[item.unit])}
        for place, item in enumerate(scheme.requirements)
    }
    took = timed(report, "score of an audit", lambda: score(findings(scheme, seen_on(scheme, drawn, verdicts), {})),
                 5 if sizes.small else 200)  # fmt: skip
    report.aim("score of one audit", f"<= {SCORE_MS:.0f} ms", f"{took:.2f} ms", took <= SCORE_MS)


def _newest() -> str:
    return max((builds.ROOT / "audits/schemes/published").glob("*.yaml")).read_text()


def timed(report: Report, case: str, act: Callable[[], object], times: int) -> float:
    """Do something in this process; add the row and return the milliseconds of CPU each time took."""
    tally, own = Tally(), time.process_time()
    for _ in range(times):
        begin = time.perf_counter()
        act()
        tally.walls.append(time.perf_counter() - begin)
    tally.web, tally.elapsed = time.process_time() - own, sum(tally.walls)
    row = tally.row(builds.OURS, case)
    report.rows.append(row)
    return row.cpu_ms


def _browse(report: Report, ours: Installed, sizes: Sizes) -> None:
    found = audit_desk.measure(ours, _base(ours), small=sizes.small)
    if found is None:
        print("no Chromium: keys, page loads and what they feel like are not measured")
        return
    audit_desk.aim(report, found)
