"""Requests that no browser sends get a page that says so, on every route: never a fault of ours."""

import errno
import json
from uuid import uuid4

import pytest
from flask import request
from werkzeug.exceptions import RequestTimeout

from audits.core.access import AGENCY_ROLES, STAFF_ROLES
from certificates.seal import ensure_keyring
from portal.sidecar.lanes import BusyError
from portal.stores.files import StorageDownError
from portal.web import health
from portal.web.access import PUBLIC, access_of
from portal.web.requests import FAULT
from tests.kit.browser import Browser
from tests.kit.factories import make_agency, make_person

NAMES = ("q", "number", "page", "lang", "next", "back")
VALUES = ("a%00b", "9" * 30, "-" + "9" * 30, "%ff", "x" * 3000)
QUERIES = ["&".join(f"{name}={value}" for name in NAMES) for value in VALUES]
JSON = [json.dumps(body) for body in (["a"], "a", 7, None, {"email": ["b"], "page": {"a": 1}})]
FORM = "application/x-www-form-urlencoded"
PARTING = ("account.logout", "account.end_all_sessions")  # after which a visitor is a stranger
LONG_LABEL = "x" * 64 + ".nl"
HOSTS = [LONG_LABEL, "[::1", ""]
WORDS = ("a\0b", "9" * 400, "x" * 3000, "ÿ", "\u2028")


def full_disk():
    error = StorageDownError("a body cannot be kept")
    error.__cause__ = OSError(errno.ENOSPC, "full")
    return error


@pytest.fixture
def visitors(app, session, settings, monkeypatch):
    """A stranger, and two people who together have every role; extracts can be sealed."""
    ensure_keyring(settings.seal_dir, settings.body_name, settings.seal_passphrase)
    monkeypatch.setattr(health, "CHECKS", {})  # these tests have no queue
    people = [make_person(session, STAFF_ROLES), make_person(session, AGENCY_ROLES, make_agency(session))]
    found = [Browser(app), *(Browser(app).sign_in(session, person) for person in people)]
    session.commit()
    return found


def test_no_query_and_no_address_makes_a_fault(app, visitors):
    for visitor in visitors:
        shut = set()
        for word, query in zip(WORDS, QUERIES, strict=True):
            shut |= knocked(app, visitor, "GET", word, shut, query_string=query)


def test_no_body_makes_a_fault(app, visitors):
    """Each form is reached: the token is good."""
    for visitor, page in zip(visitors, ("/login", "/account/password", "/account/password"), strict=True):
        headers = {"X-CSRFToken": visitor.open(page).value("csrf_token")}
        shut = set(PARTING)
        for word, body in zip(WORDS, JSON, strict=True):
            shut |= knocked(
                app, visitor, "POST", word, shut, data=body, content_type="application/json", headers=headers
            )
        assert visitor.open(page).path == page  # nobody was signed out on the way
        shut -= set(PARTING)
        knocked(app, visitor, "POST", "x", shut, data="a%00=b%00&remove=%00", content_type=FORM, headers=headers)


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (RequestTimeout(), 408, "That took too long"),
        (BusyError("Wait a minute."), 503, "Wait a minute."),
        (full_disk(), 503, "There is no room left where we keep data"),
    ],
)
def test_a_body_that_could_not_be_received_gets_a_page(visitors, fault, status, words):
    """The server names the fault; no view runs."""
    for visitor in visitors:
        for path in ("/login", "/verify", "/api/v1/agencies", "/nowhere"):
            response = visitor.client.post(path, headers=visitor.headers, environ_overrides={FAULT: fault})
            assert response.status_code == status
            assert path.startswith("/api/") or words in response.text
            assert ("Retry-After" in response.headers) == (status == 503)


@pytest.mark.parametrize("host", HOSTS)
def test_no_host_makes_a_fault(app, visitors, host):
    for visitor in visitors:
        knocked(app, visitor, "GET", "x", headers={"Host": host})


def test_a_host_that_cannot_be_gets_a_page(client):
    for path in ("/", "/register", "/login", "/api/v1/agencies"):
        answer = client.get(path, headers={"Host": LONG_LABEL})
        assert answer.status_code == 400
        assert LONG_LABEL not in answer.text


def test_a_page_number_beyond_any_list_is_an_empty_page(enter):
    office = enter(*STAFF_ROLES)
    for path in ("/office/applications/", "/office/certificates/"):
        assert office.open(f"{path}?page={'9' * 30}").heading == office.open(path).heading


def test_nul_is_taken_out_of_queries_and_forms(app):
    with app.test_request_context("/?q=a%00b&a%00=c", method="POST", data={"text": "d\0e"}):
        assert request.args.to_dict() == {"q": "ab", "a": "c"}
        assert request.form.to_dict() == {"text": "de"}


def knocked(app, visitor, method, word, shut=(), **options):
    """Open an address of every route that takes this method, with `word` where it takes words; none may have a fault.

    Return the endpoints that are shut to the visitor. They look at neither address nor body, so who names them as
    `shut` need not try them again. The application raises faults in tests, so an answer is enough.
    """
    adapter, found = app.url_map.bind("localhost"), set()
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.endpoint in PARTING):
        if method in rule.methods and rule.endpoint not in shut:
            values = {name: filled(converter, word) for name, converter in rule._converters.items()}
            path = adapter.build(rule.endpoint, values, method=method)
            with visitor.client.open(path, method=method, **options) as answer:
                assert answer.status_code < 500, path
                to_login = answer.headers.get("Location", "").startswith("/login")
            if access_of(app, rule.endpoint) != PUBLIC and (to_login or answer.status_code == 403):
                found.add(rule.endpoint)
    return found


def filled(converter, word):
    kind = type(converter).__name__
    any_of = sorted(getattr(converter, "items", ()))
    return any_of[0] if any_of else {"UUIDConverter": uuid4(), "IntegerConverter": 9}.get(kind, word)
