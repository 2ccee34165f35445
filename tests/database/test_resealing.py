"""A compromised key is revoked, and every certificate that it signed gets a replacement file."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pytest
from click.testing import CliRunner
from cryptography import x509
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from audits.core import clock, outbox
from audits.core.access import Role
from audits.core.events import history
from audits.core.outbox import OutboxItem
from certificates.credentials import key_of, thumbprint
from certificates.documents.models import Document
from certificates.documents.queries import find_document
from certificates.documents.services import record_document
from certificates.ledger.models import LedgerEntry
from certificates.ledger.verify import problems
from certificates.lifecycle import services
from certificates.lifecycle.services import enqueue_replacements
from certificates.lifecycle.workflow import CertificateState
from certificates.register import queries as register
from certificates.register.files import KEY_LOST
from certificates.seal.examining.verify import examine
from certificates.seal.keyring.custody import ensure_keyring
from certificates.seal.keyring.keys import (
    MANIFEST,
    Keyring,
    KeyState,
    Purpose,
)
from portal.commands.cli import main
from portal.commands.keys import keys
from portal.signing import credentials
from portal.signing.keys import current_keys
from portal.stores import files
from portal.work import handlers
from tests.kit.browser import Browser
from tests.kit.factories.certificates import (
    BASE_URL,
    BODY,
    make_certificate,
    make_grant,
)
from tests.kit.factories.people import make_person

S = CertificateState


@pytest.fixture
def portal(app, settings, tmp_path, monkeypatch):
    """Provide the application with a keyring of its own."""
    own = replace(settings, seal_dir=tmp_path / "seal")
    monkeypatch.setitem(app.extensions, "settings", own)
    ensure_keyring(own.seal_dir, own.body_name, own.seal_passphrase)
    return app


def ring(portal):
    settings = portal.extensions["settings"]
    return Keyring.open(settings.seal_dir, settings.seal_passphrase)


def run(portal, *command, status=0):
    done = CliRunner().invoke(keys, command, obj=portal)
    assert done.exit_code == status, done.output
    return done.output


def filed(session, certificate, data=None, **more):
    """Return a certificate with a file on record."""
    data = data or certificate.number.encode()
    document = record_document(
        session, kind="certificate", subject_id=certificate.id, agency_id=certificate.agency_id, language="nl",
        snapshot=certificate.snapshot, sha256=sha256(data).hexdigest(), size=len(data), **more,
    )  # fmt: skip
    session.flush()
    return document


def enqueued(session):
    query = select(OutboxItem).where(OutboxItem.kind == "certificate.reseal", OutboxItem.done_at.is_(None))
    return list(session.scalars(query))


def enqueue_all(session):
    """Enqueue a new file for every certificate, whatever key signed it."""
    return enqueue_replacements(session, counts=lambda _: False, because=KEY_LOST)


def do_jobs(portal, session):
    """Do the jobs that wait."""
    with portal.app_context():
        for item in enqueued(session):
            assert outbox.deliver(session, item.id, handlers.HANDLERS)
    session.flush()


def test_from_a_lost_key_to_a_new_file_for_everybody(portal, session):
    certificate = make_certificate(session)
    old = filed(session, certificate)
    lost = ring(portal).active(Purpose.SEAL)
    assert "keurwerk keys reseal" in run(portal, "compromised", lost.id, "--reason", "a laptop was stolen")
    assert "1 certificates follow" in run(portal, "reseal")
    do_jobs(portal, session)

    new = register.document_of(session, certificate.id)
    assert new.sha256 != old.sha256
    assert (new.replaced_at, new.replaced_because) == (None, "")
    with portal.app_context():
        data = files.store().get(new.sha256)
        assert examine(data, current_keys().roots[0]).genuine
    was = register.document_with(session, old.sha256)
    assert (was.replaced_at, was.replaced_because) == (new.created_at, KEY_LOST)
    assert [entry.state for entry in ring(portal).of(Purpose.SEAL)] == [KeyState.ACTIVE, KeyState.COMPROMISED]
    event = history(session, certificate.id)[-1]
    assert (event.name, event.data["before"], event.data["after"]) == ("certificate.reseal", old.sha256, new.sha256)


def test_a_list_with_one_more_lost_key_is_a_newer_list(portal, monkeypatch):
    """RFC 5280 clause 5.2.3: who kept the list of this hour must be able to see that there is another one."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)

    def listed(minute):
        monkeypatch.setattr(clock, "now", lambda: hour + timedelta(minutes=minute))
        with portal.app_context():
            crl = x509.load_der_x509_crl(current_keys().revocations())
        number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        return number, crl.last_update_utc, len(crl)

    before = listed(10)
    assert before[1:] == (hour, 0)
    lost = ring(portal).active(Purpose.SEAL)
    run(portal, "compromised", lost.id, "--reason", "a laptop was stolen")
    at = (hour + timedelta(minutes=20)).timestamp()
    os.utime(portal.extensions["settings"].seal_dir / MANIFEST, (at, at))
    after = listed(30)
    assert after[1:] == (hour + timedelta(minutes=20), 1)
    assert after[0] > before[0]
    assert listed(40) == after


