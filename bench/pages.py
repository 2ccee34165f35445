"""`make bench ONLY=pages`: what a page costs at 20,000 agencies and 1,000,000 answers, beside the same bytes for nothing.

With AGAINST also beside another revision of ours, with the same agencies and cases.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from bench import builds, load
from bench.results import Report
from bench.served import Installed, Machine, child, free_port, side_by_side, wait
from bench.sides import Side, alternate, nobody
from bench.sizes import Sizes

CASES = {"certified": "certify", "draft": "assess", "audit": "draw", "decision": "review"}
CONNECTIONS = 4
STATEMENTS, MEMORY_MB, SHARE = 9, 177, 0.5
BARE = "bare WSGI"


@dataclass(frozen=True)
class Page:
    """A page that is measured: its addresses, the newest first, about which case, and who opens it."""

    addresses: tuple[str, ...]
    case: str
    reader: str = ""
    halved: bool = False  # whether it must cost at most half of what it cost in the build beside


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


def main(sizes: Sizes) -> Report:
    """Fill, serve, ask in turns, compare."""
    report = Report("pages")
    with ExitStack() as stack:
        machine = Machine(stack)
        served = side_by_side(stack, machine, sizes, CASES)
        asked = {name: [(each, *_address(each, page)) for each in served] for name, page in PAGES.items()}
        bare_port = free_port()
        bare = _bare(stack, machine, asked, bare_port)
        for name, asks in asked.items():
            sides = [_side(machine, each, path, cookie, sizes.n) for each, path, cookie in asks]
            quick = partial(load.run, bare_port, f"/{name.replace(' ', '-')}", n=sizes.n * 4, connections=CONNECTIONS)
            sides.append(Side(BARE, quick, partial(load.tree, bare), nobody))
            for side in sides:
                side.turn()  # so that none is cold
            alternate(report, name, sides, sizes.rounds)
        _count(report, machine, asked)
        _weigh(report, served)
    if sizes.against:
        _compare(report, served[1].build.name)
    return report


def _address(installed: Installed, page: Page) -> tuple[str, str]:
    """The first address of the page that this build knows, and the cookie of who opens it."""
    case = installed.seeded["cases"][page.case]
    known = {"editor": case["editor"], **installed.seeded["staff"]}
    cookie = installed.cookie(known[page.reader]) if page.reader else ""
    for address in page.addresses[:-1]:
        try:
            load.once(installed.port, address.format(**case), cookie)
        except RuntimeError:
            continue
        return address.format(**case), cookie
    return page.addresses[-1].format(**case), cookie


def _bare(stack: ExitStack, machine: Machine, asked: dict[str, list[tuple[Installed, str, str]]], port: int) -> int:
    """A server that answers with the same bytes as ours; the number of its process."""
    bodies = machine.state / "bodies"
    bodies.mkdir()
    for name, [(ours, path, cookie), *_] in asked.items():
        (bodies / name.replace(" ", "-")).write_bytes(load.once(ours.port, path, cookie))
    env = dict(ours.env) | {"BARE_BODIES": str(bodies)}
    process = stack.enter_context(child(ours.build, "web", str(port), "bench.bare:app", env=env))
    wait(port, f"/{next(iter(asked)).replace(' ', '-')}")
    return process.pid


def _side(machine: Machine, each: Installed, path: str, cookie: str, n: int) -> Side:
    turn = partial(load.run, each.port, path, n=n, connections=CONNECTIONS, cookie=cookie)
    return Side(each.build.name, turn, each.pids, partial(machine.backends, each.database))


def _count(report: Report, machine: Machine, asked: dict[str, list[tuple[Installed, str, str]]]) -> None:
    """What the database is asked for a page, once its server is warm."""
    for name, asks in asked.items():
        counts = []
        for each, path, cookie in asks:
            with machine.counting() as found:
                load.once(each.port, path, cookie)
            counts.append(found[0])
        most = counts[1] if len(counts) > 1 else STATEMENTS
        report.aim(f"SQL statements, {name}", f"<= {most}", str(counts[0]), counts[0] <= most)


def _weigh(report: Report, served: Sequence[Installed]) -> None:
    ours, *others = [each.resident_mb() for each in served]
    beside = "".join(f", {each.build.name} {mb:.0f} MB" for each, mb in zip(served[1:], others, strict=True))
    report.aim("memory of a web process", f"<= {MEMORY_MB} MB", f"{ours:.0f} MB{beside}", ours <= MEMORY_MB)


def _compare(report: Report, other: str) -> None:
    for name in (name for name, page in PAGES.items() if page.halved):
        share = report.cpu_ms(builds.OURS, name) / report.cpu_ms(other, name)
        report.aim(f"CPU, {name}", f"<= {SHARE} x {other}", f"{share:.2f} x", share <= SHARE)
