"""`make bench ONLY=lane`: how fast pages are while strangers have changed certificates judged and ask for extracts.

Times are wall clock at the client on loopback. CPU is given for the judging, which includes what the pages and extracts
cost meanwhile. With AGAINST also beside another revision of ours, in turns.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from itertools import count

from bench import builds, load
from bench.results import Report
from bench.served import Comparison, Installed
from bench.sides import Tally
from bench.sizes import Sizes

P95_MS = 100.0
PAUSE = 1.0  # seconds until somebody who was refused asks again; the answer asks for thirty
EXTRACTS = 20  # per second
READERS = 2  # connections per page
PATIENCE = 300.0
BUSY = {429, 503}
PAGES = {"register search": "/register?q=polderkarcht+agri", "register entry": "/register/nl-{number}"}
JUDGED, EXTRACT = "changed certificate", "extract"

_serial = count()


@dataclass
class Public:
    """Everybody who asks one build for something at the same time."""

    by: Installed
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in (*PAGES, JUDGED, EXTRACT)})
    refused: dict[str, int] = field(default_factory=lambda: {JUDGED: 0, EXTRACT: 0})
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def number(self) -> str:
        """Return the number of the certified agency in its register."""
        return str(self.by.seeded["cases"]["certified"]["register_number"])

    def rest(self, n: int) -> None:
        """Ask for the pages `n` times while nobody asks for anything else."""
        for name in PAGES:
            found = load.run(self.by.port, self._path(name), n=n, connections=READERS)
            quiet = self.tallies.setdefault(f"{name}, quiet", Tally())
            quiet.walls += found.walls
            quiet.elapsed += found.elapsed

    def turn(self, certificate: bytes, n: int) -> None:
        """Have `n` changed certificates judged at once, and ask for pages and extracts until that is done."""
        self.done.clear()
        before, begin = load.cpu_seconds(self.by.pids()), time.perf_counter()
        with ThreadPoolExecutor(n + READERS * len(PAGES) + 1) as threads:
            beside = [threads.submit(self._read, name) for name in PAGES for _ in range(READERS)]
            beside.append(threads.submit(self._take_extracts))
            try:
                walls = list(threads.map(self._judge, [_changed(certificate) for _ in range(n)]))
            finally:
                self.done.set()
            for each in beside:
                each.result()
        elapsed = time.perf_counter() - begin
        for name in (*PAGES, JUDGED, EXTRACT):
            self.tallies[name].elapsed += elapsed
        self.tallies[JUDGED].walls += walls
        self.tallies[JUDGED].web += load.cpu_seconds(self.by.pids()) - before

    def _judge(self, pdf: bytes) -> float:
        begin = time.perf_counter()
        while time.perf_counter() - begin < PATIENCE:
            status, body = _ask(self.by.port, "POST", "/verify", *_form(pdf))
            if status in BUSY:
                self.refused[JUDGED] += 1
                time.sleep(PAUSE)
            elif status == 200 and json.loads(body)["answer"] == "altered":  # noqa: PLR2004
                return time.perf_counter() - begin
            else:
                raise RuntimeError(f"a changed certificate got {status}: {body[:200]!r}")
        raise RuntimeError("a certificate was not judged in time")

    def _read(self, name: str) -> None:
        path, walls = self._path(name), self.tallies[name].walls
        while True:  # at least once
            begin = time.perf_counter()
            load.once(self.by.port, path)
            walls.append(time.perf_counter() - begin)
            if self.done.wait(0.02):
                return

    def _path(self, name: str) -> str:
        return PAGES[name].format(number=self.number)

    def _take_extracts(self) -> None:
        path, begin = f"/register/nl-{self.number}/extract", time.perf_counter()
        for due in _steps(begin, 1 / EXTRACTS):
            status, _ = _ask(self.by.port, "POST", path)
            if status in BUSY:
                self.refused[EXTRACT] += 1
            else:
                self.tallies[EXTRACT].walls.append(time.perf_counter() - due)
            if self.done.is_set() and self.tallies[EXTRACT].walls:
                return


def main(sizes: Sizes, compared: Comparison) -> Report:
    """Measure in turns, and compare."""
    report = Report("lane")
    everybody = [Public(each) for each in compared.all]
    turns: list[Callable[[], None]] = []
    for public in everybody:
        pdf = _certificate(public.by.port, public.number)
        _ask(public.by.port, "POST", f"/register/nl-{public.number}/extract")  # warm up: the first one is typeset
        turns += [partial(public.rest, sizes.n), partial(public.turn, pdf, sizes.n)]
    for _ in range(sizes.rounds):
        for turn in turns:
            turn()
    for public in everybody:
        report.rows += [tally.row(public.by.build.name, name) for name, tally in public.tallies.items()]
        print(f"{public.by.build.name}: asked to come back {public.refused}")
    _aim(report)
    return report


def _aim(report: Report) -> None:
    for name in PAGES:
        row = report.row(builds.OURS, name)
        report.aim(
            f"p95 of {name} meanwhile", f"< {P95_MS:.0f} ms", f"{row.wall_ms_p95:.1f} ms", row.wall_ms_p95 < P95_MS
        )


def _certificate(port: int, number: str) -> bytes:
    """Return the file of the certified agency."""
    status, body = _ask(port, "GET", f"/api/v1/agencies/nl-{number}")
    certificate = json.loads(body)["certificate"]["number"] if status == 200 else None  # noqa: PLR2004
    status, pdf = _ask(port, "GET", f"/certificates/{certificate}.pdf")
    if status != 200:  # noqa: PLR2004
        raise RuntimeError(f"there is no file of the certificate of nl-{number}")
    return pdf


def _changed(pdf: bytes) -> bytes:
    """Return the file with something appended that nobody has sent before."""
    return pdf + b"%% %d\n" % next(_serial)


def _form(pdf: bytes) -> tuple[bytes, dict[str, str]]:
    line = "----keurwerk-bench"
    head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
    body = head.encode() + b"Content-Type: application/pdf\r\n\r\n" + pdf + f"\r\n--{line}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={line}"}


def _ask(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Return status and body of one request, each from an address of its own in 127.0.0.0/8, as visitors have."""
    serial = next(_serial)
    source = f"127.1.{serial // 250 % 250}.{serial % 250 + 1}"
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=(source, 0))) as connection:
        connection.request(method, path, body, {"Accept": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.read()


def _steps(begin: float, pause: float) -> Iterator[float]:
    """Yield moments at a steady pace, each when it is due or as soon as it is asked for."""
    for number in count():
        due = max(begin + number * pause, time.perf_counter() - pause)
        time.sleep(max(0.0, due - time.perf_counter()))
        yield due
