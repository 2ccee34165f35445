"""A disk that is full for a while, under everything: what cannot be kept is refused, and nothing is half there."""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask

from tests.chaos.cases import Cases
from tests.chaos.house import House
from tests.chaos.person import AwayError, until
from tests.chaos.storm import VICTIMS, Storm
from tests.kit.long_runs import SHARE, steps

TIMES = steps(20)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave no room on the disk of a folder."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for many in (1024 * 1024, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(many))
    try:
        yield
    finally:
        ballast.unlink()


def test_a_full_disk_refuses_and_loses_nothing(house: House, app: Flask, cases: Cases):
    if not house.disk:
        pytest.skip(f"no disk of one's own: {house.no_disk()}")
    chance = random.Random(28 if SHARE < 1 else None)  # noqa: S311 - no secret
    storm, waiting = Storm(house, cases, chance), [cases.reviewed() for _ in range(TIMES)]
    storm.decide(cases.reviewed())
    storm.upload()
    for number, audit in enumerate(waiting):
        with full(house.seen):
            for act in (storm.try_to_upload, lambda audit=audit: storm.try_to_decide(audit)):
                with suppress(AwayError):
                    act()
            if number % 2:
                house.kill(chance.choice(VICTIMS))
        storm.decide(audit)
        storm.upload()
        until(storm.see_head)
    sys.stdout.write(f"full {TIMES} times; whole {house.wait():.1f} s after the last; {storm}\n")
    assert storm.refused["503"] >= TIMES
    storm.assert_all_is_there(app)
