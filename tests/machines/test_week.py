"""A week of moves leads to the same rows once more: nothing in them depends on ids, on order in memory or on chance."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from audits.disputes.rules import AppealOutcome
from audits.schemes.cycle import AuditKind
from certificates.lifecycle.rules import Fate
from portal.stores import database
from tests.kit.long_runs import steps
from tests.machines.holder import LATER
from tests.machines.memory import told
from tests.machines.test_life import Life
from tests.machines.world import AGENCIES, STAFF, World

WEEKS = steps(100)
CONDITIONAL = ("major", "major")


def a_week(life: Any, chance: Random) -> None:
    """Let people do what chance says; the same chance leads to the same moves."""
    life.certify([(number, chance.randrange(len(STAFF)), (), "suspend") for number in range(2)])
    for _ in range(7):
        for _ in range(chance.randrange(3, 9)):
            _move(life, chance, chance.randrange(AGENCIES), chance.randrange(len(STAFF)))
        life.deliver_all()
        life.wait(1)
    life.deliver_all()


def _move(life: Any, chance: Random, agency: int, turn: int) -> None:
    kind, verb = chance.choice(LATER), chance.choice(["suspend", "lift", "lift", "withdraw"])
    kept, at_once = chance.random() < 1 / 3, chance.choice(["confirm_suspension", "lift_after_hearing"])
    moves: list[Callable[[], None]] = [
        lambda: life.go_on(agency, turn, ("minor",), 3),
        lambda: life.finish(agency, turn, CONDITIONAL),
        lambda: life.change(agency, turn, verb),
        lambda: life.at_once(agency, turn, at_once),
        lambda: life.conditions(agency, turn, CONDITIONAL, "meet"),
        lambda: life.decide_later(agency, turn, kind, 3, kept),
        lambda: life.suspend_part(agency, turn, 1),
        lambda: life.rename(agency, turn, turn % 4, "amend"),
        lambda: life.appeal(agency, turn, False),
        lambda: life.end_appeal(agency, turn, True, "decide", AppealOutcome.UPHELD),
        lambda: life.visit(agency, turn, AuditKind.SPECIAL, ("minor",), list(Fate)),
    ]
    chance.choice(moves)()


@pytest.mark.hypothesis
@pytest.mark.parametrize("seed", range(WEEKS))
def test_a_week_of_moves_leads_to_the_same_rows_once_more(world: World, seed: int):
    rows = []
    for _ in range(2):
        life: Any = type("Week", (Life,), {"world": world, "reached": Counter()})()
        with life.stack:
            a_week(life, Random(seed))  # noqa: S311  # no secret
            life.every_invariant_holds()
            with life.app.app_context():
                rows.append(told(database.read()))
    assert rows[0] == rows[1]
    assert any('"move": "issue"' in row for row in rows[0])
