"""Kill any process at random moments around deciding, issuing and uploading: nothing half, twice or lost."""

import io
import random
import sys
import threading
from dataclasses import dataclass, field
from uuid import UUID

from flask import Flask
from PIL import Image
from sqlalchemy import select

from audits.applications.models import Evidence
from audits.decisions.models import Decision
from portal.stores import database
from tests.chaos.aftermath import assert_one_log, assert_whole, finish
from tests.chaos.cases import Cases
from tests.chaos.house import DATABASE, PRINTER, QUEUE, READER, SIGNER, WEB, WEB_WORKER, WORKER, House
from tests.chaos.person import Person, until
from tests.kit.long_runs import SHARE, steps

VICTIMS = [WEB, WORKER, DATABASE, WEB_WORKER, QUEUE, READER, SIGNER, PRINTER]
KILLS = max(len(VICTIMS), steps(100))
SPREAD = 2.0  # seconds after the begin of an act, in which a process is killed
FORM = 'name="outcome"'  # of the decision page, until there is a decision
WHOLE_SECONDS = 10.0  # judged in a long run only, which has the machine to itself


@dataclass
class Storm:
    """Acts of people, each with a kill at a random moment; what was acknowledged to them."""

    house: House
    cases: Cases
    random: random.Random
    audits: list[UUID] = field(default_factory=list)
    uploads: set[str] = field(default_factory=set)
    heads: dict[str, None] = field(default_factory=dict)

    def rage(self, kills: int) -> None:
        """Alternate decisions and uploads; every process is the victim in turn, in random order."""
        base = self.house.settings.base_url
        waiting = [self.cases.reviewed() for _ in range((kills + 1) // 2)]
        owner, application, codes = self.cases.draft()
        decider = Person(base).sign_in(self.cases.decider.email)
        editor = Person(base).sign_in(owner.email)
        self._decide(decider, self.cases.reviewed())
        until(lambda: self._see_head(decider))  # there is a head before the first kill
        victims = [victim for _ in range(kills) for victim in self.random.sample(VICTIMS, len(VICTIMS))][:kills]
        for number, victim in enumerate(victims):
            killer = threading.Timer(self.random.uniform(0, SPREAD), self.house.kill, [victim])
            killer.start()
            if number % 2 == 0:
                self._decide(decider, waiting[number // 2])
            else:
                code = codes[number // 2 % len(codes)]
                self._upload(editor, f"/agency/applications/{application}/questions/{code}", f"scan-{number}.png")
            until(lambda: self._see_head(decider))
            killer.join()

    def _decide(self, decider: Person, audit: UUID) -> None:
        path = f"/office/audits/{audit}/decision"

        def act() -> bool:
            status, page = decider.send(path, outcome="grant", reasons="All was weighed.")
            return status in {404, 409} or (status == 200 and FORM not in page)  # recorded, now or before

        until(act)
        self.audits.append(audit)

    def _upload(self, editor: Person, path: str, name: str) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (60, 40), tuple(self.random.randbytes(3))).save(picture, "PNG")

        def act() -> bool:
            status, page = editor.send(path, file=(name, picture.getvalue()), explanation="See the scan.")
            if status == 409:  # what we sent before was kept, and its answer lost
                return name in editor.page(path)[1]
            assert status == 200, page
            return True

        until(act)
        self.uploads.add(name)

    def _see_head(self, somebody: Person) -> bool:
        status, head = somebody.page("/ledger/checkpoint")
        if status == 200:
            self.heads[head] = None
        return status == 200


def test_nothing_is_half_done_done_twice_or_lost(house: House, app: Flask, cases: Cases):
    storm = Storm(house, cases, random.Random(8 if SHARE < 1 else None))  # noqa: S311 - no secret
    storm.rage(KILLS)
    seconds = house.wait()
    sys.stdout.write(f"{KILLS} kills; whole {seconds:.1f} s after the last; {len(storm.heads)} heads of the log\n")
    assert SHARE < 1 or seconds <= WHOLE_SECONDS
    finish(app)
    assert_whole(app)
    with app.app_context():
        decided = sorted(database.read().scalars(select(Decision.audit_id).where(Decision.audit_id.in_(storm.audits))))
        assert decided == sorted(storm.audits)
        assert storm.uploads <= set(database.read().scalars(select(Evidence.filename)))
    assert_one_log(house, storm.heads, len(storm.audits))


def test_thirteen_kills_in_a_row_are_over_soon(house: House):
    """Every process in turn, each as soon as it runs again or two seconds have gone."""
    chance = random.Random(13)  # noqa: S311 - no secret
    for _ in range(max(3, steps(13))):
        house.kill(chance.choice(VICTIMS))
        threading.Event().wait(SPREAD)
    seconds = house.wait()
    sys.stdout.write(f"whole {seconds:.1f} s after the last kill\n")
    assert SHARE < 1 or seconds <= WHOLE_SECONDS
