"""The pages on which nobody is signed in: listed here, with how each of them reaches its rows."""

import re

import pytest
from sqlalchemy import event, text

from audits.core.access import Role
from portal.app import DOORS
from portal.stores.roles import REGISTER
from portal.web.access import PUBLIC, access_of
from tests.kit.browser import Browser
from tests.kit.factories import give_password, make_person

NO_ROWS = {
    "static", "healthz", "account.forgot", "account.forgot_sent", "account.login",
    "agency_registration.register", "agency_registration.registered", "inspector.offline", "inspector.offline_worker",
}  # fmt: skip
# These come near one account, by its address or by a link that was mailed to it.
ENTRANCE = {"account.login_submitted", "account.forgot_submitted", "account.link", "account.link_submitted"}
ENTRANCE |= {"account.read_calendar", "account.new_address", "account.new_address_submitted"}
# This one acts for the agency that is about to be.
REGISTRATION = {"agency_registration.register_submitted"}
# Whoever may see metrics is no person; it reads counts through a view, and the times of periodic tasks.
METRICS = {"metrics"}
# Signed in or not, it ends the session in hand.
LEAVING = {"account.logout"}
# Everything of the register's door reads what is public, and so does the check of the tables.
REGISTER_DOOR = "registry."


def public_endpoints(app):
    return {rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) == PUBLIC}


def test_every_page_without_an_actor_is_listed(app):
    listed = NO_ROWS | ENTRANCE | REGISTRATION | LEAVING | METRICS | {"readyz"}
    assert {each for each in public_endpoints(app) if not each.startswith(REGISTER_DOOR)} == listed
    assert "registry" in DOORS


@pytest.fixture
def tables_of(engine):
    """The tables that the statements of a block name."""
    seen: list[str] = []
    note = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    yield lambda: {name for each in seen for name in re.findall(r'\b(?:FROM|JOIN|INTO|UPDATE) "?([a-z_]+)', each)}
    event.remove(engine, "before_cursor_execute", note)


def test_the_register_reads_no_table_that_its_own_role_could_not(app, session, issued, tables_of):
    client = app.test_client()
    number, agency = issued.number, f"nl-{issued.agency.register_number}"
    session.commit()
    before = tables_of()
    paths = [
        "/", f"/register/{agency}", "/register?q=oosterlicht", f"/certificates/{number}",
        f"/certificates/{number}.json",
        f"/certificates/{number}.badge.jwt", f"/certificates/{number}/credential", f"/api/v1/agencies/{agency}",
        f"/api/v1/agencies/{agency}/history", "/api/v1/agencies", f"/api/v1/certificates/{number}", "/about", "/ledger",
        f"/verify/{'a' * 64}", "/status-lists/revocation/0", "/open-data",
    ]  # fmt: skip
    for path in paths:
        assert client.get(path).status_code == 200, path
    read = tables_of() - before
    assert len(read) > 5
    for table in read:
        allowed = session.scalar(
            text("SELECT has_any_column_privilege(:role, :table, 'SELECT')"), {"role": REGISTER, "table": table}
        )
        assert allowed, table


def test_nobody_comes_near_two_accounts(app, session):
    """Signing in as one person leaves the rows of others where they are."""
    person = give_password(session, make_person(session, Role.PLANNER))
    give_password(session, make_person(session, Role.DECIDER))
    session.commit()
    browser = Browser(app)
    browser.open("/login")
    assert browser.submit(email=person.email, password="vier gele fietsen zingen").status == 200
    browser.open("/account")
    assert session.scalar(text("SELECT nullif(current_setting('kw.person', true), '')")) is None
