"""Seal keys in a token or at a service: seals are equivalent, and their answers are not trusted."""

import base64
import json
import subprocess
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certificates.seal.asking import LARGEST, AskError, post
from certificates.seal.encoding.cms import DATA, SignedData
from certificates.seal.examining.verdict import SealOutcome
from certificates.seal.examining.verify import examine
from certificates.seal.keyring.addresses import (
    RingAddress,
    ServiceAddress,
    TokenAddress,
    parse_key,
)
from certificates.seal.keyring.authority import found_authority
from certificates.seal.keyring.keys import KeysError
from certificates.seal.keyring.remote import RemoteKey, service
from certificates.seal.keyring.signing import HeldKey, read_chain
from certificates.seal.keyring.token import TokenKey
from certificates.seal.sealing.sealer import KeySealer
from portal.reader.questions import examine_seal
from portal.sidecar.lanes import SHELL
from tests.kit.answering import Answering
from tests.kit.paper import paper

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
NOW = datetime.now(UTC)
PIN = "4711"
BODY = "Stichting Keurwerk"
AUTHORITY = found_authority(BODY, ec.generate_private_key(ec.SECP256R1()), NOW)
KEYS = {"P-256": ec.generate_private_key(ec.SECP256R1()), "RSA-3072": rsa.generate_private_key(65537, 3072)}


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


CHAINS = {
    name: (der(AUTHORITY.seal_certificate(BODY, key, NOW, crl_url="")), der(AUTHORITY.certificate))
    for name, key in KEYS.items()
}


def sealed_with(key):
    sealer = KeySealer(key)
    placeholder = sealer.placeholder()
    return sealer.seal(paper(placeholder), placeholder)


def test_a_chain_is_sent_in_the_order_of_der():
    """EN 319 142-1 clause 4.1 asks for DER, and X.690 clause 11.6 for sets in the order of their bytes."""
    own, root = CHAINS["P-256"]
    for between in (b"\x30\x00", b"\x30\x84" + bytes(4)):
        key = HeldKey(KEYS["P-256"], own, (between, root))
        whole = SignedData(key, DATA).sign(bytes(32))
        assert b"".join(sorted((own, between))) in whole
        assert root not in whole


@pytest.fixture(params=KEYS)
def kind(request):
    return request.param


class TestModule:
    @pytest.fixture(scope="class")
    @staticmethod
    def token(tmp_path_factory):
        """Provide a software module with a token that holds both keys."""
        folder = tmp_path_factory.mktemp("hsm")
        (folder / "tokens").mkdir()
        (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
            util = ("softhsm2-util", "--token", "keurwerk", "--pin", PIN)
            run = lambda *more: subprocess.run((*util, *more), check=True, capture_output=True)  # noqa: E731
            run("--init-token", "--free", "--label", "keurwerk", "--so-pin", "so-pin")
            for number, (name, key) in enumerate(KEYS.items(), 1):
                pkcs8 = serialization.PrivateFormat.PKCS8
                pem = key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption())
                (folder / "key.pem").write_bytes(pem)
                run("--import", folder / "key.pem", "--label", name, "--id", f"0{number}")
            yield
            pkcs11.unload(MODULE)

    def address(self, kind, **changes):
        return TokenAddress(**({"module": MODULE, "token": "keurwerk", "label": kind} | changes))

    def test_what_it_seals_is_genuine(self, token, kind):
        pdf = sealed_with(TokenKey(self.address(kind), PIN, CHAINS[kind]))
        assert examine(pdf, CHAINS[kind][-1]).genuine

    def test_a_key_may_be_named_by_its_number(self, token):
        key = TokenKey(self.address("", label="", id=b"\x01"), PIN, CHAINS["P-256"])
        assert examine(sealed_with(key), CHAINS["P-256"][-1]).genuine

    def test_a_session_that_ended_is_opened_again(self, token, kind):
        key = TokenKey(self.address(kind), PIN, CHAINS[kind])
        key.sign_digest(bytes(32))
        key._private.session.close()
        assert examine(sealed_with(key), CHAINS[kind][-1]).genuine

    @pytest.mark.parametrize("changes", [{"token": "another"}, {"label": "another"}])
    def test_a_missing_key_is_reported(self, token, changes):
        with pytest.raises(KeysError, match="does not sign"):
            TokenKey(self.address("P-256", **changes), PIN, CHAINS["P-256"]).sign_digest(bytes(32))

    def test_a_wrong_pin_is_tried_once(self, token, monkeypatch):
        tried = []
        monkeypatch.setattr(TokenKey, "_open", lambda _: tried.append(1) or (_ for _ in ()).throw(pkcs11.PinIncorrect))
        with pytest.raises(KeysError, match="PinIncorrect"):
            TokenKey(self.address("P-256"), "wrong", CHAINS["P-256"]).sign_digest(bytes(32))
        assert tried == [1]


