"""Keys compromised in any order: afterwards everything that we serve verifies and is correct."""

import hashlib
import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import select

from audits.core import clock, outbox
from audits.core.access import Role
from audits.core.outbox import OutboxItem
from certificates.credentials import key_of
from certificates.documents.models import Document
from certificates.documents.services import record_document
from certificates.ledger import queries as log_queries
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.workflow import CertificateState
from certificates.register import queries as register
from certificates.seal.keyring.custody import ensure_keyring
from certificates.seal.keyring.keys import (
    Keyring,
    KeyState,
    Purpose,
    know,
)
from portal.commands.keys import keys
from portal.commands.ledger import ledger_commands
from portal.settings import ROOT
from portal.signing import credentials, ledger
from portal.signing.keys import current_keys
from portal.stores import files
from portal.work import handlers
from portal.work.schedule import sign_head
from tests.kit.factories.certificates import (
    BASE_URL,
    BODY,
    make_certificate,
    make_grant,
)
from tests.kit.factories.people import make_person
from tests.kit.paper import paper, sealer_of

S = CertificateState
VERIFIER = ROOT / "bin" / "keurwerk-verify"


@dataclass
class House:
    """The portal with keys of its own, and who works in it."""

    app: Any
    session: Any
    folder: Any

    @property
    def ring(self):
        return Keyring.open(self.app.extensions["settings"].seal_dir)

    def keys(self, *words, status=0):
        """`keurwerk keys`, as an operator types it."""
        done = CliRunner().invoke(keys, words, obj=self.app)
        assert done.exit_code == status, done.output
        self.session.flush()
        return done.output

    def lose(self, purpose, state=KeyState.ACTIVE):
        """Mark the newest key for a purpose in this state as compromised."""
        self.keys("compromised", self.ring.of(purpose, state)[0].id, "--reason", "a laptop was stolen")

    def reseal(self):
        """Reseal, do the jobs that this enqueues, and return how many certificates follow according to the command."""
        count = int(self.keys("reseal").split()[0])
        with self.app.app_context():
            for item in self.session.scalars(select(OutboxItem).where(OutboxItem.done_at.is_(None))).all():
                assert item.kind.startswith("mail") or outbox.deliver(self.session, item.id, handlers.HANDLERS)
            credentials.sign_lists(self.session)
            sign_head(self.session)
        self.session.commit()
        return count

    def issue(self, agency=None):
        """Issue a certificate, sealed file included."""
        grant = make_grant(self.session, agency)
        certificate = services.number_certificate(self.session, grant.id, base_url=BASE_URL, body=BODY)
        self.session.flush()
        with self.app.app_context():
            handlers.seal(self.session, {"certificate_id": str(certificate.id)})
        self.session.flush()
        return certificate

    def file(self, certificate):
        with self.app.app_context():
            return files.store().get(register.document_of(self.session, certificate.id).sha256)

    def ledger_verify(self):
        done = CliRunner().invoke(ledger_commands, ["verify"], obj=self.app)
        return done.exit_code, done.output

    def judged(self, certificate, *, by="pdf", file=None, on=None):
        """Return what the stand-alone verifier says of a certificate by newest file, another file, or number."""
        settings = self.app.extensions["settings"]
        dump, pdf = self.folder / "dump.zip", self.folder / "certificate.pdf"
        with self.app.app_context():
            newest = log_queries.latest(self.session)
            dump.write_bytes(b"".join(ledger.archive(self.session, newest, settings)))
        pdf.write_bytes(file or self.file(certificate))
        words = ["--pdf", pdf] if by == "pdf" else ["--number", certificate.number]
        words += ["--on", on.isoformat()] if on else []
        command = [sys.executable, "-I", VERIFIER, dump, *words, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return json.loads(done.stdout)


@contextmanager
def later(by):
    """For a while it is another time."""
    moment = clock.now() + by
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: moment)
        yield moment


@pytest.fixture
def house(app, session, settings, tmp_path, monkeypatch):
    own = replace(settings, seal_dir=tmp_path / "seal")
    monkeypatch.setitem(app.extensions, "settings", own)
    ensure_keyring(own.seal_dir, own.body_name, own.seal_passphrase)
    return House(app, session, tmp_path)


def unverifiable(house, certificates):
    """Whose credential or badge a library that is not ours refuses, with the keys that we publish."""
    published = house.app.test_client().get("/.well-known/jwks.json").json["keys"]
    by_name = {each["kid"]: ECKey.import_key(each) for each in published}
    refused = []
    for certificate in certificates:
        for text in (certificate.credential, certificate.badge):
            try:
                jws.deserialize_compact(text, by_name[key_of(text)], algorithms=["ES256"])
            except KeyError:
                refused.append(certificate.number)
    return refused


