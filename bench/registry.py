"""`make bench ONLY=registry`: the public register beside Datasette, a tutorial's Flask and the same bytes alone.

AGENCIES=200000 or 2000000 for larger registers, AGAINST=ca4d724 for another build of ours. Look-ups follow Zipf's law in
two languages, or take every entry once; searches are distinct: 30 % numbers, 30 % names, 20 % with a typing error, 10 % a
broad word, 10 % filters alone.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode

from bench import builds, load, registry_whole, rival_registry
from bench.pages import BARE
from bench.pages import _bare as serve_bare
from bench.results import Report
from bench.served import Comparison, Installed, child, free_port, wait
from bench.sides import Pids, Side, Tally, alternate, nobody
from bench.sizes import Sizes
from portal.stores.roles import REGISTER

CONNECTIONS = 4
TUTORIAL, DATASETTE = "Flask and ORM", "Datasette"
KEPT, COLD, JSON, SEARCH, FUZZY = "entry, kept", "entry, cold", "look-up, cold", "search", "search, typo"
WARMING = 4  # turns
WARM = 20  # bare requests for each of ours
FUZZY_MS = 8.0
Row = Sequence[Any]
Paths = Callable[[str], list[str]]


def main(sizes: Sizes, compared: Comparison) -> Report:
    """Measure in turns, and compare."""
    report, dice, rows = Report("registry"), random.Random(7), _rows(compared, compared.ours)
    with ExitStack() as stack:
        race = Race(report, sizes, _served(stack, compared, rows))
        zipf = [(row, language) for row, language in zip(_zipf(dice, rows, sizes.n), cycle(("nl", "en")), strict=False)]
        kept = partial(_kept, zipf)
        for _ in range(WARMING):  # each of the processes of a server keeps pages of its own
            race.warm(kept)
        race.run(KEPT, kept, _bare(stack, compared, race.served[builds.OURS], zipf[0], sizes))
        each_once = cycle(dice.sample(rows, len(rows)))
        race.run(COLD, lambda name: [_page(name, row) for row in islice(each_once, sizes.n)])
        race.run(JSON, lambda name: [_plain(name, row) for row in islice(each_once, sizes.n)])
        mix, slips = _distinct(dice, rows), _typos(dice, rows)
        race.run(SEARCH, lambda name: [_search(name, asked) for asked in islice(mix, sizes.n)])
        typos = race.run(FUZZY, lambda name: [_search(name, asked) for asked in islice(slips, sizes.n)])
        registry_whole.lists(report, race.served[builds.OURS].port, [str(row[3]) for row in rows], sizes.rounds)
        _weigh(report, race.served[builds.OURS])
        _grow(stack, compared, race, rows, dice)
    registry_whole.whole(report, compared)
    _judge(report, typos, list(race.served))
    return report


@dataclass(frozen=True)
class Served:
    """A register that answers at a port, and its processes."""

    port: int
    web: Pids
    database: Pids = nobody


@dataclass(frozen=True)
class Race:
    """Registers by name, who take turns."""

    report: Report
    sizes: Sizes
    served: Mapping[str, Served]

    def run(self, case: str, paths: Paths, *more: Side) -> dict[str, Tally]:
        """Measure one case; `paths` gives the addresses of a turn to a register."""
        sides = [Side(name, self._turn(name, paths), each.web, each.database) for name, each in self.served.items()]
        return alternate(self.report, case, [*sides, *more], self.sizes.rounds)

    def warm(self, paths: Paths) -> None:
        """Take a turn that does not count."""
        for name in self.served:
            self._turn(name, paths)()

    def _turn(self, name: str, paths: Paths) -> Callable[[], load.Load]:
        return lambda: load.walk(self.served[name].port, paths(name), connections=CONNECTIONS)


def _rows(compared: Comparison, installed: Installed) -> list[Row]:
    """Return what the rivals serve of each entry."""
    query = """SELECT public_id, legal_name, city, register_number, coalesce(state, 'applied'),
      coalesce(substring(array_to_string(tags, '|') FROM 'sector:([^|]+)'), ''),
      coalesce(substring(array_to_string(tags, '|') FROM 'province:([^|]+)'), ''),
      coalesce(substring(array_to_string(tags, '|') FROM 'housing:([^|]+)'), '') FROM register_entry
      WHERE register_number ~ '^6[0-9]{7}$' ORDER BY public_id"""
    with compared.machine.connect(installed.database) as connection:
        return list(connection.execute(query))


def _served(stack: ExitStack, compared: Comparison, rows: list[Row]) -> dict[str, Served]:
    """Serve the rivals, beside our builds."""
    backends = [partial(compared.machine.backends, each.database) for each in compared.all]
    served = {
        each.build.name: Served(each.port, each.pids, database)
        for each, database in zip(compared.all, backends, strict=True)
    }
    served[builds.OURS] = _alone(stack, compared, compared.ours)
    port, build = free_port(), compared.ours.build
    env = dict(compared.ours.env) | {"RIVAL_REGISTRY": "1"}
    process = stack.enter_context(child(build, "plain", str(port), "bench.rival_registry:application", env=env))
    wait(port, f"/register/{rows[0][0]}")
    served[TUTORIAL] = Served(port, partial(load.tree, process.pid), backends[0])
    file, port = compared.machine.state / "register.db", free_port()
    rival_registry.write_sqlite(file, rows)
    pid = rival_registry.serve_datasette(stack, file, port)
    if pid is None:
        print("Datasette could not be fetched; measured without it")
        return served
    wait(port, "/-/versions.json")
    served[DATASETTE] = Served(port, partial(load.tree, pid))
    return served


def _alone(stack: ExitStack, compared: Comparison, ours: Installed) -> Served:
    """Serve our register alone, in the role that reads only what is public."""
    port = free_port()
    env = dict(ours.env) | {"DATABASE_URL": compared.machine.url(ours.database, REGISTER)}
    process = stack.enter_context(child(ours.build, "web", str(port), "wsgi:registry", env=env))
    wait(port, "/readyz")
    return Served(port, partial(load.tree, process.pid), partial(compared.machine.backends, ours.database))


def _bare(stack: ExitStack, compared: Comparison, served: Served, asked: tuple[Row, str], sizes: Sizes) -> Side:
    """Serve the bytes of one of our entries alone."""
    port = free_port()
    body = load.once(served.port, f"/register/{asked[0][0]}?lang={asked[1]}")
    pid = serve_bare(stack, compared, {"entry": body}, port)
    turn = partial(load.run, port, "/entry", n=sizes.n * WARM, connections=CONNECTIONS)
    return Side(BARE, turn, partial(load.tree, pid))


def _grow(stack: ExitStack, compared: Comparison, race: Race, rows: list[Row], dice: random.Random) -> None:
    """Let a register of a tenth of the agencies, at most 20,000, take turns with ours."""
    small = registry_whole.smaller(compared, race.sizes.agencies)
    served = {builds.OURS: race.served[builds.OURS], small.build.name: _alone(stack, compared, small)}
    of = {builds.OURS: rows, small.build.name: _rows(compared, small)}
    growing = Race(race.report, race.sizes, served)
    each = {name: cycle(dice.sample(rows, len(rows))) for name, rows in of.items()}
    slips = {name: _typos(dice, rows) for name, rows in of.items()}
    n = race.sizes.n
    looked = "look-up, grown"
    growing.run(looked, lambda name: [_plain(builds.OURS, row) for row in islice(each[name], n)])
    growing.run(f"{FUZZY}, grown", lambda name: [_search(builds.OURS, asked) for asked in islice(slips[name], n)])
    for case in (looked, f"{FUZZY}, grown"):
        registry_whole.grew(race.report, case, small.build.name)


def _zipf(dice: random.Random, rows: list[Row], n: int) -> list[Row]:
    """Return entries as often as they are asked for: the second half as often as the first, and so on."""
    weights = [1 / rank for rank in range(1, len(rows) + 1)]
    return dice.choices(rows, weights, k=n)


def _kept(zipf: list[tuple[Row, str]], name: str) -> list[str]:
    return [_page(name, row) + (f"?lang={language}" if name != DATASETTE else "") for row, language in zipf]


def _page(name: str, row: Row) -> str:
    return _plain(name, row) if name == DATASETTE else f"/register/{row[0]}"


def _plain(name: str, row: Row) -> str:
    return f"/register/{rival_registry.TABLE}/{row[0]}.json" if name == DATASETTE else f"/api/v1/agencies/{row[0]}"


def _search(name: str, asked: dict[str, str]) -> str:
    """Return the address of a search, with facets where a system has them."""
    if name == DATASETTE:
        facets = [("_facet", facet) for facet in ("status", "sector", "province", "housing")]
        known = (
            {"_search": asked["q"]}
            if asked.get("q")
            else {key: asked[key] for key in ("sector", "province") if key in asked}
        )
        return f"/register/{rival_registry.TABLE}.json?{urlencode([*known.items(), *facets, ('_size', '20')])}"
    known = asked if name == builds.OURS else {"q": asked.get("q", "")}
    number = known.get("q", "")
    # A number alone redirects to its entry; the same answer in the open data.
    return (
        f"/api/v1/agencies?{urlencode(known)}"
        if number.isdigit() and name != TUTORIAL
        else f"/register?{urlencode(known)}"
    )


def _distinct(dice: random.Random, rows: list[Row]) -> Iterator[dict[str, str]]:
    """Yield searches in the shares that people make them; a number at the end of the broad ones keeps them apart."""
    slips = _typos(dice, rows)
    while True:
        row, chance = dice.choice(rows), dice.random()
        first, *_ = str(row[1]).split()
        if chance < 0.3:  # noqa: PLR2004
            yield {"q": str(row[3])}
        elif chance < 0.6:  # noqa: PLR2004
            yield {"q": str(row[1]).removesuffix(" B.V.")}
        elif chance < 0.8:  # noqa: PLR2004
            yield next(slips)
        elif chance < 0.9:  # noqa: PLR2004
            yield {"q": f"{first} {row[2]}"}
        else:
            yield {"sector": str(row[5]), "province": str(row[6]), "housing": str(row[7])}


def _typos(dice: random.Random, rows: list[Row]) -> Iterator[dict[str, str]]:
    """Yield names with two neighbours swapped in the first word."""
    while True:
        first, *others = str(dice.choice(rows)[1]).removesuffix(" B.V.").split()
        place = dice.randrange(1, len(first) - 2)
        yield {"q": " ".join([first[:place] + first[place + 1] + first[place] + first[place + 2 :], *others])}


def _judge(report: Report, typos: dict[str, Tally], names: list[str]) -> None:
    """Compare with the rivals that were measured."""

    def per_second(system: str, case: str) -> float:
        return report.row(system, case).per_second

    def aim(case: str, other: str, times: float) -> None:
        if other in {*names, BARE}:
            found = per_second(builds.OURS, case) / per_second(other, case)
            report.aim(f"{case}, requests per second", f">= {times} x {other}", f"{found:.2f} x", found >= times)

    for case, other, times in (
        (KEPT, BARE, 0.6), (KEPT, DATASETTE, 10), (COLD, DATASETTE, 4), (JSON, DATASETTE, 4), (SEARCH, DATASETTE, 20),
    ):  # fmt: skip
        aim(case, other, times)
    for other in names[1:]:
        if other not in {TUTORIAL, DATASETTE}:
            aim(KEPT, other, 50)
            aim(SEARCH, other, 4)
    p95 = load.percentile_ms(typos[builds.OURS].walls, 0.95)
    report.aim("p95 of a search with a typing error", f"<= {FUZZY_MS} ms", f"{p95:.1f} ms", p95 <= FUZZY_MS)


def _weigh(report: Report, ours: Served) -> None:
    memory = max(load.resident_mb(pid) for pid in ours.web())
    report.aim("memory of a process of the register", "<= 150 MB", f"{memory:.0f} MB", memory <= 150)  # noqa: PLR2004