def with_signed_forms(portal, session):
    """Return a certificate with file, credential and badge."""
    certificate = make_certificate(session)
    filed(session, certificate)
    with portal.app_context():
        signed = credentials.signed_forms_of(certificate)
    certificate.credential, certificate.badge = signed.credential, signed.badge
    session.flush()
    return certificate, signed


def test_what_a_lost_key_signed_for_machines_is_signed_anew(portal, session):
    certificate, signed = with_signed_forms(portal, session)
    lost = ring(portal).active(Purpose.CREDENTIAL)
    assert "keurwerk keys reseal" in run(portal, "compromised", lost.id, "--reason", "a laptop was stolen")
    run(portal, "reseal")
    do_jobs(portal, session)
    trusted = {thumbprint(key) for key in ring(portal).credential_public().values()}
    for before, after in ((signed.credential, certificate.credential), (signed.badge, certificate.badge)):
        assert key_of(before) not in trusted
        assert key_of(after) in trusted


def test_what_the_active_key_signed_is_kept(portal, session):
    certificate, signed = with_signed_forms(portal, session)
    enqueue_all(session)
    do_jobs(portal, session)
    assert (certificate.credential, certificate.badge) == (signed.credential, signed.badge)


def test_a_new_file_has_one_key_for_credential_badge_and_code(portal, session):
    """The code on paper is a picture: only the name of the key in the credential tells whose it is."""
    certificate, signed = with_signed_forms(portal, session)
    name = run(portal, "rotate", "credential").strip()
    enqueue_all(session)
    do_jobs(portal, session)
    with portal.app_context():
        token = credentials.signed_forms_of(certificate).offline_url.partition("#c=")[2]
    active = thumbprint(ring(portal).credential_public()[name])
    assert key_of(signed.credential) != active
    assert [key_of(each) for each in (certificate.credential, certificate.badge)] == [active, active]
    assert active.startswith(key_of(token))


def test_the_new_file_says_what_the_old_one_said(portal, session):
    certificate = make_certificate(session)
    old = filed(session, certificate)
    enqueue_all(session)
    do_jobs(portal, session)
    new = session.scalars(select(Document).where(Document.replaces == old.id)).one()
    assert (new.snapshot, new.language, new.agency_id) == (old.snapshot, old.language, old.agency_id)
    assert new.because == KEY_LOST


def test_the_log_tells_of_the_new_file_and_agrees_with_the_records(portal, session):
    numbered = services.number_certificate(session, make_grant(session).id, base_url=BASE_URL, body=BODY)
    session.flush()
    issued = services.issue_certificate(session, numbered.id, sha256="a" * 64, size=9, language="nl")
    session.flush()
    enqueue_all(session)
    do_jobs(portal, session)
    entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.index)).all()
    said = [json.loads(entry.data) for entry in entries if entry.number == issued.number]
    assert [(each["type"], each["status"]) for each in said] == [("issued", "certified"), ("resealed", "certified")]
    assert said[1]["pdf_sha256"] == register.document_of(session, issued.id).sha256
    assert [line for line in problems(session, "test", []) if issued.number in line] == []


