"""Acts of people around deciding, issuing and uploading, while processes are killed."""

import io
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from flask import Flask
from PIL import Image
from sqlalchemy import select

from audits.applications.models import Evidence
from audits.decisions.models import Decision
from portal.stores import database
from tests.chaos.aftermath import assert_one_log, assert_whole, finish
from tests.chaos.cases import Cases, Member
from tests.chaos.house import DATABASE, PRINTER, QUEUE, READER, SIGNER, WEB, WEB_WORKER, WORKER, House
from tests.chaos.person import Person, until

VICTIMS = [WEB, WORKER, DATABASE, WEB_WORKER, QUEUE, READER, SIGNER, PRINTER]
SPREAD = 2.0  # seconds after the begin of an act, in which a process is killed
FORM = 'name="outcome"'  # of the decision page, until there is a decision


def nothing(_: int) -> None:
    """What happens before an act, unless a test says more."""


@dataclass
class Storm:
    """What people do, and what was acknowledged to them."""

    house: House
    cases: Cases
    random: random.Random
    audits: set[UUID] = field(default_factory=set)  # decided
    uploads: set[str] = field(default_factory=set)
    heads: dict[str, None] = field(default_factory=dict)
    _pictures: Iterator[int] = field(default_factory=count)
    _people: dict[Member, Person] = field(default_factory=dict)
    _draft: tuple[Member, UUID, list[str]] | None = None

    def rage(self, kills: int, audits: Sequence[UUID] = (), before: Callable[[int], None] = nothing) -> None:
        """Alternate decisions and uploads; every process is the victim in turn, in random order.

        The decisions are about these audits, or about new ones.
        """
        waiting = audits or [self.cases.reviewed() for _ in range((kills + 1) // 2)]
        self.draft()
        if not self.heads:
            self.decide(self.cases.reviewed())
            until(self.see_head)  # there is a head before the first kill
        victims = [victim for _ in range(kills) for victim in self.random.sample(VICTIMS, len(VICTIMS))][:kills]
        for number, victim in enumerate(victims):
            before(number)
            killer = threading.Timer(self.random.uniform(0, SPREAD), self.house.kill, [victim])
            killer.start()
            if number % 2 == 0:
                self.decide(waiting[number // 2])
            else:
                self.upload()
            until(self.see_head)
            killer.join()

    def draft(self) -> tuple[Member, UUID, list[str]]:
        """The application that gets the uploads."""
        self._draft = self._draft or self.cases.draft()
        return self._draft

    def decide(self, audit: UUID) -> None:
        """Decide until it is recorded, now or before."""
        until(lambda: self.try_to_decide(audit))

    def try_to_decide(self, audit: UUID) -> bool:
        """Decide once; whether it is recorded. AwayError."""
        path, decider = f"/office/audits/{audit}/decision", self._person(self.cases.decider)
        status, page = decider.send(path, outcome="grant", reasons="All was weighed.")
        if status in {404, 409} or (status == 200 and FORM not in page):
            self.audits.add(audit)
            return True
        return False

    def upload(self) -> None:
        """Upload a picture to one of the questions until it is kept."""
        name, content = self._picture()
        until(lambda: self._upload(name, content))

    def try_to_upload(self) -> bool:
        """Upload once; whether it is kept. AwayError."""
        return self._upload(*self._picture())

    def _picture(self) -> tuple[str, bytes]:
        picture = io.BytesIO()
        Image.new("RGB", (60, 40), tuple(self.random.randbytes(3))).save(picture, "PNG")
        return f"scan-{next(self._pictures)}.png", picture.getvalue()

    def _upload(self, name: str, content: bytes) -> bool:
        owner, application, codes = self.draft()
        code, editor = codes[len(self.uploads) % len(codes)], self._person(owner)
        path = f"/agency/applications/{application}/questions/{code}"
        status, page = editor.send(path, file=(name, content), explanation="See the scan.")
        if status == 409:  # what we sent before was kept, and its answer lost
            status, page = editor.page(path)
            if name not in page:
                return False
        assert status == 200, (status, page)
        self.uploads.add(name)
        return True

    def see_head(self) -> bool:
        """Whether there is a head of the log; it is kept."""
        status, head = self._person(self.cases.decider).page("/ledger/checkpoint")
        if status == 200:
            self.heads[head] = None
        return status == 200

    def assert_all_is_there(self, app: Flask, but: Set[str] = frozenset()) -> None:
        """What was acknowledged is there once, every promise holds but these, and every head is one of this log."""
        finish(app)
        assert_whole(app, but)
        with app.app_context():
            query = select(Decision.audit_id).where(Decision.audit_id.in_(self.audits))
            assert sorted(database.read().scalars(query)) == sorted(self.audits)
            assert self.uploads <= set(database.read().scalars(select(Evidence.filename)))
        assert_one_log(self.house, self.heads, len(self.audits))

    @property
    def refused(self) -> Counter[str]:
        """How often people got no page, and why."""
        return sum((person.refused for person in self._people.values()), Counter())

    def __str__(self) -> str:
        failed = f"{self.refused.total()} requests failed {dict(self.refused)}"
        done = f"{len(self.audits)} decisions, {len(self.uploads)} uploads, {failed}"
        return f"{done}, {len(self.heads)} heads of the log"

    def _person(self, member: Member) -> Person:
        if member not in self._people:
            self._people[member] = Person(self.house.settings.base_url).sign_in(member.email)
        return self._people[member]
