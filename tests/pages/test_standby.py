"""With every database away the register answers for single agencies from its last files, and says as of when."""

import json
from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest
from click.testing import CliRunner

from audits.core import clock
from certificates.ledger.entries import EntryType
from certificates.lifecycle.workflow import CertificateState as S
from certificates.register import keeping
from certificates.register.queries import entry_of, history
from portal.app import create_app
from portal.commands import registry
from portal.commands.registry import keep_files
from portal.doors.registry import newer
from portal.doors.registry.facts import agency_facts
from portal.settings import current_settings
from portal.signing.ledger_file import BeingMadeError
from portal.stores import database, kept
from portal.stores.files import StorageDownError
from portal.stores.roles import REGISTER
from tests.conftest import make_settings
from tests.kit.browser import Browser
from tests.kit.factories.certificates import change, make_applicant, make_certificate
from tests.pages.test_feeds import log
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
def kept_up(app, certificate, tmp_path, monkeypatch):
    """Note what changed, as the worker does every few seconds."""
    there = replace(app.extensions["settings"], cache_dir=tmp_path / "cache")
    monkeypatch.setitem(app.extensions, "settings", there)

    def kept_up():
        with app.test_request_context():
            newer.keep_up(database.read(), current_settings())

    return kept_up


@pytest.fixture
def files(kept_up):
    """What is kept of a register that had its database."""
    kept_up()


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
    unknown = client.get("/api/v1/agencies/nl-00000000")
    assert unknown.status_code == 503
    assert "as of 20" in conforms(unknown.get_json(), "Problem")["detail"]
    own = client.get(f"/register/nl-{certificate.agency.register_number}", headers={"Cookie": "keurwerk=x"})
    assert own.status_code == 503


def test_what_changed_after_the_file_was_begun_is_known_too(stranded, session, certificate, kept_up):
    late = make_certificate(session)
    change(session, certificate, S.SUSPENDED, clock.today(), "Late wages.")
    client = stranded.test_client(use_cookies=False)
    new, old = (f"/api/v1/agencies/nl-{each.agency.register_number}" for each in (late, certificate))
    assert client.get(new).status_code == 503
    assert client.get(old).get_json()["status"] == "certified"
    kept_up()
    assert client.get(new).get_json()["status"] == "certified"
    assert client.get(old).get_json()["status"] == "suspended"
    lines = conforms(client.get(f"{old}/history").get_json(), "History")["history"]
    assert [(line["status"], line["reason"]) for line in lines] == [("suspended", "Late wages."), ("certified", None)]
    page = Browser(stranded, "en").open(f"/register/nl-{certificate.agency.register_number}")
    assert "Suspended" in page.text
    assert "Late wages." in page.text


def test_the_search_is_a_simpler_one_that_never_says_who_is_not_certified(stranded, session, certificate, kept_up):
    name = certificate.agency.legal_name.split()[0]
    other = make_certificate(session).agency
    kept_up()
    visitor = Browser(stranded, "en")
    assert visitor.open(f"/register?q={certificate.agency.register_number}").heading == certificate.agency.legal_name
    page = visitor.open(f"/register?q={name[:5].upper()}")
    assert certificate.agency.legal_name in page.text
    assert "simpler one" in page.text
    everything = visitor.open("/register")
    assert all(each.legal_name in everything.text for each in (certificate.agency, other))
    nothing = visitor.open("/register?q=zzyzzx")
    assert "does not say that an agency is not certified" in nothing.text
    assert "is not certified by us" not in nothing.text
    assert visitor.open("/register?status=suspended").text.count("found nothing") == 1
    assert certificate.agency.legal_name in visitor.open("/register?status=certified&sort=changed").text


def test_the_search_of_software_follows_the_contract(stranded, certificate):
    client = stranded.test_client(use_cookies=False)
    found = client.get(f"/api/v1/agencies?q={certificate.agency.legal_name}&pageSize=1")
    held = conforms(found.get_json(), "AgencyPage")
    assert held["agencies"][0]["publicId"] == f"nl-{certificate.agency.register_number}"
    assert (held["total"], held["matchedBy"], held["facets"]["status"]) == (1, "words", {})
    assert found.headers["Warning"].startswith("110")
    place = certificate.agency.city
    assert client.get(f"/api/v1/agencies?place={place}").get_json()["total"] == 1
    assert client.get("/api/v1/agencies?place=Elsewhere").status_code == 503
    assert client.get("/api/v1/agencies?q=zzyzzx").status_code == 503
    assert client.get("/api/v1/agencies?nonsense=1").status_code == 400
    account = client.get("/register?q=NL91ABNA0417164300&lang=en")
    assert (account.status_code, "as of" in account.text) == (503, True)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_home_page_and_the_page_for_workers_say_as_of_when(stranded, certificate, language):
    visitor = Browser(stranded, language)
    words = {"nl": "Wij kunnen het register", "en": "We cannot reach the register"}
    home = visitor.open("/")
    assert words[language] in home.text
    assert certificate.agency.legal_name in home.text
    name = f"nl-{certificate.agency.register_number}"
    assert words[language] in visitor.open(f"/register/{name}/work").text
    assert visitor.open(f"/certificates/{certificate.number}").heading == certificate.agency.legal_name
    drawn = stranded.test_client(use_cookies=False).get(f"/register/{name}/mark.svg?lang=en")
    assert "as of" in drawn.text