def test_certificates_that_ended_are_resealed_too_without_a_mail(portal, session):
    """Whoever looks up an old certificate must be able to check that it was genuine."""
    states = (S.ACTIVE, S.SUSPENDED, S.WITHDRAWN, S.REPLACED)
    certificates = {state: make_certificate(session, state) for state in states}
    expired = make_certificate(session, issued=clock.today() - timedelta(days=900))
    documents = [filed(session, each) for each in (*certificates.values(), expired)]
    assert enqueue_all(session) == 5
    assert {item.payload["document_id"] for item in enqueued(session)} == {str(each.id) for each in documents}
    do_jobs(portal, session)
    assert {each.state for each in certificates.values()} == set(states)
    mails = session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail.agency")).all()
    told = {certificates[state].number for state in (S.ACTIVE, S.SUSPENDED)}
    assert {mail.payload["number"] for mail in mails} == told


def test_asked_twice_each_file_is_replaced_once(portal, session):
    certificate = make_certificate(session)
    filed(session, certificate)
    assert [enqueue_all(session), enqueue_all(session)] == [1, 1]
    do_jobs(portal, session)
    assert len(session.scalars(select(Document).where(Document.subject_id == certificate.id)).all()) == 2


def test_asked_again_after_a_second_loss_the_newest_file_is_replaced(portal, session):
    certificate = make_certificate(session)
    filed(session, certificate)
    for _ in range(2):
        assert enqueue_all(session) == 1
        do_jobs(portal, session)
    documents = session.scalars(
        select(Document).where(Document.subject_id == certificate.id).order_by(Document.created_at)
    ).all()
    assert [document.replaces for document in documents] == [None, documents[0].id, documents[1].id]
    assert register.document_of(session, certificate.id).sha256 == documents[2].sha256


def test_the_agency_gets_a_mail_and_reads_the_new_file(portal, session):
    certificate = make_certificate(session)
    filed(session, certificate)
    enqueue_all(session)
    do_jobs(portal, session)
    mails = session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail.agency")).all()
    assert [mail.payload["template"] for mail in mails] == ["certificate_resealed"]


def test_the_address_of_a_certificate_gives_the_new_file(portal, session):
    certificate = make_certificate(session)
    with portal.app_context():
        files.store().put(b"%PDF the old one")
    filed(session, certificate, b"%PDF the old one")
    path = f"/certificates/{certificate.number}.pdf"
    old = portal.test_client().get(path)
    enqueue_all(session)
    do_jobs(portal, session)
    new = portal.test_client().get(path, headers={"If-None-Match": old.headers["ETag"]})
    assert (old.data, new.status_code) == (b"%PDF the old one", 200)
    assert examine(new.data, ring(portal).roots()[0]).genuine


class TestTheDatabase:
    def values(self, document, **changes):
        columns = ("kind", "subject_id", "agency_id", "language", "snapshot", "size", "created_at")
        kept = {column: getattr(document, column) for column in columns}
        return kept | {"id": uuid4(), "sha256": "f" * 64, "replaces": document.id, "because": "x"} | changes

    @pytest.mark.parametrize("changes", [{"kind": "decision_letter"}, {"because": ""}, {"replaces": None}])
    def test_a_file_is_replaced_by_one_about_the_same_with_a_reason(self, session, changes):
        document = filed(session, make_certificate(session))
        with pytest.raises(IntegrityError):
            session.execute(insert(Document).values(**self.values(document, **changes)))

    def test_no_file_is_replaced_twice(self, session):
        document = filed(session, make_certificate(session))
        session.execute(insert(Document).values(**self.values(document)))
        with pytest.raises(IntegrityError, match="uq_document_replaces"):
            session.execute(insert(Document).values(**self.values(document, sha256="e" * 64)))