def described(status, *certificates):
    """Return what a service says of a key."""
    texts = [base64.b64encode(each).decode() for each in certificates]
    return {"key": {"status": status}, "cert": {"status": "valid", "certificates": texts}}


class Recorded:
    """A seal service as one answered: what it was asked, and what it says."""

    def __init__(self, kind, **changes):
        self.key = HeldKey(KEYS[kind], CHAINS[kind][0], ())
        self.asked = []
        self.changes = changes
        self.certificate = CHAINS[kind][0]

    def __call__(self, path, body):
        self.asked.append((path, dict(body)))
        return self.changes.get(path) or getattr(self, path.split("/")[1])(body)

    def info(self, body):
        return described("enabled", self.certificate)

    def authorize(self, body):
        return {"SAD": "a-word-for-this-digest", "expiresIn": 300}

    def signHash(self, body):  # noqa: N802 - the name of the standard
        digest = base64.b64decode(body["hashes"][0])
        return {"signatures": [base64.b64encode(self.key.sign_digest(digest)).decode()]}


class TestService:
    def test_what_it_seals_is_genuine(self, kind):
        pdf = sealed_with(RemoteKey(Recorded(kind), "seal-1", PIN, CHAINS[kind]))
        assert examine(pdf, CHAINS[kind][-1]).genuine

    def test_the_exchange_is_that_of_the_standard(self):
        recorded = Recorded("P-256")
        key = RemoteKey(recorded, "seal-1", PIN, CHAINS["P-256"])
        digest = sha256(b"a document").digest()
        key.sign_digest(digest)
        given = base64.b64encode(digest).decode()
        about = {"credentialID": "seal-1", "hashes": [given], "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1"}
        assert recorded.asked == [
            ("credentials/info", {"credentialID": "seal-1", "certificates": "single", "certInfo": False}),
            (
                "credentials/authorize",
                about | {"numSignatures": 1, "authData": [{"id": "PIN", "value": PIN}]},
            ),
            ("signatures/signHash", about | {"SAD": "a-word-for-this-digest", "signAlgo": "1.2.840.10045.4.3.2"}),
        ]

    @pytest.mark.parametrize(
        "answer",
        [
            {"signatures": ["AAAA"]},
            {"signatures": []},
            {"signatures": ["not base64"]},
            {"signatures": [base64.b64encode(KEYS["P-256"].sign(b"x", ec.ECDSA(x509.base.hashes.SHA256()))).decode()]},
            {"signatures": None},
            {"error": "invalid_request"},
        ],
    )
    def test_a_signature_that_is_not_of_its_key_is_refused(self, answer):
        key = RemoteKey(Recorded("P-256", **{"signatures/signHash": answer}), "seal-1", PIN, CHAINS["P-256"])
        with pytest.raises(KeysError, match="not one of its key"):
            key.sign_digest(bytes(32))

    @pytest.mark.parametrize(
        "answer",
        [
            {"error": "invalid_request"},
            {"key": {"status": "disabled"}, "cert": {"certificates": [base64.b64encode(CHAINS["P-256"][0]).decode()]}},
            {
                "key": {"status": "enabled"},
                "cert": {"certificates": [base64.b64encode(CHAINS["RSA-3072"][0]).decode()]},
            },
            {"key": {"status": "enabled"}, "cert": {"certificates": []}},
        ],
    )
    def test_another_key_than_was_set_is_refused_before_anything_is_sealed(self, answer):
        with pytest.raises(KeysError):
            RemoteKey(Recorded("P-256", **{"credentials/info": answer}), "seal-1", PIN, CHAINS["P-256"])


@pytest.fixture
def server():
    with Answering() as made:
        yield made


