"""Kill database, queue, worker and web process in turn while people ask the register: no wrong status is ever shown.

What is shown while the database is away comes from the last files and what was noted after them, and says as of when.
"""

import json
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from audits.core import clock
from audits.decisions.models import Decision
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.rules import public_id
from portal.stores import database
from portal.stores.kept import KeptFile, path_in
from tests.chaos.aftermath import finish
from tests.chaos.cases import Cases
from tests.chaos.crowd import Crowd
from tests.chaos.house import DATABASE, QUEUE, WEB_WORKER, WORKER, House
from tests.chaos.person import Person, until
from tests.kit.long_runs import SHARE, steps
from tests.kit.pages import read_page
from tests.kit.waiting import PATIENCE
from tests.machines.office import Office

VICTIMS = (DATABASE, QUEUE, WORKER, WEB_WORKER)
KILLS = max(len(VICTIMS), steps(100))
AGENCIES = 3
ASKING = 10  # people, each of whom asks five times a second
PAUSE = ASKING / 50
VISIBLE = 5.0  # seconds after which a change is shown everywhere
AFTER_A_KILL = 40  # answers
MOST_REFUSED = 0.01  # of all answers
PATHS = (
    "/register/{agency}", "/api/v1/agencies/{agency}", "/", "/api/v1/agencies?q={number}", "/register?q={number}x",
    "/api/v1/agencies/{agency}/history", "/changes.atom",
)  # fmt: skip


@dataclass
class Truth:
    """Which status each agency had when: a change is true from before its transaction until after it."""

    _known: dict[str, list[tuple[float, float, str]]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def becomes(self, agency: str, status: str) -> Iterator[None]:
        """While the block runs, both the old and the new status are true."""
        begin = time.time()
        with self._lock:
            self._known[agency].append((begin, float("inf"), status))
        yield
        with self._lock:
            for place, (since, until_, _status) in enumerate(self._known[agency][:-1]):
                if until_ == float("inf"):
                    self._known[agency][place] = (since, time.time(), _status)

    def between(self, agency: str, begin: float, end: float) -> set[str]:
        """Return every status that was true at some moment between two."""
        with self._lock:
            return {status for since, until_, status in self._known[agency] if since <= end and until_ >= begin}


class Readers(Crowd):
    """People who ask for entries, search and follow, as pages and as data, and what was wrong with the answers."""

    def __init__(self, base: str, agencies: Sequence[str], truth: Truth) -> None:
        super().__init__(range(ASKING))
        self._base, self._agencies, self._truth = base, agencies, truth
        self.wrong: list[str] = []
        self.refused: Counter[str] = Counter()

    def _ask(self, number: int) -> None:
        for turn in range(number, sys.maxsize):
            if self._end.wait(PAUSE):
                return
            agency = self._agencies[turn % len(self._agencies)]
            path = PATHS[number % len(PATHS)]
            self._read(agency, path.format(agency=agency, number=agency.partition("-")[2]))

    def _read(self, agency: str, path: str) -> None:
        """Ask once, and once more if the connection was closed without a word, as clients do (RFC 9112, 9.3.1)."""
        begin = time.time()
        try:
            self._judge(agency, path, begin)
        except (OSError, HTTPException):
            try:
                self._judge(agency, path, begin)
            except (OSError, HTTPException) as error:
                self.answers[f"nothing twice: {type(error).__name__}"] += 1

    def _judge(self, agency: str, path: str, begin: float) -> None:
        asked = Request(self._base + path, headers={"Accept-Language": "en"})
        try:
            with urlopen(asked, timeout=PATIENCE) as answer:
                body, headers = answer.read(), answer.headers
        except HTTPError as error:
            with error:
                self.answers[str(error.code)] += 1
                self.refused[f"{error.code} {path.split('/')[1]} {error.read()[:300]!r}"] += 1
            return
        stale = "Warning" in headers
        since = begin - VISIBLE
        if stale:
            since = parsedate_to_datetime(headers["Last-Modified"]).timestamp() - VISIBLE
            if not path.startswith("/api/") and b"As of" not in body and b"This is what it said on" not in body:
                self.wrong.append(f"{path} does not say as of when")
        shown = status_in(path, body)
        if shown and shown not in self._truth.between(agency, since, time.time()):
            self.wrong.append(f"{path} showed {shown} at {datetime.now(UTC)}{' from files' if stale else ''}")
        self.answers["as of" if stale else "200"] += 1


def status_in(path: str, body: bytes) -> str:
    """Return the status of the agency that an answer shows; empty for an answer about several."""
    if path.startswith("/register/"):
        return status_on(body.decode())
    if not path.startswith("/api/"):
        return ""
    said = json.loads(body)
    if "history" in said:
        return str(said["history"][0]["status"])
    return str((said["agencies"][0] if "agencies" in said else said)["status"])


def status_on(page: str) -> str:
    """Return the status that the page of an entry answers with, as a code."""
    [answer] = read_page(page).select(".kw-answer")
    return next(name.removeprefix("kw-answer--") for name in answer["class"] if name.startswith("kw-answer--"))


def certified(app: Flask, cases: Cases, decider: Person, many: int) -> dict[str, UUID]:
    """Return so many new certificates by the public names of their agencies."""
    audits = [cases.reviewed() for _ in range(many)]
    for audit in audits:
        status, page = decider.send(f"/office/audits/{audit}/decision", outcome="grant", reasons="All was weighed.")
        assert status == 200, page
    finish(app)
    with app.app_context():
        found = database.read().scalars(
            select(Certificate).join(Certificate.decision).where(Decision.audit_id.in_(audits))
        )
        return {public_id(each.agency.country, each.agency.register_number): each.id for each in found}


def noted(place: Path, agency: str) -> str | None:
    """Return the status of an agency by the file that answers without a database."""
    with KeptFile.opened(place) as held:
        known = held.entry(agency) if held else None
    return known.status_on(clock.today()).value if known else None


def test_whatever_is_killed_the_register_shows_no_wrong_status(house: House, app: Flask, cases: Cases):
    place = path_in(house.settings.cache_dir)
    decider = Person(house.settings.base_url).sign_in(cases.decider.email)
    held = certified(app, cases, decider, AGENCIES - 1)
    until(lambda: all(noted(place, agency) == "certified" for agency in held))
    held |= certified(app, cases, decider, 1)
    until(lambda: all(noted(place, agency) == "certified" for agency in held))  # also who was certified after that
    office, truth = Office(app), Truth()
    for agency in held:
        with truth.becomes(agency, "certified"):
            pass
    readers, changes = Readers(house.settings.base_url, list(held), truth), {"certified": "suspended"}
    changes |= {status: before for before, status in changes.items()}
    now = dict.fromkeys(held, "certified")
    with readers.asking():
        for number in range(KILLS):
            house.kill(VICTIMS[number % len(VICTIMS)])
            readers.wait_for(AFTER_A_KILL)
            house.wait()
            agency = list(held)[number % len(held)]
            act = office.suspend if now[agency] == "certified" else office.lift
            with truth.becomes(agency, changes[now[agency]]):
                assert act(cases.decider.id, held[agency])
            now[agency] = changes[now[agency]]
            readers.wait_for(AFTER_A_KILL)
    sys.stdout.write(f"{KILLS} kills; {dict(readers.answers)} {readers.refused}\n")
    assert readers.wrong == []
    assert readers.answers.keys() <= {"200", "as of", "503"}, readers.answers
    assert SHARE < 1 or readers.answers["503"] <= MOST_REFUSED * readers.answers.total()
    finish(app)
