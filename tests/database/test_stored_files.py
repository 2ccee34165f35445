"""Checks of stored files, and the collection of files that no row names."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from audits.applications.services import add_evidence
from audits.core import clock
from audits.core.access import Role
from audits.core.files import StoredFile
from certificates.documents.models import DocumentStamp
from portal.app import create_app
from portal.commands.check import check
from portal.stores import checking, database, files
from portal.stores.checking import FileCheck, FileState, check_files, collect_files, troubles
from portal.stores.files import open_store
from portal.stores.roles import WORKER
from tests.conftest import acting_as, make_settings
from tests.kit.browser import Browser
from tests.kit.factories import make_application
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.documents import known
from tests.kit.factories.people import make_person

DATA = b"%PDF a document"
ADDRESS = hashlib.sha256(DATA).hexdigest()
OTHER = b"a refused upload"
OTHER_ADDRESS = hashlib.sha256(OTHER).hexdigest()


@pytest.fixture
def portal(app, tmp_path, monkeypatch):
    """The application with a store of its own."""
    monkeypatch.setitem(app.extensions, "store", open_store((tmp_path / "files").as_uri()))
    with app.app_context():
        yield app


@pytest.fixture
def root(tmp_path):
    return tmp_path / "files"


@pytest.fixture
def in_store(portal, session, root):
    """A document whose file is in the store."""
    document(session)
    return session, root


def path_of(root, sha256) -> Path:
    return root / sha256[:2] / sha256[2:4] / sha256


def document(session, data=DATA):
    """A document of a certificate, in the store and in the records."""
    files.store().put(data)
    return known(session, make_certificate(session), data, "audit_report")


def states(session):
    session.expire_all()
    return {each.sha256: each.state for each in session.scalars(select(FileCheck))}


def later(monkeypatch, **time):
    moment = clock.now() + timedelta(**time)
    monkeypatch.setattr(clock, "now", lambda: moment)


# Looking


def test_every_file_is_looked_at_once_a_month(portal, session, monkeypatch):
    document(session)
    assert check_files(session) == 1
    assert states(session) == {ADDRESS: FileState.WHOLE}
    later(monkeypatch, days=29)
    assert check_files(session) == 0
    later(monkeypatch, days=2)
    assert check_files(session) == 1


@pytest.mark.parametrize(
    ("harm", "found"),
    [(Path.unlink, FileState.LOST), (lambda path: path.write_bytes(b"other"), FileState.CHANGED)],
    ids=["lost", "changed"],
)
def test_a_file_that_is_not_whole_is_noted_until_it_is_put_back(in_store, monkeypatch, caplog, harm, found):
    session, root = in_store
    harm(path_of(root, ADDRESS))
    check_files(session)
    assert states(session) == {ADDRESS: found}
    assert f"a file of the store is {found}: {ADDRESS}" in caplog.text
    assert check_files(session) == 0
    files.store().put(DATA)
    later(monkeypatch, hours=2)
    assert check_files(session) == 1
    assert states(session) == {ADDRESS: FileState.WHOLE}


def test_a_store_that_is_down_has_lost_nothing(portal, session, root, caplog):
    document(session)
    root.rename(root.with_name("unmounted"))
    assert check_files(session) == 0
    assert states(session) == {}
    assert "the store does not answer" in caplog.text


def test_a_run_is_short_and_the_next_one_goes_on(portal, session, monkeypatch):
    for number in range(5):
        document(session, b"%d" % number)
    monkeypatch.setattr(checking, "MOST_FILES", 2)
    assert [check_files(session) for _ in range(4)] == [2, 2, 1, 0]
    monkeypatch.setattr(checking, "MOST_FILES", 300)
    monkeypatch.setattr(checking, "MOST_BYTES", 1)
    later(monkeypatch, days=31)
    assert check_files(session) == 1


def test_what_is_lost_is_named_without_its_content(portal, session):
    certificate = make_certificate(session)
    known(session, certificate, DATA)
    [kept] = session.scalars(select(checking.Document)).all()
    session.add(
        DocumentStamp(document_id=kept.id, sha256="0" * 64, size=1, proves_until=clock.now(), made_at=clock.now())
    )
    application = make_application(session)
    editor = make_person(session, Role.AGENCY_EDITOR, application.agency).actor
    add_evidence(
        session, editor, application.id, "CON-01", StoredFile("1" * 64, 1, "application/pdf", "pay of Ann.pdf")
    )
    check_files(session)
    named = {each.sha256: (each.kind, each.name) for each in troubles(session)}
    assert named == {
        ADDRESS: ("certificate", certificate.number),
        "0" * 64: ("certificate", certificate.number),
        "1" * 64: ("evidence", f"{application.reference} CON-01"),
    }


def failed_work(app, session):
    browser = Browser(app).sign_in(session, make_person(session, Role.ADMINISTRATOR))
    session.commit()
    return browser.open("/office/failed-jobs/")


def test_an_operator_and_an_administrator_see_it(app, portal, session, root):
    document(session)
    path_of(root, ADDRESS).unlink()
    check_files(session)
    session.commit()
    [only] = troubles(session)
    done = CliRunner().invoke(check, obj=app)
    assert done.exit_code == 1
    assert f"The file of audit_report {only.name} is lost: {ADDRESS}" in done.output
    page = failed_work(app, session)
    table = page.soup.find("caption", string="Files that are missing or damaged").parent
    assert [cell.get_text(strip=True) for cell in table.select("tbody tr > *")][:3] == [
        f"Audit report {only.name}",
        "Missing",
        ADDRESS[:12],
    ]


def test_without_lost_files_the_page_does_not_mention_them(app, portal, session):
    page = failed_work(app, session)
    assert "missing or damaged" not in page.text


def test_a_lost_file_is_reported_as_lost_and_not_as_an_outage(app, portal, session, root):
    known(session, make_certificate(session), DATA)
    [kept] = session.scalars(select(checking.Document)).all()
    address = f"/files/documents/{kept.id}"
    browser = Browser(app).sign_in(session, make_person(session, Role.DECIDER))
    session.commit()
    page = browser.open(address, status=500)
    assert "missing or damaged in our store" in page.text
    assert "Retry-After" not in page.response.headers


# Collecting


@pytest.fixture
def collecting(portal, session, root, monkeypatch):
    """A store that is ours, with one file that nobody names; collect its part of the store."""
    document(session)
    check_files(session)
    session.commit()
    files.store().put(OTHER)
    monkeypatch.setattr(checking, "PARTS", (OTHER_ADDRESS[:2],))
    age(root, OTHER_ADDRESS)
    return lambda: collect_files(session)


def age(root, sha256, *, days=8):
    moment = clock.now().timestamp() - days * 24 * 3600
    os.utime(path_of(root, sha256), (moment, moment))


def test_a_file_of_a_refused_transaction_goes(collecting, session, root):
    assert collecting() == 1
    assert not path_of(root, OTHER_ADDRESS).exists()
    assert files.store().get(ADDRESS) == DATA
    assert collecting() == 0


def test_young_files_stay(collecting, root):
    age(root, OTHER_ADDRESS, days=6)
    assert collecting() == 0
    assert path_of(root, OTHER_ADDRESS).exists()


def test_named_files_stay_however_old(collecting, root, monkeypatch):
    age(root, ADDRESS, days=4000)
    monkeypatch.setattr(checking, "PARTS", (ADDRESS[:2],))
    assert collecting() == 0
    assert path_of(root, ADDRESS).exists()


@pytest.fixture
def past_its_term(collecting, portal, session, root, monkeypatch):
    """An extract that was whole, and is older than its term."""
    known(session, make_certificate(session), OTHER, "register_extract")
    check_files(session)
    session.commit()
    assert states(session)[OTHER_ADDRESS] is FileState.WHOLE
    later(monkeypatch, days=portal.extensions["settings"].extract_days - 1)
    assert collecting() == 0, "it is kept for its term"
    later(monkeypatch, days=2)
    return collecting


def test_the_file_of_an_extract_is_forgotten_after_its_term_and_not_lost(past_its_term, session, root, make_session):
    with acting_as(WORKER, make_session)() as worker:
        assert collect_files(worker) == 1
        worker.commit()
    assert not path_of(root, OTHER_ADDRESS).exists()
    check_files(session)
    assert states(session) == {ADDRESS: FileState.WHOLE}
    assert past_its_term() == 0


def test_a_forgotten_file_is_not_lost_even_where_the_record_of_its_check_stayed(
    past_its_term, session, root, monkeypatch
):
    path_of(root, OTHER_ADDRESS).unlink()
    later(monkeypatch, days=31)
    check_files(session)
    assert states(session) == {ADDRESS: FileState.WHOLE}


def test_the_file_of_an_extract_that_is_also_evidence_stays(past_its_term, session, root):
    application = make_application(session)
    owner = make_person(session, [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY], application.agency)
    file = StoredFile(OTHER_ADDRESS, len(OTHER), "application/pdf", "a.pdf")
    add_evidence(session, owner.actor, application.id, "GOV-01", file)
    session.flush()
    assert past_its_term() == 0
    assert path_of(root, OTHER_ADDRESS).exists()


def test_all_parts_have_their_turn_within_a_day(portal, session, monkeypatch):
    document(session)
    check_files(session)
    seen, start = set(), clock.now()
    monkeypatch.setattr(files.Store, "written_before", lambda self, part, moment: seen.add(part) or [])
    for number in range(len(files.PARTS)):
        monkeypatch.setattr(clock, "now", lambda number=number: start + number * checking.PART_PERIOD)
        collect_files(session)
    assert seen == set(files.PARTS)
    assert len(files.PARTS) * checking.PART_PERIOD < timedelta(days=1)


@pytest.mark.parametrize("others", ["nothing was looked at", "much is lost"])
def test_a_store_that_may_belong_to_another_database_is_left_alone(collecting, session, root, others):
    if others == "much is lost":
        session.add_all(FileCheck(sha256=f"{n:064}", state=FileState.LOST, checked_at=clock.now()) for n in range(3))
    else:
        session.execute(FileCheck.__table__.delete())
    session.flush()
    assert collecting() == 0
    assert path_of(root, OTHER_ADDRESS).exists()


def test_a_store_that_is_down_loses_nothing_to_us(collecting, root, caplog):
    root.rename(root.with_name("unmounted"))
    root.write_text("in the way")
    assert collecting() == 0
    root.unlink()
    root.with_name("unmounted").rename(root)
    assert path_of(root, OTHER_ADDRESS).exists()


@pytest.fixture
def real(real_db, servers, tmp_path, monkeypatch):
    """A portal that commits for real, with a file that nobody names, which is old."""
    url = real_db.url.render_as_string(hide_password=False)
    app = create_app(make_settings(tmp_path, url, servers.redis_url), doors=())
    with app.app_context(), database.write() as session:
        document(session)
        check_files(session)
        files.store().put(OTHER)
    monkeypatch.setattr(checking, "PARTS", (OTHER_ADDRESS[:2],))
    age(tmp_path / "files", OTHER_ADDRESS)
    yield app
    app.extensions["sessionmaker"].kw["bind"].dispose()


@contextmanager
def transaction(app):
    with app.app_context(), database.write() as session:
        yield session


def collect(app):
    with transaction(app) as session:
        return collect_files(session)


def test_what_a_running_transaction_puts_is_never_collected(real, tmp_path):
    with transaction(real) as session:
        files.keep(session, OTHER)
        age(tmp_path / "files", OTHER_ADDRESS)  # as if putting it had not made it young
        known(session, make_certificate(session), OTHER, "audit_report")
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(collect, real).result() == 0
    assert collect(real) == 0
    with real.app_context():
        assert files.store().get(OTHER_ADDRESS) == OTHER


def test_who_puts_what_is_being_collected_waits_and_puts_it_again(real, monkeypatch):
    removed, go_on = Event(), Event()
    remove = files.Store.remove

    def slowly(store, sha256):
        remove(store, sha256)
        removed.set()
        assert go_on.wait(20)

    monkeypatch.setattr(files.Store, "remove", slowly)

    def put():
        with transaction(real) as session:
            files.keep(session, OTHER)
            known(session, make_certificate(session), OTHER, "audit_report")

    with ThreadPoolExecutor(2) as pool:
        collected = pool.submit(collect, real)
        assert removed.wait(20)
        putting = pool.submit(put)
        waiting(real)
        go_on.set()
        assert collected.result() == 1
        putting.result()
    with real.app_context():
        assert files.store().get(OTHER_ADDRESS) == OTHER


def waiting(app):
    """Return once somebody waits for an advisory lock."""
    asked = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    while True:
        with app.app_context():
            if database.read().scalar(asked):
                return
