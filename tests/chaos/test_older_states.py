"""Restores and a wrong clock in the middle of a storm: the log never forks, and no number is given twice."""

import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audits.core import clock
from certificates.ledger.queries import size_of
from certificates.lifecycle.models import Certificate
from portal.stores import database
from tests.chaos.aftermath import assert_whole, finish, wait_for_head
from tests.chaos.cases import Cases
from tests.chaos.conftest import housed, seen
from tests.chaos.house import House
from tests.chaos.person import until
from tests.chaos.storm import Storm
from tests.chaos.test_clock import BY_TIME
from tests.kit.long_runs import SHARE, steps

KILLS = max(2, steps(20))  # in each part
HOLES = {"numbers have no holes"}  # where a certificate was lost with what came after the restored moment
RIGHT = timedelta(days=3)  # of the clock that jumps: never to before somebody was invited
JUMPS = [timedelta(0), timedelta(seconds=-5), timedelta(hours=-1), timedelta(days=-1), timedelta(days=200)]


@dataclass
class Place:
    """A portal that is backed up and restored, and every number that was ever on a certificate."""

    house: House
    app: Flask
    cases: Cases
    backups: Path
    chance: random.Random

    def storm(self) -> Storm:
        return Storm(self.house, self.cases, self.chance)

    def issued(self) -> dict[str, str]:
        """The id of each certificate by its number."""
        self.house.wait()
        finish(self.app)
        with self.app.app_context():
            query = select(Certificate.number, Certificate.id).where(Certificate.issued_at.is_not(None))
            return {number: str(id_) for number, id_ in database.read().execute(query)}

    @contextmanager
    def backed_up(self) -> Iterator[None]:
        """A backup meanwhile; one that loses its database is made again."""
        worker = threading.Thread(target=self.back_up)
        worker.start()
        try:
            yield
        finally:
            worker.join()

    def back_up(self, *words: str) -> None:
        until(lambda: self.house.command("backup", self.backups, *words)[0] == 0)

    def restore(self, *words: str, cut_short: bool = False) -> str:
        """Cut the power, and restore, perhaps at the second attempt; return what it says."""
        database.disconnect(self.app)
        self.house.cut_power()
        if cut_short:
            self.house.command("restore", self.backups, "--replace", *words, kill_after=self.chance.uniform(1, 6))
        said: list[str] = []

        def done() -> bool:
            said.append(self.house.command("restore", self.backups, "--replace", *words)[1])
            return "0 lost" in said[-1]

        until(done)
        self.house.start()
        return said[-1]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with housed() as house, seen(house) as app:
        chance = random.Random(29 if SHARE < 1 else None)  # noqa: S311 - no secret
        yield Place(house, app, Cases(app), tmp_path / "backups", chance)


def test_restores_fork_no_log_and_give_no_number_twice(place: Place):
    """Back to a moment before the last certificates, work on from there, then to the newest state after all.

    There the clock jumps before each act.
    """
    later = [place.cases.reviewed() for _ in range((KILLS + 1) // 2)]
    storm = place.storm()
    with place.backed_up():
        storm.rage(KILLS)
    numbers = place.issued()
    with place.app.app_context():
        size = size_of(database.read())
    moment = clock.now()
    storm.rage(KILLS, later)
    numbers |= place.issued()
    wait_for_head(place.house, size + 1)  # which the older state will not have
    place.back_up("--add")

    said = place.restore("--until", _spoken(moment), cut_short=True)
    assert "The log stands still" in said
    assert "Their numbers are not given again." in said
    again = place.storm()
    again.rage(KILLS, later)  # what was decided is decided again
    assert all(_size(head) <= size for head in again.heads)
    issued = place.issued()
    assert len(issued.keys() - numbers.keys()) == len(again.audits)
    assert_whole(place.app, HOLES)
    numbers |= _once(numbers, issued)

    said = place.restore()
    assert "The log stands still" not in said
    storm.heads |= again.heads
    # Web, workers and signer see the same wrong time, another one before each act.
    storm.rage(KILLS, before=lambda _: place.house.move_clock(RIGHT + place.chance.choice(JUMPS)))
    place.house.move_clock(RIGHT)
    issued = place.issued()
    assert len(issued.keys() - numbers.keys()) == (KILLS + 1) // 2
    numbers |= _once(numbers, issued)
    sys.stdout.write(f"{4 * KILLS} kills, 2 restores, {KILLS} jumps; {len(numbers)} numbers given once; {storm}\n")
    storm.assert_all_is_there(place.app, HOLES | BY_TIME)


def _once(known: dict[str, str], issued: dict[str, str]) -> dict[str, str]:
    """Return what is issued; fail if one of its numbers was on another certificate."""
    assert {number: known.get(number, certificate) for number, certificate in issued.items()} == issued
    return issued


def _size(head: str) -> int:
    return int(head.splitlines()[1])


def _spoken(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
