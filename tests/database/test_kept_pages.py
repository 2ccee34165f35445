"""A web server that keeps public pages shows a change at once, and never a page of somebody else."""

import pytest
from flask import request
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.lifecycle.workflow import CertificateState
from portal.app import create_app
from portal.doors.registry import norms
from portal.stores.roles import REGISTER
from portal.web import page_cache
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