def rotate_credential(house):
    house.keys("rotate", "credential")


SEQUENCES = {
    "seal, then the retired key of credentials": (
        rotate_credential,
        lambda house: house.lose(Purpose.SEAL),
        House.reseal,
        lambda house: house.lose(Purpose.CREDENTIAL, KeyState.RETIRED),
    ),
    "the retired key of credentials": (
        rotate_credential,
        lambda house: house.lose(Purpose.CREDENTIAL, KeyState.RETIRED),
    ),
    "the active key of credentials": (lambda house: house.lose(Purpose.CREDENTIAL),),
    "the key of time-stamps": (lambda house: house.lose(Purpose.TIMESTAMP),),
}


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_after_any_loss_everything_can_be_checked_again(house, session, sequence):
    good, suspended, withdrawn, older = (house.issue() for _ in range(4))
    decider = make_person(session, Role.DECIDER).actor
    services.suspend_certificate(session, decider, suspended.id, reasons="Signals about unpaid wages.")
    services.withdraw_certificate(session, decider, withdrawn.id, reasons="Wages were not paid.")
    newer = house.issue(older.agency)
    assert older.state is S.REPLACED
    for step in SEQUENCES[sequence]:
        step(house)
    house.reseal()

    assert unverifiable(house, [good, suspended, withdrawn, older, newer]) == []
    for certificate in (good, newer):
        for by in ("pdf", "number"):
            assert (house.judged(certificate, by=by)["verdict"], certificate.number) == ("genuine", certificate.number)
    for certificate, word in ((suspended, "suspended"), (withdrawn, "withdrawn"), (older, "replaced")):
        for by in ("pdf", "number"):
            report = house.judged(certificate, by=by)
            assert (report["status"], report["verdict"]) == (2, "genuine, not valid"), report
            assert report["certificate"]["status"] == word
    assert house.ledger_verify()[0] == 0
    assert house.reseal() == 0


def test_a_new_file_does_not_change_since_when_a_certificate_is_withdrawn(house, session):
    with later(timedelta(hours=-2)):
        certificate = house.issue()
        old = house.file(certificate)
    with later(timedelta(hours=-1)) as moment:
        decider = make_person(session, Role.DECIDER).actor
        services.withdraw_certificate(session, decider, certificate.id, reasons="Wages were not paid.")
    house.lose(Purpose.SEAL)
    assert house.reseal() == 1
    since = f"withdrawn since {moment:%Y-%m-%dT%H:%M:%SZ}"
    assert house.judged(certificate)["reasons"][0] == since
    assert house.judged(certificate, file=old)["reasons"][:2] == ["a newer file of this certificate was issued", since]


def test_an_old_file_is_judged_by_its_own_day_though_a_newer_one_was_sealed_after_its_key_had_ended(house):
    certificate = house.issue()
    old = house.file(certificate)
    with later(timedelta(days=11 * 365)) as moment:
        for purpose in ("timestamp", "seal"):
            house.keys("rotate", purpose)
        house.lose(Purpose.CREDENTIAL)
        assert house.reseal() == 1
        report = house.judged(certificate, file=old, on=moment.date())
    assert report["status"] == 2, report
    assert report["reasons"][0] == "a newer file of this certificate was issued"


def test_it_says_how_many_follow_and_that_is_all_of_them(house):
    certificates = [house.issue() for _ in range(3)]
    assert house.reseal() == 0
    rotate_credential(house)
    assert house.reseal() == 0, "what a retired key signed still counts"
    certificates.append(house.issue())
    house.lose(Purpose.CREDENTIAL, KeyState.RETIRED)
    assert unverifiable(house, certificates) == [each.number for each in certificates[:3] for _ in range(2)]
    assert house.reseal() == 3
    assert unverifiable(house, certificates) == []


def test_the_log_verifier_names_what_nobody_can_check(house):
    certificate = house.issue()
    house.reseal()
    assert house.ledger_verify()[0] == 0
    house.lose(Purpose.CREDENTIAL)
    status, said = house.ledger_verify()
    assert status == 1
    assert said.splitlines() == [
        f"{certificate.number}: the credential is signed with a key that is not in the published set",
        f"{certificate.number}: the badge is signed with a key that is not in the published set",
        "the revocation list 0 is signed with a key that is not in the published set",
        "the suspension list 0 is signed with a key that is not in the published set",
    ]
    assert house.reseal() == 1
    assert house.ledger_verify()[0] == 0


