"""The time-stamp service: responses, errors, and acceptance by third-party clients."""

import hashlib
import subprocess
from dataclasses import replace
from io import BytesIO

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder
from rfc3161_client import decode_timestamp_response as decoded

from certificates.seal import KeysError
from certificates.seal.encoding import der
from certificates.seal.keyring.custody import ensure_keyring
from certificates.seal.keyring.keys import Keyring, Purpose
from certificates.seal.keyring.signing import held_key
from certificates.seal.time.authority import POLICY, TimeStampAuthority
from certificates.seal.time.tsp import (
    LARGEST_QUERY,
    QUERY,
    REPLY,
    Response,
    answer,
)
from portal.doors.registry import stamps
from portal.signing.keys import current_keys
from portal.stores.roles import REGISTER
from tests.kit.factories.documents import plain_pdf
from tests.kit.long_runs import steps

SHA256, SHA512, SHA1 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3", "1.3.14.3.2.26"


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    ring = ensure_keyring(tmp_path_factory.mktemp("seal"), "Stichting Keurwerk", "a passphrase")
    return TimeStampAuthority(held_key(ring, Purpose.TIMESTAMP))


@pytest.fixture(autouse=True)
def _keyring(app):
    with app.app_context():
        assert current_keys().sealer


def post(app, data, media_type=QUERY, status=200):
    answer = app.test_client().post("/tsa", data=data, content_type=media_type)
    assert answer.status_code == status
    return answer


def root(app):
    return x509.load_der_x509_certificate(app.test_client().get("/pki/root.cer").data)


def query(digest=bytes(32), algorithm=SHA256, version=1, *, null=False, more=b""):
    """A request, part by part."""
    kind = der.sequence(der.oid(algorithm), der.NULL if null else b"")
    return der.sequence(der.integer(version), der.sequence(kind, der.octets(digest)), more)


def failure(answer):
    """Status and reason of a response without a token."""
    found = Response.load(answer.data, strict=True)
    assert found["token"].native is None
    return found["status"]["status"].native, found["status"]["fail_info"].native


def info(answer):
    found = Response.load(answer.data, strict=True)
    assert found["status"]["status"].native == "granted"
    return found["token"]["content"]


@pytest.mark.parametrize("algorithm", list(HashAlgorithm))
@pytest.mark.parametrize("nonce", [True, False])
def test_a_client_that_is_strict_accepts_it(app, algorithm, nonce):
    request = (
        TimestampRequestBuilder(b"a message", algorithm).nonce(nonce=nonce).cert_request(cert_request=True).build()
    )
    answer = post(app, request.as_bytes())
    assert answer.mimetype == REPLY
    assert answer.headers["Cache-Control"] == "no-store"
    verifier = VerifierBuilder.from_request(request).add_root_certificate(root(app)).build()
    assert verifier.verify_message(decoded(answer.data), b"a message")
    with pytest.raises(VerificationError):
        verifier.verify_message(decoded(answer.data), b"another message")


def test_openssl_accepts_it(app, tmp_path):
    (tmp_path / "message").write_bytes(b"a message")
    command = ["openssl", "ts", "-query", "-data", "message", "-sha384", "-cert", "-out", "query"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    answer = post(app, (tmp_path / "query").read_bytes())
    (tmp_path / "reply").write_bytes(answer.data)
    (tmp_path / "root.pem").write_bytes(root(app).public_bytes(serialization.Encoding.PEM))
    command = ["openssl", "ts", "-verify", "-queryfile", "query", "-in", "reply", "-CAfile", "root.pem"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_certificates_come_only_when_they_are_asked_for(app):
    assert not info(post(app, query()))["certificates"].native
    assert len(info(post(app, query(more=der.BOOLEAN_TRUE)))["certificates"]) == 1


@pytest.mark.parametrize("null", [True, False])
def test_what_was_asked_is_repeated_as_it_was(app, null):
    asked = query(b"\x05" * 64, SHA512, null=null, more=der.tlv(0x02, b"\x80\x01"))  # a nonce may be negative
    found = info(post(app, asked))["encap_content_info"]["content"].parsed
    assert found["message_imprint"].dump() == tsp.TimeStampReq.load(asked)["message_imprint"].dump()
    assert found["nonce"].native == -32767
    assert found["policy"].native == POLICY


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "bad_data_format"),
        (b"not DER", "bad_data_format"),
        (query() + b"more", "bad_data_format"),
        (b"\x30\x84\xff\xff\xff\xff", "bad_data_format"),
        (b"\x30\x80" * 2000, "bad_data_format"),
        (query(version=2), "bad_request"),
        (query(more=der.tlv(0x02, b"\x01" * 65)), "bad_request"),
        (query(bytes(20), SHA1), "bad_alg"),
        (query(bytes(31)), "bad_alg"),
        (query(more=der.oid("1.2.3")), "unaccepted_policy"),
        (
            query(more=der.implicit(0, der.sequence(der.oid("1.2.3"), der.octets(b"x")))),
            "unaccepted_extensions",
        ),
    ],
)
def test_a_wrong_request_hears_why(app, data, reason):
    assert failure(post(app, data)) == ("rejection", {reason})