def test_feeds_and_files_hold_what_was_known(stranded, session, certificate, kept_up):
    position = log(session, certificate, EntryType.ISSUED, "certified")
    kept_up()
    client, name = stranded.test_client(use_cookies=False), f"nl-{certificate.agency.register_number}"
    held = conforms(client.get("/api/v1/changes").get_json(), "ChangePage")
    assert [(each["publicId"], each["position"]) for each in held["changes"]] == [(name, position)]
    assert client.get(f"/api/v1/changes?since={position}").get_json() == {"changes": [], "position": position}
    for path in ("/changes.atom?lang=en", f"/changes.atom?agency={name}&lang=en"):
        feed = client.get(path).text
        assert certificate.agency.legal_name in feed
        assert "<subtitle>As of" in feed
    with client.get("/dumps/agencies.jsonl") as dump:
        assert name in dump.text
    assert client.get("/dumps/manifest.json").get_json()["files"]


def test_what_is_asked_of_a_file_that_keeps_only_the_last_changes_is_not_guessed(
    stranded, session, certificate, kept_up, monkeypatch
):
    monkeypatch.setattr(kept, "MOST_CHANGES", 1)
    last = [log(session, certificate, EntryType.ISSUED, "certified") for _ in range(3)][-1]
    kept_up()
    client = stranded.test_client(use_cookies=False)
    assert client.get("/api/v1/changes?since=0").status_code == 503
    assert len(client.get(f"/api/v1/changes?since={last - 1}").get_json()["changes"]) == 1


def test_a_machine_without_a_worker_keeps_it_by_a_command(app, files, tmp_path, monkeypatch):
    place = kept.path_in(tmp_path / "cache")
    place.unlink()
    assert CliRunner().invoke(keep_files, obj=app).exit_code == 0
    assert [each.name for each in place.parent.iterdir()] == ["register.db"]
    monkeypatch.setattr(newer, "keep_up", failing := Mock(side_effect=BeingMadeError))
    done = CliRunner().invoke(keep_files, obj=app)
    assert (done.exit_code, done.output) == (1, "Error: The files could not be made.\n")
    failing.side_effect = [BeingMadeError, None, KeyboardInterrupt]
    monkeypatch.setattr(registry.time, "sleep", Mock())
    CliRunner().invoke(keep_files, ["--follow"], obj=app)
    assert failing.call_count == 4


def test_a_clock_that_was_ahead_hides_no_change_from_the_file(stranded, session, certificate, kept_up, monkeypatch):
    with monkeypatch.context() as ahead:
        moment = clock.now() + timedelta(hours=5)
        ahead.setattr(clock, "now", lambda: moment)
        make_certificate(session)
        kept_up()
    change(session, certificate, S.SUSPENDED, clock.today(), "Late wages.")
    kept_up()
    path = f"/api/v1/agencies/nl-{certificate.agency.register_number}"
    assert stranded.test_client(use_cookies=False).get(path).get_json()["status"] == "suspended"


def test_a_file_that_is_old_or_damaged_is_begun_anew(stranded, certificate, kept_up, tmp_path, monkeypatch):
    place, path = kept.path_in(tmp_path / "cache"), f"/api/v1/agencies/nl-{certificate.agency.register_number}"
    client, first = stranded.test_client(use_cookies=False), place.stat().st_ino
    kept_up()
    assert place.stat().st_ino == first
    monkeypatch.setattr(newer, "ANEW", timedelta(0))
    kept_up()
    assert place.stat().st_ino != first
    place.write_bytes(b"no database" * 1000)
    assert client.get(path).status_code == 503
    with pytest.raises(StorageDownError):
        kept_up()
    kept_up()
    assert client.get(path).status_code == 200
    monkeypatch.setattr(kept, "FORM", kept.FORM + 1)
    assert client.get(path).status_code == 503
    place.unlink()
    assert client.get(path).status_code == 503


@pytest.mark.parametrize("stage", [S.ACTIVE, S.SUSPENDED, S.WITHDRAWN, S.ENDED, None])
def test_an_entry_that_was_kept_is_the_entry(app, session, stage):
    agency = make_certificate(session, stage).agency if stage else make_applicant(session)
    (held,) = (each for each in keeping.all_kept(session) if each.values["public_id"].endswith(agency.register_number))
    values = json.loads(json.dumps(held.values))
    with app.test_request_context():
        for later in (0, 400):
            day = clock.today() + timedelta(days=later)
            assert agency_facts(keeping.entry_from(values), day) == agency_facts(entry_of(session, agency.id), day)
    assert keeping.history_from(held.history, day) == history(session, agency.id, day)