# Which are chosen. Here the papers are small ones: only who signed them is looked at.


def sealed(house):
    """Return the address of a small paper with our seal."""
    with house.app.app_context():
        sealer = current_keys().sealer
        placeholder = sealer.placeholder()
        return files.store().put(sealer.seal(paper(placeholder), placeholder))


def filed(house, sha256=None, *, days=0):
    """Return a certificate with file, credential and badge of the active keys, recorded so many days from now."""
    certificate = make_certificate(house.session)
    with house.app.app_context():
        signed = credentials.signed_forms_of(certificate)
    certificate.credential, certificate.badge = signed.credential, signed.badge
    sha256 = sha256 or sealed(house)
    with later(timedelta(days=days)):
        record_document(
            house.session, kind="certificate", subject_id=certificate.id, agency_id=certificate.agency_id,
            language="nl", snapshot=certificate.snapshot, sha256=sha256, size=9,
        )  # fmt: skip
    house.session.flush()
    return certificate


def chosen(house):
    """Return the numbers of the certificates that follow."""
    count = int(house.keys("reseal").split()[0])
    items = house.session.scalars(select(OutboxItem).where(OutboxItem.kind == "certificate.reseal"))
    waiting = {item.payload["document_id"] for item in items}
    rows = house.session.execute(
        select(Certificate.number, Document.id).join(Document, Document.subject_id == Certificate.id)
    )
    found = sorted(number for number, document_id in rows if str(document_id) in waiting)
    assert len(found) == count
    return found


def test_who_signed_decides_and_no_date_does(house):
    """By their dates the choice would be the other one: those that must follow are newer than every key."""
    credential = house.ring.active(Purpose.CREDENTIAL)
    with_lost_credential = filed(house, sealed(house), days=30)
    rotate_credential(house)
    seal = house.ring.active(Purpose.SEAL)
    with_lost_seal = filed(house, days=30)
    house.keys("rotate", "seal")
    filed(house, days=-30)
    for purpose in ("seal", "credential", "timestamp"):
        house.keys("rotate", purpose)
    for lost in (credential, seal):
        house.keys("compromised", lost.id, "--reason", "a laptop was stolen")
    assert chosen(house) == [with_lost_credential.number, with_lost_seal.number]


def test_a_badge_alone_is_enough(house):
    certificate = filed(house)
    badge = certificate.badge
    rotate_credential(house)
    with house.app.app_context():
        certificate.credential = credentials.signed_forms_of(certificate).credential
    house.session.flush()
    house.lose(Purpose.CREDENTIAL, KeyState.RETIRED)
    assert key_of(badge) != key_of(certificate.credential)
    assert chosen(house) == [certificate.number]


def test_what_a_key_elsewhere_sealed_counts_until_its_certificate_is_taken_out(house, tmp_path):
    """A key in a module has no line in the keyring; its certificate lies in `known`."""
    strange = ensure_keyring(tmp_path / "module", "Stichting Keurwerk", "another passphrase")
    sealer = sealer_of(strange.folder, "another passphrase")
    placeholder = sealer.placeholder()
    with house.app.app_context():
        sha256 = files.store().put(sealer.seal(paper(placeholder), placeholder))
    certificate = filed(house, sha256)
    seal = strange.certificate(strange.active(Purpose.SEAL)).public_bytes(Encoding.DER)
    know(house.ring.folder, seal)
    assert chosen(house) == []
    (house.ring.folder / "known" / f"{hashlib.sha256(seal).hexdigest()}.pem").unlink()
    assert chosen(house) == [certificate.number]


def test_a_file_that_is_lost_or_has_no_seal_is_made_anew(house):
    with house.app.app_context():
        unsealed = files.store().put(paper())
    filed(house)
    lost, bare = filed(house, "0" * 64), filed(house, unsealed)
    assert chosen(house) == [lost.number, bare.number]


def test_without_the_store_nothing_is_enqueued(house, monkeypatch):
    filed(house)
    house.lose(Purpose.SEAL)
    monkeypatch.setattr(files.Store, "check", down)
    assert "the store does not answer" in house.keys("reseal", status=1)
    assert house.session.scalars(select(OutboxItem).where(OutboxItem.kind == "certificate.reseal")).all() == []


def down(_):
    raise files.StorageDownError