@given(data=st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, len(query()) - 1), st.integers(0, 255))))
@settings_of_hypothesis(max_examples=steps(30_000), deadline=None)
def test_no_request_breaks_the_answer(authority, data):
    if isinstance(data, tuple):
        changed = bytearray(query())
        changed[data[0]] = data[1]
        data = bytes(changed)
    assert Response.load(answer(data, authority), strict=True)["status"]["status"].native in {"granted", "rejection"}


def test_only_a_request_for_a_time_stamp_is_read(app):
    post(app, query(), media_type="application/json", status=415)
    post(app, b"0" * (LARGEST_QUERY + 1), status=413)
    assert app.test_client().get("/tsa").status_code == 405


def test_a_key_that_is_not_at_hand_is_told(app, monkeypatch):
    def gone():
        raise KeysError("no key")

    monkeypatch.setattr(stamps, "existing_keys", gone)
    assert failure(post(app, query(), status=503)) == ("rejection", {"system_failure"})


def test_revoked_certificates_are_listed_under_the_root(app):
    answer = app.test_client().get("/pki/root.crl")
    assert answer.mimetype == "application/pkix-crl"
    crl = x509.load_der_x509_crl(answer.data)
    assert crl.is_signature_valid(root(app).public_key())
    assert list(crl) == []


def test_the_list_is_where_certificates_say_that_it_is(app, settings, tmp_path, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(settings, seal_dir=tmp_path / "seal"))
    with app.app_context():
        assert current_keys().sealer  # makes the keyring
    ring = Keyring.open(tmp_path / "seal")
    certificate = ring.certificate(ring.active(Purpose.TIMESTAMP))
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    address = points[0].full_name[0].value.removeprefix(settings.base_url)
    assert app.test_client().get(address).status_code == 200


def test_a_page_of_ours_is_not_needed_to_ask(app):
    """No token against forgery is asked, and no cookie set."""
    app.config["WTF_CSRF_ENABLED"], before = True, app.config.get("WTF_CSRF_ENABLED")
    try:
        assert "Set-Cookie" not in post(app, query(hashlib.sha256(b"x").digest())).headers
    finally:
        app.config["WTF_CSRF_ENABLED"] = before


def test_where_the_register_is_served_alone_no_keys_are_made(app, settings, tmp_path, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(settings, seal_dir=tmp_path / "none"))
    assert failure(post(app, query(), status=503)) == ("rejection", {"system_failure"})
    assert [app.test_client().get(f"/pki/root.{kind}").status_code for kind in ("crl", "cer")] == [503, 503]
    assert not (tmp_path / "none").exists()


def test_what_is_public_needs_no_passphrase(app, session, settings, tmp_path, monkeypatch):
    """The register alone may lack it, and may not be allowed to write where the keys are."""
    own = replace(settings, seal_dir=tmp_path / "seal", seal_passphrase="")
    monkeypatch.setitem(app.extensions, "settings", own)
    client = app.test_client()
    assert {client.get(path).status_code for path in ("/check", "/.well-known/jwks.json", "/pki/root.cer")} == {503}
    assert not own.seal_dir.exists()
    ensure_keyring(own.seal_dir, own.body_name, "a passphrase")
    (own.seal_dir / ".lock").unlink()
    for path in ("/check", "/.well-known/jwks.json", "/pki/root.cer"):
        assert client.get(path).status_code == 200
    file = (BytesIO(plain_pdf()), "a.pdf")
    assert 'data-reason="no_signature"' in client.post("/verify", data={"file": file}).text
    assert not (own.seal_dir / ".lock").exists()
