"""`make bench ONLY=pages`: the cost of pages at 20,000 agencies and 1,000,000 answers, and of the same bytes alone.

With AGAINST also beside another revision of ours, with the same agencies and cases.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial

from bench import builds, load
from bench.results import Report
from bench.served import Comparison, Installed, child, free_port, wait
from bench.sides import Side, alternate, nobody
from bench.sizes import Sizes

CONNECTIONS = 4
QUICKER = 20  # repetitions of the bare server per turn: it needs a tenth of a millisecond
STATEMENTS, MEMORY_MB, SHARE = 9, 177, 0.5
TRIES = 12  # more than there are connections: the first use of a new one costs extra statements
BARE = "bare WSGI"
UNKEPT = "any=thing"
"""A visitor with a cookie: the page is made, not taken from memory."""


@dataclass(frozen=True)
class Page:
    """A measured page: its addresses, the newest first, its case, and its reader."""

    addresses: tuple[str, ...]
    case: str
    reader: str = ""
    halved: bool = False  # whether it may cost at most half of the other build


PAGES = {
    "register entry": Page(("/register/nl-{register_number}",), "certified"),
    "register search": Page(("/register?q=polderkracht+agri",), "certified"),
    "register typo": Page(("/register?q=polderkarcht+agri",), "certified"),
    "task list": Page(("/agency/applications/{application}",), "draft", "editor", halved=True),
    "question page": Page(("/agency/applications/{application}/questions/PAY-05",), "draft", "editor", halved=True),
    "audit page": Page(("/inspector/audits/{audit}",), "audit", "inspector", halved=True),
    "audit requirement": Page(("/inspector/audits/{audit}/requirements/PAY-05",), "audit", "inspector", halved=True),
    "decision page": Page(("/office/audits/{audit}/decision",), "decision", "decider", halved=True),
}


@dataclass(frozen=True)
class Asked:
    """A page as served by one build."""

    by: Installed
    path: str
    cookie: str

    def once(self) -> bytes:
        """Request it once."""
        return load.once(self.by.port, self.path, self.cookie)

    def many(self, n: int) -> load.Load:
        """Request it `n` times."""
        return load.run(self.by.port, self.path, n=n, connections=CONNECTIONS, cookie=self.cookie)


def main(sizes: Sizes, compared: Comparison) -> Report:
    """Measure in turns, and compare."""
    report = Report("pages")
    asked = {name: [_asked(each, page) for each in compared.all] for name, page in PAGES.items()}
    with ExitStack() as stack:
        port = free_port()
        bare = _bare(stack, compared, {name: asks[0].once() for name, asks in asked.items()}, port)
        for name, asks in asked.items():
            sides = [compared.side(each.by, partial(each.many, sizes.n)) for each in asks]
            quick = partial(load.run, port, _plain(name), n=sizes.n * QUICKER, connections=CONNECTIONS)
            sides.append(Side(BARE, quick, partial(load.tree, bare), nobody))
            for side in sides:
                side.turn()  # warm up
            alternate(report, name, sides, sizes.rounds)
    _count(report, compared, asked)
    _weigh(report, compared.all)
    if sizes.against:
        _compare(report, compared.all[1].build.name)
    return report


def _asked(installed: Installed, page: Page) -> Asked:
    """Return the page at the newest of its addresses that this build has, with its reader's session."""
    case = installed.seeded["cases"][page.case]
    known = {"editor": case["editor"], **installed.seeded["staff"]}
    cookie = installed.cookie(known[page.reader]) if page.reader else UNKEPT
    *newer, oldest = (Asked(installed, address.format(**case), cookie) for address in page.addresses)
    for asked in newer:
        with suppress(RuntimeError):
            asked.once()
            return asked
    return oldest


def _bare(stack: ExitStack, compared: Comparison, bodies: Mapping[str, bytes], port: int) -> int:
    """Start a server that answers with the same bytes as ours; return its process number."""
    folder = compared.machine.state / f"bodies-{port}"  # the register starts another one beside this
    folder.mkdir()
    for name, body in bodies.items():
        (folder / _plain(name).strip("/")).write_bytes(body)
    env = dict(compared.ours.env) | {"BARE_BODIES": str(folder)}
    process = stack.enter_context(child(compared.ours.build, "plain", str(port), "bench.bare:app", env=env))
    wait(port, _plain(next(iter(bodies))))
    return process.pid


def _plain(name: str) -> str:
    return f"/{name.replace(' ', '-')}"


def _count(report: Report, compared: Comparison, asked: Mapping[str, Sequence[Asked]]) -> None:
    """Count the SQL statements of a page, once its server is warm."""
    with compared.machine.listening() as statements:
        for name, asks in asked.items():
            ours, *beside = [min(statements(each.once) for _ in range(TRIES)) for each in asks]
            most = beside[0] if beside else STATEMENTS
            report.aim(f"SQL statements, {name}", f"<= {most}", str(ours), ours <= most)


def _weigh(report: Report, served: Sequence[Installed]) -> None:
    ours, *others = [each.resident_mb() for each in served]
    beside = "".join(f", {each.build.name} {mb:.0f} MB" for each, mb in zip(served[1:], others, strict=True))
    report.aim("memory of a web process", f"<= {MEMORY_MB} MB", f"{ours:.0f} MB{beside}", ours <= MEMORY_MB)


def _compare(report: Report, other: str) -> None:
    for name in (name for name, page in PAGES.items() if page.halved):
        theirs = report.cpu_ms(other, name)
        share = report.cpu_ms(builds.OURS, name) / theirs if theirs else 1.0  # at small sizes the clock is too coarse
        report.aim(f"CPU, {name}", f"<= {SHARE} x {other}", f"{share:.2f} x", share <= SHARE)