class TestTheCommand:
    def test_it_lists_every_key(self, portal):
        said = run(portal, "list").splitlines()
        assert [line.split("-")[0].split()[0] for line in said] == [purpose.value for purpose in Purpose]
        assert all("active" in line for line in said)

    def test_it_rotates_and_tells_the_new_name(self, portal):
        before = ring(portal).active(Purpose.CREDENTIAL)
        name = run(portal, "rotate", "credential").strip()
        assert ring(portal).active(Purpose.CREDENTIAL).id == name != before.id

    def test_it_makes_a_key_only_where_there_is_none(self, portal):
        assert "rotate it" in run(portal, "create", "ledger", status=1)
        run(portal, "retire", ring(portal).active(Purpose.LEDGER).id)
        assert "no active ledger key" in run(portal, "rotate", "ledger", status=1)
        assert run(portal, "create", "ledger").strip() == ring(portal).active(Purpose.LEDGER).id

    def test_it_notes_since_when_others_may_have_a_key(self, portal):
        lost = ring(portal).active(Purpose.SEAL)
        run(portal, "compromised", lost.id, "--reason", "stolen", "--since", "2030-01-02 03:04:05")
        entry = ring(portal).of(Purpose.SEAL, KeyState.COMPROMISED)[0]
        assert (entry.changed_at.isoformat(), entry.reason) == ("2030-01-02T03:04:05+00:00", "stolen")

    @pytest.mark.parametrize("purpose", [Purpose.SEAL, Purpose.TIMESTAMP, Purpose.CREDENTIAL])
    def test_it_enqueues_nothing_that_no_key_can_do(self, portal, session, purpose):
        filed(session, make_certificate(session))
        run(portal, "retire", ring(portal).active(purpose).id)
        assert f"no active {purpose} key" in run(portal, "reseal", status=1)
        assert enqueued(session) == []

    @pytest.mark.parametrize(
        "command",
        [
            ("retire", "nobody"),
            ("compromised", "nobody", "--reason", "x"),
        ],
    )
    def test_an_impossible_call_is_reported_without_a_traceback(self, portal, command):
        said = run(portal, *command, status=1)
        assert said.startswith("Error: ")
        assert "Traceback" not in said

    def test_a_running_portal_seals_with_the_new_key_at_once(self, portal, session):
        with portal.app_context():
            before = current_keys().sealer
            assert current_keys().sealer is before
            run(portal, "rotate", "seal")
            assert current_keys().sealer is not before


def test_an_agency_reads_the_newest_file(portal, session):
    certificate = make_certificate(session)
    filed(session, certificate)
    enqueue_all(session)
    do_jobs(portal, session)
    actor = make_person(session, Role.DECIDER).actor
    assert find_document(session, actor, "certificate", certificate.id).because == KEY_LOST


def test_the_group_is_part_of_the_command():
    assert main.commands["keys"] is keys
    assert set(keys.commands) == {"create", "list", "rotate", "retire", "compromised", "reseal"}


def test_a_check_of_the_old_file_says_why_it_was_replaced(portal, session):
    certificate = make_certificate(session)
    with portal.app_context():
        files.store().put(b"%PDF the old one")
    filed(session, certificate, b"%PDF the old one")
    enqueue_all(session)
    do_jobs(portal, session)
    browser = Browser(portal, "en")
    browser.open("/verify")
    page = browser.submit("form[method=post]", file=(BytesIO(b"%PDF the old one"), "old.pdf"), status=200)
    assert KEY_LOST in page.text
    new = portal.test_client().get(f"/certificates/{certificate.number}.pdf").data
    browser.open("/verify")
    assert KEY_LOST not in browser.submit("form[method=post]", file=(BytesIO(new), "new.pdf"), status=200).text
