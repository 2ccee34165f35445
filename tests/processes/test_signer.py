"""The signer, in this process and in one of its own: what it signs, for whom, and what a kill costs."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from audits.core import clock
from certificates.credentials import thumbprint
from certificates.credentials.tokens import read, sign
from certificates.ledger import tree
from certificates.ledger.memory import Head, LedgerError
from certificates.ledger.notes import Algorithm, Checkpoint, Note, Vkey, cosign
from certificates.seal import KeysError, SealLevel, examine
from certificates.seal.keyring.custody import create_key, mark_compromised
from certificates.seal.keyring.keys import Keyring, Purpose
from portal.host import signer as host
from portal.host.processes import starter, stop
from portal.settings import ROOT, Settings
from portal.signing import remote
from portal.signing.asked import AskedCredentialKey, AskedLedgerKey
from portal.signing.keys import Keys
from portal.signing.remote import RemoteSigner, answer
from portal.signing.signer import LocalSigner
from tests.kit.keyring import BODY, WORD, keyring
from tests.kit.paper import paper
from tests.kit.waiting import PATIENCE

DIGEST = sha256(b"a document").digest()
TEXT = "a text that somebody else signed\n"


@pytest.fixture
def folder(tmp_path):
    return keyring(tmp_path / "seal")


@pytest.fixture
def ring(folder):
    return Keyring.open(folder)


@pytest.fixture
def local(folder):
    return LocalSigner(Settings("", "", "", seal_dir=folder, seal_passphrase=WORD))


class Process:
    """A signer in a process of its own, which can be killed and started again at the same address."""

    def __init__(self, folder, place):
        self.path = place / "signer.sock"
        self.url = f"unix://{self.path}"
        self.log = place / "signer.log"
        self._env = {"SEAL_DIR": str(folder), "SEAL_PASSPHRASE": WORD, "SIGNER_URL": self.url}
        self.process = None

    def start(self, **changes):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.host.signer"],
                env=self._env | changes, cwd=ROOT, stderr=log, preexec_fn=starter(),
            )  # fmt: skip
        return self.process

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def wait(self):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return remote.reach(self.url)
            except OSError:
                assert time.monotonic() < end, self.log.read_text()
                time.sleep(0.02)


@pytest.fixture
def process(folder, tmp_path):
    found = Process(folder, tmp_path)
    found.start()
    found.wait()
    yield found
    stop(found.process, signal.SIGKILL)


@pytest.fixture
def far(process):
    signer = RemoteSigner(process.url)
    yield signer
    signer.close()


@pytest.fixture(params=["local", "far"])
def signer(request):
    return request.getfixturevalue(request.param)


# What it signs


def test_each_key_signs_what_it_is_for(signer, ring):
    for purpose in (Purpose.SEAL, Purpose.TIMESTAMP, Purpose.CREDENTIAL):
        entry = ring.active(purpose)
        signer.check(entry.id)
        ring.public(entry).verify(signer.sign(entry.id, DIGEST), DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))


def test_credentials_and_cosignatures_are_the_usual_ones(signer, ring):
    entry = ring.active(Purpose.CREDENTIAL)
    key = AskedCredentialKey(signer, entry.id, ring.public(entry))
    token = sign({"n": "é"}, key, typ="test")
    assert read(token, typ="test", key_for={thumbprint(key.public_key()): key.public_key()}.get) == {"n": "é"}
    entry = ring.active(Purpose.LEDGER)
    key = AskedLedgerKey(signer, entry.id, ring.public(entry))
    note = Note(TEXT, (cosign(TEXT, "keurwerk.example/witness", key, 1_700_000_000),))
    assert note.verified([Vkey.of("keurwerk.example/witness", key.public_key(), Algorithm.COSIGNATURE)])


def test_a_head_is_signed_with_its_proof_and_remembered(signer, ring):
    entry = ring.active(Purpose.LEDGER)
    assert signer.remembered() is None
    leaf = tree.leaf_hash(b"first")
    text = Checkpoint("keurwerk.example/ledger", 1, leaf).text
    ring.public(entry).verify(signer.sign_head(entry.id, text, 0, []), text.encode())
    assert signer.remembered() == Head(1, leaf)
    beside = Checkpoint("keurwerk.example/ledger", 1, tree.leaf_hash(b"another")).text
    with pytest.raises(LedgerError, match="first 1 entries"):
        signer.sign_head(entry.id, beside, 1, [])


def test_it_remembers_the_numbers_of_certificates(signer):
    assert signer.numbers() is None
    signer.use_number("certificate-2027", 41)
    signer.use_number("certificate-2027", 7)
    assert signer.numbers() == {"certificate-2027": 41}


@pytest.mark.parametrize(
    ("purpose", "data", "words"),
    [
        (Purpose.ROOT, DIGEST, "no key for digests"),
        (Purpose.SEAL, b"a whole document", "no SHA-256"),
        (Purpose.LEDGER, Checkpoint("keurwerk.example/ledger", 9, DIGEST).text.encode(), "signs heads"),
        (Purpose.LEDGER, DIGEST, "signs heads"),
    ],
    ids=["a certificate", "a document", "a head", "a digest"],
)
def test_it_signs_nothing_else(signer, ring, purpose, data, words):
    """Above all no certificate, and no head past its memory."""
    with pytest.raises(KeysError, match=words):
        signer.sign(ring.active(purpose).id, data)


def test_a_head_is_signed_by_no_other_key(signer, ring):
    with pytest.raises(KeysError, match="no key of the log"):
        signer.sign_head(ring.active(Purpose.SEAL).id, Checkpoint("a/ledger", 1, DIGEST).text, 0, [])


def test_a_compromised_key_signs_no_more_and_a_retired_one_finishes(signer, ring, folder):
    old = ring.active(Purpose.SEAL).id
    assert signer.sign(old, DIGEST)
    new = create_key(folder, Purpose.SEAL, BODY, WORD).id
    assert signer.sign(old, DIGEST)
    assert signer.sign(new, DIGEST)
    mark_compromised(folder, old, reason="a laptop was stolen")
    with pytest.raises(KeysError, match="compromised"):
        signer.sign(old, DIGEST)


def test_statements_on_revocation_are_those_of_the_root(signer, ring, folder):
    lost = ring.active(Purpose.SEAL)
    create_key(folder, Purpose.SEAL, BODY, WORD)
    mark_compromised(folder, lost.id, reason="a laptop was stolen")
    crl = x509.load_der_x509_crl(signer.revocations(clock.now().replace(microsecond=0)))
    assert crl.is_signature_valid(ring.certificate(ring.active(Purpose.ROOT)).public_key())
    assert [each.serial_number for each in crl] == [ring.certificate(lost).serial_number]
    found = signer.evidence([lost.id], clock.now())
    assert (len(found.certificates), len(found.ocsps), len(found.crls)) == (2, 1, 1)


# A process of its own


def test_seals_are_made_without_any_secret(process, folder):
    settings = Settings("", "", "", seal_dir=folder, seal_passphrase="", seal_level="lt", signer_url=process.url)
    keys = Keys(settings, 1, 1)
    assert keys.available
    placeholder = keys.sealer.placeholder()
    assert examine(keys.sealer.seal(paper(placeholder), placeholder), keys.own_root).level is SealLevel.LONG_TERM
    keys.signer.close()


def test_only_its_own_account_may_ask(process, monkeypatch, caplog, local):
    assert stat.S_IMODE(process.path.stat().st_mode) == 0o600
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    monkeypatch.setattr(host.os, "geteuid", lambda: os.getuid() + 1)
    with ours:
        ours.send(b'{"ask": "remembered"}')
        host._answer(theirs, local)
        assert "may not ask" in caplog.text
        with pytest.raises(ConnectionResetError):  # nobody read the question
            ours.recv(100)


@pytest.mark.parametrize(
    "message", [b"", b"{", b"[]", b"{}", b'{"ask": "secrets"}', b'{"ask": "sign", "key": 1}', b'{"ask": "sign_head"}']
)
def test_a_strange_message_gets_an_answer(local, message):
    assert "error" in json.loads(answer(local, message))


def test_a_signer_that_is_killed_costs_nothing(process, far, ring, monkeypatch):
    """Five threads ask all the time; every question gets its answer, over three kills."""
    monkeypatch.setattr(remote, "PAUSES", [0.05] * 20 * PATIENCE)
    key_id, asked, stopped = ring.active(Purpose.SEAL).id, threading.Semaphore(0), threading.Event()

    def ask():
        count = 0
        while not stopped.is_set():
            assert far.sign(key_id, DIGEST)
            asked.release()
            count += 1
        return count

    with ThreadPoolExecutor(5) as pool:
        asking = [pool.submit(ask) for _ in range(5)]
        for _ in range(3):
            for _ in range(50):
                asked.acquire()
            process.kill()
            process.start()
        for _ in range(50):
            asked.acquire()
        stopped.set()
        assert all(each.result() for each in asking)


def test_whoever_is_killed_while_asking_holds_up_nobody(process, far, ring):
    script = (
        "import sys; from portal.signing.remote import RemoteSigner; signer = RemoteSigner(sys.argv[1])\n"
        "while signer.sign(sys.argv[2], bytes(32)): print(flush=True)"
    )
    words = [sys.executable, "-c", script, process.url, ring.active(Purpose.SEAL).id]
    client = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, preexec_fn=starter())
    client.stdout.readline()
    client.kill()
    client.wait()
    client.stdout.close()
    assert far.sign(ring.active(Purpose.SEAL).id, DIGEST)


def test_without_a_signer_only_the_first_question_waits(tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(remote.time, "sleep", waited.append)
    signer = RemoteSigner(f"unix://{tmp_path / 'nobody'}")
    for _ in range(2):
        with pytest.raises(KeysError, match="does not answer"):
            signer.remembered()
    assert waited == [*remote.PAUSES, 0.0]


def test_a_wrong_passphrase_is_said_at_the_start(folder, tmp_path):
    found = Process(folder, tmp_path)
    assert found.start(SEAL_PASSPHRASE="wrong").wait() == 1
    assert "cannot be read" in found.log.read_text()
    assert not Path(found.path).exists()
