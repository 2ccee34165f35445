"""A whole case and a handful of pages, with the code of the current folder.

`tests/database/test_old_code.py` runs this file in an earlier revision, on a database with the tables of today. So it
only uses what that revision has; when the tables serve no code that old any more, it may follow.
"""

import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from audits.applications.models import Application
from audits.core.access import Role
from audits.inspections.models import Audit
from audits.people.models import Person
from certificates.lifecycle.models import Certificate
from portal.stores import database
from portal.web import health
from tests.conftest import Servers
from tests.kit.browser import Browser
from tests.machines.office import Office
from tests.machines.world import STAFF, World

try:
    from tests.machines.invariants import ALWAYS, AT_REST, broken
except ImportError:  # what they were called before
    from tests.machines.promises import ALWAYS, AT_REST, broken  # type: ignore[no-redef]


def main(database_url: str, redis_url: str, run: str, folder: str) -> None:
    """Live one life; whatever does not hold ends this process with a traceback."""
    with pytest.MonkeyPatch.context() as patch:
        world = World(Servers(database_url, redis_url, run), Path(folder), patch)
        try:
            with world.life() as app:
                live(world, app)
        finally:
            world.close()


def live(world, app):
    office, owner = Office(app), world.signatories[0]
    staff = {role: who for who, roles in zip(reversed(world.staff), reversed(STAFF), strict=True) for role in roles}

    def newest(model):
        with app.app_context():
            return database.read().scalars(select(model.id)).one()

    with app.app_context():
        health.CHECKS["database"]()
    assert office.start(owner)
    case = newest(Application)
    assert office.submit(owner, case)
    assert office.accept_application(staff[Role.PLANNER], case)
    assert office.plan(staff[Role.PLANNER], case, staff[Role.INSPECTOR])
    audit = newest(Audit)
    assert office.begin(staff[Role.INSPECTOR], audit)
    assert office.report(staff[Role.INSPECTOR], audit, ["minor"])
    assert office.review(staff[Role.REVIEWER], audit)
    visit(app, staff[Role.DECIDER], "/office/", f"/office/audits/{audit}/decision")
    assert office.decide(staff[Role.DECIDER], audit)
    office.deliver_all()
    assert office.suspend(staff[Role.DECIDER], newest(Certificate))
    office.deliver_all()
    world.clock.wait(1)
    visit(app, owner, "/agency/", f"/agency/applications/{case}", "/account")
    visit(app, staff[Role.INSPECTOR], "/inspector/")
    visit(app, None, "/", "/register", "/ledger", "/login")
    with app.app_context():
        assert broken(database.read(), ALWAYS | AT_REST) == []


def visit(app, who, *paths):
    browser = Browser(app)
    if who:
        with app.app_context(), database.write() as session:
            browser.sign_in(session, session.get_one(Person, who))
    for path in paths:
        browser.open(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
