"""Every request has an id and a line in the log, which holds neither the address nor what was typed."""

import logging
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from audits.core.access import Role
from audits.core.outbox import OutboxItem
from portal.app import create_app
from portal.sight import logs
from portal.web import health, watching
from tests.kit.browser import Browser
from tests.kit.factories.certificates import make_certificate


@pytest.fixture
def requests(caplog):
    """The lines about requests so far, as values; the ids that `begin` added are in `seen`."""
    caplog.set_level(logging.DEBUG, "portal.web.watching")
    return lambda: [vars(record) for record in caplog.records if record.msg == "request"]


@pytest.fixture
def ids(monkeypatch):
    """The ids of the requests so far."""
    found, begin = [], logs.begin
    monkeypatch.setattr(logs, "begin", lambda **values: (found.append(values["request_id"]), begin(**values)))
    return found


def test_a_line_names_route_status_item_and_kind_of_actor(session, enter, requests):
    certificate = make_certificate(session)
    browser = enter(Role.DECIDER)
    browser.open(f"/office/certificates/{certificate.id}?q=Jan+Jansen")
    [line] = requests()
    assert (line["method"], line["status"], line["actor_kind"]) == ("GET", 200, "person")
    assert line["route"] == "/office/certificates/<uuid:certificate_id>"
    assert line["item"] == {"certificate_id": str(certificate.id)}
    assert line["ms"] >= 0
    assert "Jansen" not in str(line)


@pytest.mark.parametrize("path", ["/reset/s3cret-token", "/no/such/s3cret", "/register?q=s3cret"])
def test_nothing_of_the_address_stands_in_the_line(client, requests, path):
    client.get(path)
    [line] = requests()
    assert line["actor_kind"] == "anonymous"
    assert "s3cret" not in str(line)


def test_people_are_not_named(enter, requests):
    browser = enter(Role.ADMINISTRATOR)
    browser.open(f"/office/people/{browser.person.id}")
    assert "item" not in requests()[0]


def test_an_unhandled_exception_is_logged_without_its_address(app, settings, caplog, requests):
    broken = create_app(replace(settings, testing=False))
    broken.extensions["sessionmaker"] = app.extensions["sessionmaker"]

    def fail(**_):
        raise ZeroDivisionError

    broken.view_functions["account.link"] = fail
    fail.__access__ = "public"
    assert broken.test_client().get("/reset/s3cret-token").status_code == 500
    assert requests()[0]["status"] == 500
    assert "ZeroDivisionError" in caplog.text
    assert "s3cret" not in "".join(record.getMessage() for record in caplog.records)


def test_what_is_asked_all_day_long_is_logged_only_when_it_fails(app, client, requests, monkeypatch):
    client.get("/healthz")
    monkeypatch.setitem(app.view_functions, "readyz", health.public(lambda: ("", 503)))
    client.get("/readyz")
    assert [line["levelno"] for line in requests()] == [logging.DEBUG, logging.INFO]


@pytest.mark.parametrize("given", ["", "0123-4567.89_ab", "short", "with a blank", "x" * 65])
def test_an_id_is_made_unless_a_trusted_proxy_gives_one(settings, ids, given):
    for proxies in (0, 1):
        alone = create_app(replace(settings, proxies=proxies), doors=("registry",))
        alone.test_client().get("/healthz", headers={watching.HEADER: given} if given else {})
    trusted = given == "0123-4567.89_ab"
    assert UUID(ids[0]).version == 4
    assert (ids[1] == given) == trusted


def test_what_a_request_promises_carries_its_id(app, session, ids):
    browser = Browser(app)
    browser.open("/reset")
    browser.submit(email="nobody@agency.example")
    promised = session.scalars(select(OutboxItem)).one()
    assert promised.request_id in ids
