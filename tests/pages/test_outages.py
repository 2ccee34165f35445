"""A full disk, a disk that takes nothing, a database that takes nothing: each has its word, and reading goes on."""

import os
import subprocess
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from audits.applications.models import Answer, Evidence
from audits.core.access import Role
from audits.schemes.queries import scheme_of_version
from portal.doors.account import services
from portal.stores.files import open_store
from tests.kit.factories import make_application, make_person

WORDS = {
    "full": {"nl": "Onze schijf is vol.", "en": "There is no room left where we keep data"},
    "read-only": {"nl": "Wij kunnen nu niets wegschrijven", "en": "The disk where we keep data cannot be written to"},
    "standby": {"nl": "een andere databaseserver", "en": "We are moving to another database server."},
}
REFUSE = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE SQLSTATE '{}'; END$$"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 kB, which only root can make."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or not mount("-t", "tmpfs", "-o", "size=64k", "none", disk):
        pytest.skip("cannot make a disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def mount(*words):
    return subprocess.run(["mount", *map(str, words)], check=False, capture_output=True).returncode == 0


@pytest.fixture(params=["nl", "en"])
def language(request):
    return request.param


@pytest.fixture
def question(session, enter, language):
    """Somebody before the first question of an application."""
    application = make_application(session)
    editor = make_person(session, Role.AGENCY_EDITOR, application.agency_id, language=language)
    code = scheme_of_version(application.scheme_version).requirements[0].code
    browser = enter(editor, language=language)
    browser.open(f"/agency/applications/{application.id}/questions/{code}")
    return browser


def scan():
    """A picture that does not become smaller: 100 kB."""
    data = BytesIO()
    Image.frombytes("RGB", (190, 190), os.urandom(190 * 190 * 3)).save(data, "PNG")
    return BytesIO(data.getvalue()), "scan.png"


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("what", ["full", "read-only"])
def test_a_disk_that_takes_no_file_is_named_and_nothing_is_half_saved(
    app, session, question, small_disk, monkeypatch, *, language, what
):
    monkeypatch.setitem(app.extensions, "store", open_store(small_disk.as_uri()))
    if what == "read-only":
        assert mount("-o", "remount,ro", small_disk)
    path = question.page.path
    page = question.submit(value="conform", files=scan(), status=503)
    assert WORDS[what][language] in page.text
    assert int(page.response.headers["Retry-After"]) > 0
    assert count(session, Answer) == count(session, Evidence) == 0
    question.open(path)  # everything can still be read
    assert mount("-o", "remount,rw,size=4m", small_disk)
    question.submit(value="conform", files=scan())
    assert count(session, Evidence) == 1


@pytest.mark.parametrize(("what", "sqlstate"), [("full", "53100"), ("standby", "25006")])
def test_a_database_that_takes_nothing_is_named(session, question, language, what, sqlstate):
    """The refusal is PostgreSQL's own; a trigger stands in for its disk, and for a standby (see test_standby)."""
    session.execute(text(REFUSE.format(sqlstate)))
    session.execute(text("CREATE TRIGGER refuse BEFORE INSERT ON answer EXECUTE FUNCTION refuse()"))
    session.commit()
    page = question.submit(value="conform", explanation="As written.", status=503)
    assert WORDS[what][language] in page.text


@pytest.mark.parametrize("address", ["/no-such-page", "/office/"])
def test_a_database_that_goes_away_while_a_page_of_errors_is_made_still_gives_a_page(enter, monkeypatch, address):
    browser = enter(Role.PLANNER)

    def gone(*_):
        raise OperationalError("SELECT", None, Exception("the connection is lost"))

    monkeypatch.setattr(services, "find_session", gone)
    page = browser.open(address, status=503)
    assert page.soup.h1
