"""A clock that is put back or forward between deciding and issuing: every number once, one log, nothing left undone."""

import random
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from audits.applications.models import Application
from audits.core.access import Role
from audits.inspections.models import Audit
from certificates.ledger.notes import Vkey
from certificates.ledger.queries import latest
from certificates.ledger.verify import problems
from portal.settings import current_settings
from portal.signing import ledger
from portal.signing.keys import current_keys
from portal.stores import database
from portal.work import schedule
from tests.kit.long_runs import steps
from tests.machines.invariants import ALWAYS, AT_REST, broken
from tests.machines.office import Office
from tests.machines.world import STAFF, World

JUMPS = [
    timedelta(0),
    timedelta(days=-400),
    timedelta(days=-1),
    timedelta(hours=-1),
    timedelta(seconds=-5),
    timedelta(days=200),
]
# Asks for the order of moments, which such a clock does not keep; each number is looked at below.
BY_TIME = {"numbers have no holes", "the register names the newest certificate", "a reported audit has its report"}


@pytest.fixture
def world(servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = World(servers, tmp_path, monkeypatch)
    yield found
    found.close()


def member(world, role, but=()):
    return next(who for who, roles in zip(world.staff, STAFF, strict=True) if role in roles and who not in but)


def certify(world, office, agency, jump):
    """A whole case, with a jump of the clock before each step that leaves a date behind."""
    owner, app = world.signatories[agency], office.app

    def newest(model):
        with app.app_context():
            column = Application.agency_id if model is Application else Audit.agency_id
            open_ones = select(model.id).where(column == world.agencies[agency], model.state != "concluded")
            return database.read().scalars(open_ones).one()

    assert office.start(owner)
    case = newest(Application)
    for step in (
        lambda: office.submit(owner, case),
        lambda: office.accept_application(member(world, Role.PLANNER), case),
        lambda: office.plan(member(world, Role.PLANNER), case, member(world, Role.INSPECTOR)),
        lambda: office.begin(member(world, Role.INSPECTOR), newest(Audit)),
        lambda: office.report(member(world, Role.INSPECTOR), newest(Audit)),
        lambda: office.review(member(world, Role.REVIEWER), newest(Audit)),
        lambda: office.decide(member(world, Role.DECIDER), newest(Audit)),
    ):
        jump()
        assert step()
    jump()
    office.deliver_all()


def test_whatever_the_clock_does_numbers_and_log_stay_right(world):
    chance, heads = random.Random(8), []  # noqa: S311 - no secret
    due = [task for task in schedule.PERIODIC_TASKS if task.name == "ledger.checkpoint"]

    def jump():
        world.clock.moment = right + chance.choice(JUMPS)

    with world.life() as app:
        office = Office(app)
        right = world.clock.moment + timedelta(days=1000)  # no jump leads to before the norm
        for number in range(max(4, steps(100))):
            certify(world, office, number % 2, jump)
            schedule.run_due(app, due)
            with app.app_context():
                heads.append(latest(database.read()))
        with app.app_context():
            session = database.read()
            kept = {name: what for name, what in (ALWAYS | AT_REST).items() if name not in BY_TIME}
            assert broken(session, kept) == []
            places = defaultdict(list)
            for number in session.scalars(text("SELECT number FROM certificate")):
                places[number.split("-")[1]].append(int(number.split("-")[2]))
            assert all(sorted(found) == list(range(1, len(found) + 1)) for found in places.values())
            origin = ledger.origin(current_settings())
            keys = [Vkey.of(origin, key) for key in current_keys().ledger_public]
            assert list(problems(session, origin, keys)) == []
            assert [head.size for head in heads] == sorted(head.size for head in heads)
