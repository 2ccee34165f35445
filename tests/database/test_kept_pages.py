"""A web server that keeps public pages shows a change at once, and never a page of somebody else."""

import pytest
from flask import request
from sqlalchemy import event
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.lifecycle.workflow import CertificateState
from portal.app import create_app
from portal.doors.registry import norms
from portal.stores.roles import REGISTER
from portal.web import page_cache, quick
from portal.web.kept_pages import keep_pages
from tests.conftest import make_settings
from tests.kit.factories.certificates import change, make_certificate


@pytest.fixture
def holder(real_db):
    with Session(real_db) as session:
        certificate = make_certificate(session)
        session.commit()
        yield session, certificate


@pytest.fixture
def kept(tmp_path, servers, settings, real_db, monkeypatch):
    """The register alone, which asks for its position at every request."""
    monkeypatch.setattr(page_cache, "ASK_SECONDS", 0.0)
    url = servers.url_as(real_db.url.render_as_string(hide_password=False), REGISTER)
    app = create_app(make_settings(tmp_path, url, settings.redis_url), doors=("registry",))
    app.made = []
    app.before_request(lambda: app.made.append(request.path))
    monkeypatch.setattr(quick.watching, "note_quick", lambda *each: app.made.append(each[0]))
    keep_pages(app)
    yield app
    app.extensions["engine"].dispose()


def test_a_page_is_kept_until_the_status_changes(kept, holder):
    session, certificate = holder
    path, client = f"/register/nl-{certificate.agency.register_number}", kept.test_client(use_cookies=False)
    first, again = client.get(path), client.get(path)
    assert again.data == first.data
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert kept.made == [path]
    change(session, certificate, CertificateState.SUSPENDED, clock.today(), "Late wages.")
    session.commit()
    assert "Late wages." in client.get(path).text


def test_a_search_is_kept_and_who_has_a_session_gets_a_page_of_their_own(kept, holder):
    client, path = kept.test_client(use_cookies=False), "/register?q=flex"
    for headers in ({}, {}, {"Cookie": "keurwerk=x"}, {"Cookie": "keurwerk=x"}):
        assert client.get(path, headers=headers).status_code == 200
    assert kept.made == ["/register"] * 3


def test_while_nobody_can_tell_the_position_every_page_is_made(kept, holder, monkeypatch):
    client, path = kept.test_client(use_cookies=False), f"/register/nl-{holder[1].agency.register_number}"
    assert client.get(path).status_code == 200
    monkeypatch.setattr(kept.wsgi_app, "_ask", lambda: None)
    assert client.get(path).status_code == 200
    assert len(kept.made) == 2


def test_the_norm_in_force_is_asked_once_while_the_register_stands_still(kept, holder, monkeypatch):
    asked, positions = [], iter(["one", "one", "two", None, None])
    monkeypatch.setattr(norms, "current_scheme", lambda *each: asked.append(each))
    monkeypatch.setitem(kept.extensions, "position", lambda: next(positions))
    client = kept.test_client(use_cookies=False)
    made = []
    for place in range(5):
        assert client.get(f"/register?q=flex{place}").status_code == 200
        made.append(len(asked))
    assert made == [1, 1, 2, 3, 4]


def bytes_of(client, path, **headers):
    """Return the body, and the headers that are not of one response."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    kept = {name: value for name, value in answer.headers.items() if name not in {"Date", "X-Request-Id"}}
    return answer.data, kept


@pytest.mark.parametrize("query", ["", "?lang=nl", "?lang=en"])
@pytest.mark.parametrize("place", ["/register", "/api/v1/agencies"])
def test_what_is_answered_beside_flask_is_what_flask_answers(kept, real_db, place, query):
    query = query if place == "/register" else ""
    with Session(real_db) as session:
        names = [f"nl-{make_certificate(session).agency.register_number}" for _ in range(3)]
        session.commit()
    cache, slow = kept.wsgi_app, kept.test_client(use_cookies=False)
    told = {"Accept-Language": "nl"}
    quickly = [bytes_of(slow, f"{place}/{name}{query}", **told) for name in names]
    assert kept.made[0].startswith(place)
    assert kept.made[1:] == [f"{place}/<public_id>"] * 2
    kept.wsgi_app = cache._app._inner
    assert [bytes_of(slow, f"{place}/{name}{query}", **told) for name in names] == quickly
    kept.wsgi_app = cache


def test_flask_answers_all_that_is_not_quite_usual(kept, holder):
    name, client = f"nl-{holder[1].agency.register_number}", kept.test_client(use_cookies=False)
    path = f"/register/{name}"
    client.get(path)
    for asked, status, headers in (
        (path, 200, {"Cookie": "keurwerk=x"}),
        (f"{path}?on=2026-01-01", 200, {}),
        (f"{path}?lang=xx", 200, {}),
        ("/register/nl-99999999", 404, {}),
        (path.replace("nl-", "NL-"), 301, {}),
        (path, 302, {"Accept-Language": "pl"}),
        (path, 200, {"Accept-Language": "de"}),
        (f"/api/v1/agencies/{name}?lang=nl", 400, {}),
    ):
        kept.made.clear()
        assert client.get(asked, headers=headers).status_code == status
        assert kept.made == [asked.partition("?")[0]]


def test_an_entry_beside_flask_takes_one_statement(kept, real_db):
    with Session(real_db) as session:
        names = [f"nl-{make_certificate(session).agency.register_number}" for _ in range(2)]
        session.commit()
    client, seen = kept.test_client(use_cookies=False), []
    client.get(f"/register/{names[0]}")
    listener = lambda *each: seen.append(each[2])  # noqa: E731
    event.listen(kept.extensions["engine"], "before_cursor_execute", listener)
    client.get(f"/register/{names[1]}")
    event.remove(kept.extensions["engine"], "before_cursor_execute", listener)
    assert [text.count("FROM register_entry") > 0 and "max(" not in text for text in seen].count(True) == 1
    assert len(seen) == 2  # the position too, which is asked a few times a second
