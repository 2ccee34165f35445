"""Archival renewals: documents get a new time-stamp before the certificate of the last one ends."""

from contextvars import Context
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.core import clock
from certificates.documents.models import DocumentStamp
from certificates.documents.services import record_document
from certificates.register import queries as register
from certificates.seal.keyring.custody import create_key, ensure_keyring
from certificates.seal.keyring.keys import Keyring, Purpose
from certificates.seal.sealing.archiving import ArchiveError, Archivist, proves_until
from portal.doors.registry.verification import FileStatus, check
from portal.signing.keys import current_keys
from portal.stores import files
from portal.work import archive
from portal.work.archive import AHEAD, archivist, renew_due
from tests.kit.factories.certificates import make_certificate
from tests.kit.paper import paper

WORD = "a passphrase of the tests"


@pytest.fixture
def portal(app, settings, tmp_path, monkeypatch):
    """Provide the application with a keyring of its own."""
    own = replace(settings, seal_dir=tmp_path / "seal", seal_passphrase=WORD)
    monkeypatch.setitem(app.extensions, "settings", own)
    ensure_keyring(own.seal_dir, own.body_name, WORD)
    with app.app_context():
        yield app


@pytest.fixture
def document(portal, session):
    return filed(session)


def filed(session):
    """Return a certificate's file, sealed and stored."""
    sealer = current_keys().sealer
    placeholder = sealer.placeholder()
    data = sealer.seal(paper(placeholder), placeholder)
    certificate = make_certificate(session)
    found = record_document(
        session, kind="certificate", subject_id=certificate.id, agency_id=certificate.agency_id, language="nl",
        snapshot=certificate.snapshot, sha256=files.store().put(data), size=len(data),
    )  # fmt: skip
    session.flush()
    return found


def fetch(portal, path):
    """Return what a request of the public gets, made outside of the test's application context."""
    return Context().run(portal.test_client().get, path)


def run(session):
    count = renew_due(session)
    session.flush()
    return count


def stamps(session, document):
    query = select(DocumentStamp).where(DocumentStamp.document_id == document.id)
    return session.scalars(query.order_by(DocumentStamp.proves_until)).all()


def end_of(portal, purpose=Purpose.TIMESTAMP):
    ring = Keyring.open(portal.extensions["settings"].seal_dir)
    return ring.certificate(ring.active(purpose)).not_valid_after_utc


def later(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


def another_clock_certificate(portal):
    settings = portal.extensions["settings"]
    create_key(settings.seal_dir, Purpose.TIMESTAMP, settings.body_name, WORD)


def test_at_first_it_is_only_noted_how_long_a_document_proves_itself(portal, session, document):
    assert run(session) == 0
    [stamp] = stamps(session, document)
    assert (stamp.sha256, stamp.proves_until) == (document.sha256, end_of(portal))
    assert run(session) == 0
    assert len(stamps(session, document)) == 1


def test_before_the_end_it_gets_another_stamp_and_keeps_its_bytes(portal, session, document, monkeypatch):
    run(session)
    old = files.store().get(document.sha256)
    later(monkeypatch, end_of(portal) - AHEAD + timedelta(days=1))
    another_clock_certificate(portal)
    assert run(session) == 1
    first, second = stamps(session, document)
    assert (first.sha256, second.proves_until) == (document.sha256, end_of(portal))
    new = files.store().get(second.sha256)
    assert new.startswith(old)
    assert proves_until(new) == second.proves_until > first.proves_until
    assert files.store().get(document.sha256) == old
    assert run(session) == 0


def test_it_can_be_renewed_again_and_again(portal, session, document, monkeypatch):
    run(session)
    for round_ in range(1, 3):
        later(monkeypatch, end_of(portal) - timedelta(days=30))
        another_clock_certificate(portal)
        assert run(session) == 1
        assert len(stamps(session, document)) == round_ + 1


def test_without_a_newer_certificate_nothing_is_gained_and_nothing_made(portal, session, document, monkeypatch):
    run(session)
    later(monkeypatch, end_of(portal) - timedelta(days=30))
    assert run(session) == 0
    assert len(stamps(session, document)) == 1


def test_the_archival_form_is_known_as_the_document(portal, session, document, monkeypatch):
    run(session)
    later(monkeypatch, end_of(portal) - timedelta(days=30))
    another_clock_certificate(portal)
    run(session)
    sha256 = stamps(session, document)[-1].sha256
    found = register.document_with(session, sha256)
    assert (found.kind, found.subject_id, found.archived) == ("certificate", document.subject_id, True)
    assert not register.document_with(session, document.sha256).archived
    assert register.document_of(session, document.subject_id).sha256 == document.sha256


def test_the_archival_form_can_be_had_from_the_day_that_there_is_one(portal, session, document, monkeypatch):
    number = document.snapshot["number"]
    path = f"/certificates/{number}/archival.pdf"
    run(session)
    assert fetch(portal, path).status_code == 404
    later(monkeypatch, end_of(portal) - timedelta(days=30))
    another_clock_certificate(portal)
    run(session)
    answer = fetch(portal, path)
    assert answer.status_code == 200
    assert answer.data == files.store().get(stamps(session, document)[-1].sha256)
    assert fetch(portal, f"/certificates/{number}.pdf").data == files.store().get(document.sha256)


def test_an_archival_form_is_recognised_as_the_certificate(portal, session, document, monkeypatch):
    run(session)
    sha256 = document.sha256
    another_clock_certificate(portal)
    data = archivist().renew(files.store().get(sha256))
    unknown = check(session, data)  # before it is on record: by the seal
    assert (unknown.answer, unknown.certificate.id) == (FileStatus.VALID, document.subject_id)
    session.add(
        DocumentStamp(
            document_id=document.id, sha256=files.store().put(data), size=len(data),
            proves_until=proves_until(data), made_at=clock.now(),
        )
    )  # fmt: skip
    session.flush()
    known = check(session, data)
    assert (known.answer, known.certificate.id) == (FileStatus.VALID, document.subject_id)


def test_a_file_that_is_lost_does_not_hold_up_the_others(portal, session, document):
    certificate = make_certificate(session)
    record_document(
        session, kind="certificate", subject_id=certificate.id, agency_id=certificate.agency_id, language="nl",
        snapshot=certificate.snapshot, sha256="0" * 64, size=1,
    )  # fmt: skip
    session.flush()
    run(session)
    assert len(stamps(session, document)) == 1


def test_a_run_does_no_more_than_it_may(portal, session, monkeypatch):
    for _ in range(3):
        filed(session)
    monkeypatch.setattr(archive, "_LOOK", 2)
    counts = []
    for _ in range(3):
        run(session)
        counts.append(len(session.scalars(select(DocumentStamp)).all()))
    assert counts == [2, 3, 3]


@pytest.mark.parametrize("data", [b"", b"no PDF", paper()])
def test_a_file_without_a_seal_is_reported(portal, data):
    with pytest.raises(ArchiveError):
        proves_until(data)
    if data != paper():
        with pytest.raises(ArchiveError):
            archivist().renew(data)
    assert isinstance(archivist(), Archivist)
