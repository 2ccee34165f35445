"""The vault: an inspector fills it and cannot read it, who is named reads it and is noted, and nobody else finds it."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from audits.core.access import Role
from audits.core.errors import RuleError
from audits.vault.models import VaultEntry, VaultPassing
from audits.vault.services import end_reader, name_reader
from portal.help_numbers import HelpNumber
from portal.web.security_log import Kind, SecurityEvent
from tests.kit.browser import Browser
from tests.kit.factories import make_person
from tests.kit.factories.inspections import make_audit
from tests.kit.inspecting import path
from tests.kit.queued import enqueued

SAID = "Somebody took their passports."
READ = "form[action$=read]"
KEY = "a key of its own, 32 letters or more"


@pytest.fixture
def audit(session, inspector):
    return make_audit(session, inspector=inspector, populations={"interview": ["W-1", "W-2"]})


@pytest.fixture(autouse=True)
def key(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], vault_key=KEY))


@pytest.fixture
def reader(session):
    person = make_person(session, Role.PLANNER)
    name_reader(session, person.email)
    session.flush()
    return person


@pytest.fixture
def entry(session, browser, audit, reader):
    browser.open(path(audit, "vault"))
    browser.submit(message=SAID, contact="0600", wish="stays")
    return session.scalars(select(VaultEntry)).one()


@pytest.fixture
def planner(app, session, reader):
    return Browser(app).sign_in(session, reader)


def read_by(session):
    lines = select(SecurityEvent.person_id, SecurityEvent.subject_id).where(SecurityEvent.kind == Kind.VAULT_READ)
    return [tuple(row) for row in session.execute(lines)]


def test_what_is_written_is_encrypted_and_only_who_is_named_is_told(session, audit, reader, entry):
    kept = session.scalar(text("SELECT sealed FROM vault_entry"))
    assert SAID.encode() not in kept
    assert len(kept) == 12 + 1024 + 16
    told = enqueued(session, "mail", "vault_filled")
    assert [each["person_id"] for each in told] == [str(reader.id)]
    assert {str(audit.id), str(audit.agency_id)} & {str(said) for each in told for said in each.values()} == set()


def test_a_reader_reads_it_and_the_log_says_so(session, planner, reader, entry):
    page = planner.open("/office/vault/")
    assert SAID not in page.text
    assert read_by(session) == []
    page = planner.open(f"/office/vault/{entry.id}")
    assert SAID not in page.text
    assert read_by(session) == []
    page = planner.submit(READ)
    assert SAID in page.text
    assert "0600" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert read_by(session) == [(reader.id, entry.id)]


def test_it_is_passed_on_only_if_the_worker_wants_that(session, planner, entry):
    page = planner.open(f"/office/vault/{entry.id}")
    assert page.soup.select("[name=receiver]") == []
    planner.submit("form[action$=wish]")
    planner.submit("form[action$=pass]", receiver="inspectorate")
    assert [each.receiver for each in session.scalars(select(VaultPassing))] == ["inspectorate"]
    planner.submit("form[action$=wish]")
    token = planner.open(f"/office/vault/{entry.id}").value("csrf_token")
    planner.post(f"/office/vault/{entry.id}/pass", {"csrf_token": token, "receiver": "police"}, status=422)
    assert len(session.scalars(select(VaultPassing)).all()) == 1


def test_nobody_else_finds_it(app, session, browser, reader, entry):
    for role in (Role.PLANNER, Role.REVIEWER, Role.DECIDER, Role.ADMINISTRATOR):
        other = Browser(app).sign_in(session, make_person(session, role))
        for where in ("/office/vault/", f"/office/vault/{entry.id}"):
            assert other.client.get(where, headers=other.headers).status_code in {403, 404}
    assert browser.client.get(f"/office/vault/{entry.id}", headers=browser.headers).status_code == 403
    end_reader(session, reader.email)
    session.flush()
    ended = Browser(app).sign_in(session, reader)
    assert ended.client.get(f"/office/vault/{entry.id}", headers=ended.headers).status_code == 404
    assert read_by(session) == []


def test_another_key_and_other_bytes_open_nothing(app, session, planner, monkeypatch, entry):
    settings = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", replace(settings, vault_key=KEY[::-1]))
    planner.open(f"/office/vault/{entry.id}")
    assert "encrypted with another key" in planner.submit(READ).text
    monkeypatch.setitem(app.extensions, "settings", settings)
    session.execute(text("ALTER TABLE vault_entry DISABLE TRIGGER vault_entry_kept"))
    session.execute(text("UPDATE vault_entry SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)"))
    planner.open(f"/office/vault/{entry.id}")
    assert "was changed after it was written" in planner.submit(READ).text


@pytest.fixture(params=["key", "reader"])
def missing(app, session, request, monkeypatch):
    if request.param == "key":
        name_reader(session, make_person(session, Role.PLANNER).email)
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], vault_key=""))


@pytest.mark.usefixtures("missing")
def test_without_a_key_or_a_reader_nothing_is_written_down(session, browser, audit):
    page = browser.open(path(audit, "vault"))
    assert "has no vault yet" in page.text
    assert page.soup.select("textarea") == []
    token = browser.open(path(audit, "units/interview/1")).value("csrf_token")
    browser.post(path(audit, "vault"), {"csrf_token": token, "message": SAID, "wish": "stays"}, status=422)
    assert session.scalars(select(VaultEntry)).all() == []


def test_whom_to_call_stands_above_the_form(app, browser, audit, reader, monkeypatch):
    numbers = (HelpNumber("shelter", "0800-222"),)
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], help_numbers=numbers))
    page = browser.open(path(audit, "vault"))
    assert [each["href"] for each in page.soup.main.select("a[href^=tel]")] == ["tel:112", "tel:0800222"]
    assert reader.name in page.text


def test_only_planners_are_named(session):
    with pytest.raises(RuleError, match="planner"):
        name_reader(session, make_person(session, Role.DECIDER).email)
