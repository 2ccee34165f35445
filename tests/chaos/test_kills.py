"""Kill any process at random moments around deciding, issuing and uploading: nothing half, twice or lost."""

import random
import sys
import threading

from flask import Flask

from tests.chaos.cases import Cases
from tests.chaos.house import House
from tests.chaos.storm import SPREAD, VICTIMS, Storm
from tests.kit.long_runs import SHARE, steps

KILLS = max(len(VICTIMS), steps(100))
WHOLE_SECONDS = 10.0  # judged in a long run only, which has the machine to itself


def test_nothing_is_half_done_done_twice_or_lost(house: House, app: Flask, cases: Cases):
    storm = Storm(house, cases, random.Random(8 if SHARE < 1 else None))  # noqa: S311 - no secret
    storm.rage(KILLS)
    seconds = house.wait()
    sys.stdout.write(f"{KILLS} kills; whole {seconds:.1f} s after the last; {storm}\n")
    storm.assert_all_is_there(app)
    assert SHARE < 1 or seconds <= WHOLE_SECONDS


def test_thirteen_kills_in_a_row_are_over_soon(house: House):
    """Every process in turn, each as soon as it runs again or two seconds have gone."""
    chance = random.Random(13)  # noqa: S311 - no secret
    for _ in range(max(3, steps(13))):
        house.kill(chance.choice(VICTIMS))
        threading.Event().wait(SPREAD)
    seconds = house.wait()
    sys.stdout.write(f"whole {seconds:.1f} s after the last kill\n")
    assert SHARE < 1 or seconds <= WHOLE_SECONDS