class TestAsking:
    def test_a_service_gets_its_token_and_a_json_object(self, server):
        server.answer = (200, {"Content-Type": "application/json"}, b'{"SAD": "x"}')
        ask = service(ServiceAddress(f"{server.url}/csc/v2", "seal-1"), "secret-token")
        assert ask("credentials/authorize", {"a": 1}) == {"SAD": "x"}
        [(path, headers, body)] = server.came
        assert (path, json.loads(body)) == ("/csc/v2/credentials/authorize", {"a": 1})
        assert headers["Authorization"] == "Bearer secret-token"

    def test_no_redirect_is_followed(self, server):
        server.answer = (302, {"Location": f"{server.url}/other"}, b"")
        with pytest.raises(AskError, match="answered 302"):
            post(server.url, b"", {})
        assert len(server.came) == 1

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            ((500, {}, b""), "answered 500"),
            ((204, {}, b""), "answered 204"),
            ((200, {}, b"x" * (LARGEST + 1)), "too large"),
            ((200, {"Content-Length": "9"}, b"short"), "broke off"),
            ((200, {"Transfer-Encoding": "chunked"}, b"5\r\nshort"), "cannot be asked"),
        ],
    )
    def test_no_other_answer_counts(self, server, answer, why):
        server.answer = answer
        with pytest.raises(AskError, match=why):
            post(server.url, b"", {})

    @pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"\xff"])
    def test_a_service_answers_with_an_object(self, server, body):
        server.answer = (200, {}, body)
        with pytest.raises(KeysError, match="no answer"):
            service(ServiceAddress(server.url, "x"), "t")("credentials/info", {})

    def test_a_host_that_is_down_is_reported(self, server):
        server.stop()
        with pytest.raises(AskError, match="cannot be asked"):
            post(server.url, b"", {}, seconds=0.5)


class TestAddresses:
    def test_each_kind_is_known(self):
        assert parse_key("file:") == RingAddress()
        assert parse_key("pkcs11:token=Key%20Works;object=seal;id=%01%ff?module-path=/usr/lib/m.so") == TokenAddress(
            "/usr/lib/m.so", "Key Works", "seal", b"\x01\xff"
        )
        assert parse_key("csc+https://seal.example:8443/csc/v2?credential=A%2F1") == ServiceAddress(
            "https://seal.example:8443/csc/v2", "A/1"
        )

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("", "must be"),
            ("file:///somewhere", "must be"),
            ("csc+http://seal.example?credential=1", "must be"),
            ("csc+https://seal.example", "one credential"),
            ("csc+https://seal.example?credential=1&credential=2", "one credential"),
            ("csc+https://user:word@seal.example?credential=1", "one credential"),
            ("csc+https://:word@seal.example?credential=1", "one credential"),
            ("pkcs11:token=x;object=y", "needs"),
            ("pkcs11:token=x?module-path=/m.so", "needs"),
            ("pkcs11:object=x?module-path=/m.so", "needs"),
            ("pkcs11:token=x;object=y?module-path=/m.so&pin-value=1234", "may not have pin-value"),
            ("pkcs11:token=x;object=y;type=private?module-path=/m.so", "may not have type"),
        ],
    )
    def test_a_wrong_address_is_reported(self, url, why):
        with pytest.raises(ValueError, match=why):
            parse_key(url)


class TestChains:
    def test_it_runs_from_the_key_to_the_root(self, tmp_path):
        pem = b"".join(
            x509.load_der_x509_certificate(each).public_bytes(serialization.Encoding.PEM) for each in CHAINS["P-256"]
        )
        (tmp_path / "chain.pem").write_bytes(pem)
        assert read_chain(tmp_path / "chain.pem") == CHAINS["P-256"]

    @pytest.mark.parametrize("order", [(1, 0), (0,)])
    def test_one_that_breaks_is_refused(self, tmp_path, order):
        certificates = [x509.load_der_x509_certificate(CHAINS["P-256"][place]) for place in order]
        pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)
        (tmp_path / "chain.pem").write_bytes(pem)
        with pytest.raises(KeysError, match="no chain"):
            read_chain(tmp_path / "chain.pem")
        with pytest.raises(KeysError, match="no chain"):
            read_chain(tmp_path / "nothing.pem")


def test_a_root_that_vouches_for_others_does_not_make_their_seals_ours():
    """The root of a trust service is pinned with the one certificate that is ours."""
    root, ours = CHAINS["P-256"][-1], frozenset({sha256(CHAINS["P-256"][0]).hexdigest()})
    strangers = HeldKey(KEYS["RSA-3072"], CHAINS["RSA-3072"][0], CHAINS["RSA-3072"][1:])
    own = HeldKey(KEYS["P-256"], CHAINS["P-256"][0], CHAINS["P-256"][1:])
    assert examine(sealed_with(own), root, sealers=ours).genuine
    assert examine(sealed_with(strangers), root).genuine
    for judge in (examine, partial(examine_seal, lane=SHELL)):
        verdict = judge(sealed_with(strangers), root, sealers=ours)
        assert (verdict.genuine, verdict.outcome) == (False, SealOutcome.NOT_OURS)
