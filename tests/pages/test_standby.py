"""With every database away the register answers for single agencies from its last files, and says as of when."""

from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import Mock

import pytest
from click.testing import CliRunner

from audits.core import clock
from certificates.lifecycle.workflow import CertificateState as S
from portal.app import create_app
from portal.commands import registry
from portal.commands.registry import keep_files
from portal.doors.registry import newer, standby
from portal.settings import current_settings
from portal.signing.ledger_file import BeingMadeError
from portal.stores import database
from portal.stores.roles import REGISTER
from tests.conftest import make_settings
from tests.kit.browser import Browser
from tests.kit.factories.certificates import change, make_certificate
from tests.pages.test_register_api import conforms

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def database_role():
    """The files ask for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture
def certificate(session):
    return make_certificate(session)


@pytest.fixture
def files(app, certificate, tmp_path, monkeypatch):
    """The files of a register that had its database."""
    there = replace(app.extensions["settings"], cache_dir=tmp_path / "cache")
    monkeypatch.setitem(app.extensions, "settings", there)
    assert app.test_client().get("/dumps/manifest.json").status_code == 200


@pytest.fixture
def kept_up(files, app):
    """Note what changed since they were made, as the worker does every few seconds."""

    def kept_up():
        with app.test_request_context():
            newer.keep_up(database.read(), current_settings())

    return kept_up


@pytest.fixture
def stranded(files, tmp_path, settings):
    """The register alone, without a database, beside them."""
    alone = create_app(
        replace(make_settings(tmp_path, NOWHERE, settings.redis_url), cache_dir=tmp_path / "cache"), doors=("registry",)
    )
    yield alone
    alone.extensions["engine"].dispose()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_page_says_what_was_known_and_as_of_when(stranded, certificate, language):
    page = Browser(stranded, language).open(f"/register/nl-{certificate.agency.register_number}")
    assert page.heading == certificate.agency.legal_name
    assert ("Gecertificeerd" if language == "nl" else "Certified") in page.text
    assert ("Wij kunnen het register" if language == "nl" else "We cannot reach the register") in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.response.headers["Last-Modified"]


def test_software_gets_the_last_facts_and_is_told_that_they_are_old(stranded, certificate):
    client = stranded.test_client(use_cookies=False)
    answer = client.get(f"/api/v1/agencies/NL-{certificate.agency.register_number}")
    assert conforms(answer.get_json(), "Agency")["status"] == "certified"
    assert answer.headers["Warning"].startswith("110")
    assert answer.headers["Last-Modified"]
    assert client.get("/api/v1/agencies/nl-00000000").status_code == 503
    assert client.get("/register?q=flex").status_code == 503
    own = client.get(f"/register/nl-{certificate.agency.register_number}", headers={"Cookie": "keurwerk=x"})
    assert own.status_code == 503


def test_what_changed_after_the_files_were_made_is_known_too(stranded, session, certificate, kept_up, tmp_path):
    late = make_certificate(session)
    change(session, certificate, S.SUSPENDED, clock.today(), "Late wages.")
    client = stranded.test_client(use_cookies=False)
    new, old = (f"/api/v1/agencies/nl-{each.agency.register_number}" for each in (late, certificate))
    assert client.get(new).status_code == 503
    assert client.get(old).get_json()["status"] == "certified"
    kept_up()
    assert client.get(new).get_json()["status"] == "certified"
    assert client.get(old).get_json()["status"] == "suspended"
    assert "Suspended" in Browser(stranded, "en").open(f"/register/nl-{certificate.agency.register_number}").text
    kept_up()
    assert len(list((tmp_path / "cache" / "dumps").glob("newer-*"))) == 1


def test_a_machine_without_a_worker_keeps_them_by_a_command(app, files, certificate, tmp_path, monkeypatch):
    home = tmp_path / "cache" / "dumps"
    assert CliRunner().invoke(keep_files, obj=app).exit_code == 0
    assert len(list(home.glob("newer-*"))) == 1
    monkeypatch.setattr(newer, "keep_up", failing := Mock(side_effect=BeingMadeError))
    done = CliRunner().invoke(keep_files, obj=app)
    assert (done.exit_code, done.output) == (1, "Error: The files could not be made.\n")
    failing.side_effect = [BeingMadeError, None, KeyboardInterrupt]
    monkeypatch.setattr(registry.time, "sleep", Mock())
    CliRunner().invoke(keep_files, ["--follow"], obj=app)
    assert failing.call_count == 4


def test_where_too_many_changed_at_once_nothing_newer_is_said_than_is_known(
    stranded, session, certificate, kept_up, monkeypatch
):
    monkeypatch.setattr(newer, "MOST", 0)
    client, path = stranded.test_client(use_cookies=False), f"/api/v1/agencies/nl-{certificate.agency.register_number}"
    before = client.get(path).headers["Last-Modified"]
    change(session, certificate, S.SUSPENDED, clock.today(), "Late wages.")
    kept_up()
    answer = client.get(path)
    assert (answer.get_json()["status"], answer.headers["Last-Modified"]) == ("certified", before)


def test_who_never_made_files_has_none(stranded, certificate, tmp_path):
    name = f"nl-{certificate.agency.register_number}"
    assert standby.last_known(tmp_path / "cache" / "dumps", name)
    assert standby.last_known(tmp_path / "nowhere", name) is None
    assert standby.last_known(tmp_path / "cache" / "dumps", "") is None
    assert standby.last_known(tmp_path / "cache" / "dumps", name + "x") is None


@pytest.mark.parametrize(
    ("until", "status", "expected"),
    [
        (0, "certified", "certified"),
        (-1, "certified", "expired"),
        (-1, "conditional", "expired"),
        (-1, "withdrawn", "withdrawn"),
    ],
)
def test_a_term_that_ended_since_is_over_without_a_database_too(until, status, expected):
    today = date(2026, 11, 30)
    facts = {
        "status": status, "reliable": status != "withdrawn", "exceptedScope": None, "statusSince": "2026-01-01",
        "certificate": {"validUntil": (today + timedelta(days=until)).isoformat()},
    }  # fmt: skip
    said = standby.as_of(facts, today)
    assert said["status"] == expected
    assert said["reliable"] is (expected in {"certified", "conditional"})
