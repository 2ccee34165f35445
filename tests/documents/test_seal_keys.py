"""The keyring: keys are created once, readable by their owner only, and never lost by later operations."""

import json
import stat
import threading
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from audits.core import clock
from certificates.seal.keyring.authority import found_authority
from certificates.seal.keyring.custody import (
    authority_of,
    create_key,
    ensure_keyring,
    mark_compromised,
    retire_key,
)
from certificates.seal.keyring.keys import (
    Keyring,
    KeysError,
    KeyState,
    Purpose,
    know,
)

BODY = "Stichting Keurwerk"
WORD = "a passphrase of the tests"
AT = datetime(2030, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def ring(tmp_path):
    return ensure_keyring(tmp_path / "seal", BODY, WORD, base_url="https://register.example/")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def hangs_from(certificate, root):
    certificate.verify_directly_issued_by(root)
    return True


def test_set_up_makes_one_active_key_of_each_purpose(ring):
    assert {entry.purpose for entry in ring.entries} == set(Purpose)
    assert {entry.state for entry in ring.entries} == {KeyState.ACTIVE}
    assert all(ring.private(entry) for entry in ring.entries)


def test_only_their_owner_can_read_them_and_no_key_lies_open(ring):
    assert stat.S_IMODE(ring.folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in ring.folder.glob("[!.]*"))
    assert all(b"ENCRYPTED" in path.read_bytes() for path in ring.folder.glob("*.key"))


def test_a_second_set_up_changes_nothing(ring):
    before = contents(ring.folder)
    ensure_keyring(ring.folder, "Another Body", WORD)
    assert contents(ring.folder) == before


def test_what_is_public_needs_no_passphrase(ring):
    blind = Keyring.open(ring.folder)
    assert blind.roots() == ring.roots()
    assert blind.credential_public() == {ring.credential_key()[0]: ring.credential_key()[1].public_key()}
    assert blind.ledger_public() == [ring.ledger_key().public_key()]
    with pytest.raises(KeysError, match="cannot be read"):
        blind.credential_key()


def test_each_key_is_of_the_kind_that_its_use_asks(ring):
    assert isinstance(ring.credential_key()[1].curve, ec.SECP256R1)
    assert isinstance(ring.ledger_key(), ed25519.Ed25519PrivateKey)
    assert isinstance(ring.public(ring.active(Purpose.SEAL)), ec.EllipticCurvePublicKey)


def test_old_readers_can_have_rsa(tmp_path):
    ring = ensure_keyring(tmp_path, BODY, WORD, algorithm="RSA-3072")
    for purpose in (Purpose.ROOT, Purpose.SEAL, Purpose.TIMESTAMP):
        key = ring.public(ring.active(purpose))
        assert isinstance(key, rsa.RSAPublicKey)
        assert key.key_size == 3072
    with pytest.raises(KeysError, match="P-256 or RSA-3072"):
        ensure_keyring(tmp_path / "other", BODY, WORD, algorithm="Ed25519")


def test_a_certificate_for_time_stamps_is_for_nothing_else(ring):
    certificate = ring.certificate(ring.active(Purpose.TIMESTAMP))
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert usage.critical
    assert list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    assert hangs_from(certificate, ring.certificate(ring.active(Purpose.ROOT)))


def test_each_certificate_may_do_what_its_key_does_and_no_more(ring):
    """RFC 5280 clause 4.2.1.3; a root signs OCSP responses too, which are neither certificates nor lists."""
    may = {
        Purpose.ROOT: {"digital_signature", "key_cert_sign", "crl_sign"},
        Purpose.SEAL: {"digital_signature", "content_commitment"},
        Purpose.TIMESTAMP: {"digital_signature", "content_commitment"},
    }
    every = may[Purpose.ROOT] | may[Purpose.SEAL] | {"key_encipherment", "data_encipherment", "key_agreement"}
    for purpose, wanted in may.items():
        usage = ring.certificate(ring.active(purpose)).extensions.get_extension_for_class(x509.KeyUsage)
        assert usage.critical
        assert {name for name in every if getattr(usage.value, name)} == wanted


def test_certificates_tell_where_the_revoked_ones_are_listed(ring):
    for purpose in (Purpose.SEAL, Purpose.TIMESTAMP):
        points = ring.certificate(ring.active(purpose)).extensions.get_extension_for_class(x509.CRLDistributionPoints)
        assert points.value[0].full_name[0].value == "https://register.example/pki/root.crl"


def test_two_set_ups_at_once_make_one_keyring(tmp_path):
    made = []
    threads = [threading.Thread(target=lambda: made.append(ensure_keyring(tmp_path, BODY, WORD))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len({ring.entries for ring in made}) == 1
    assert len(list(tmp_path.glob("*.key"))) == len(Purpose)


class TestTheOldLayout:
    """Root and seal under plain names, without a manifest."""

    @pytest.fixture
    def old(self, tmp_path):
        root_key, seal_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = found_authority(BODY, root_key, AT)
        seal = root.seal_certificate(BODY, seal_key, AT, crl_url="")
        lock = serialization.BestAvailableEncryption(WORD.encode())
        for name, key, certificate in (("root", root_key, root.certificate), ("seal", seal_key, seal)):
            pem = serialization.Encoding.PEM
            pkcs8 = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, lock)
            (tmp_path / f"{name}.key").write_bytes(pkcs8)
            (tmp_path / f"{name}.pem").write_bytes(certificate.public_bytes(pem))
        return tmp_path

    def test_it_is_taken_over_and_what_is_missing_is_added(self, old):
        before = contents(old)
        ring = ensure_keyring(old, BODY, WORD)
        after = contents(old)
        assert {name: after[name] for name in before} == before
        assert ring.active(Purpose.SEAL).id == "seal"
        root = x509.load_pem_x509_certificate(before["root.pem"])
        assert ring.roots() == [root.public_bytes(serialization.Encoding.DER)]
        assert hangs_from(ring.certificate(ring.active(Purpose.TIMESTAMP)), root)
        assert Keyring.open(old).entries == ring.entries

    def test_a_wrong_passphrase_takes_nothing_over(self, old):
        before = contents(old)
        with pytest.raises(KeysError, match="cannot be read"):
            ensure_keyring(old, BODY, "wrong")
        assert {name: data for name, data in contents(old).items() if name != ".lock"} == before

    def test_half_a_set_is_never_made_whole_again(self, old):
        (old / "seal.key").unlink()
        with pytest.raises(KeysError, match="not all"):
            ensure_keyring(old, BODY, WORD)


class TestRotating:
    def test_the_old_key_retires_and_still_counts(self, ring):
        kid, key = ring.credential_key()
        made = create_key(ring.folder, Purpose.CREDENTIAL, BODY, WORD)
        now = Keyring.open(ring.folder, WORD)
        assert now.credential_key()[0] == made.id != kid
        assert list(now.credential_public()) == [made.id, kid]
        assert now.credential_public()[kid] == key.public_key()

    def test_keys_of_the_log_are_listed_newest_first(self, ring):
        first = ring.ledger_key().public_key()
        create_key(ring.folder, Purpose.LEDGER, BODY, WORD)
        now = Keyring.open(ring.folder, WORD)
        assert now.ledger_public() == [now.ledger_key().public_key(), first]

    @pytest.mark.parametrize("purpose", [Purpose.SEAL, Purpose.CREDENTIAL, Purpose.LEDGER])
    def test_one_passphrase_opens_all_keys(self, ring, purpose):
        before = contents(ring.folder)
        with pytest.raises(KeysError, match="cannot be read"):
            create_key(ring.folder, purpose, BODY, "another passphrase")
        assert contents(ring.folder) == before

    def test_the_other_algorithm_can_follow(self, ring):
        made = create_key(ring.folder, Purpose.SEAL, BODY, WORD, algorithm="RSA-3072")
        now = Keyring.open(ring.folder, WORD)
        assert isinstance(now.private(made), rsa.RSAPrivateKey)
        assert hangs_from(now.certificate(made), ring.certificate(ring.active(Purpose.ROOT)))

    def test_a_retired_key_signs_no_more(self, ring):
        retire_key(ring.folder, ring.active(Purpose.SEAL).id)
        with pytest.raises(KeysError, match="no active seal key"):
            Keyring.open(ring.folder, WORD).active(Purpose.SEAL)
        # and set-up does not make another one behind the operator's back
        assert ensure_keyring(ring.folder, BODY, WORD).of(Purpose.SEAL, KeyState.ACTIVE) == []

    def test_a_root_stays(self, ring):
        root = ring.active(Purpose.ROOT).id
        for change in (
            lambda: create_key(ring.folder, Purpose.ROOT, BODY, WORD),
            lambda: retire_key(ring.folder, root),
            lambda: mark_compromised(ring.folder, root, reason="lost"),
        ):
            with pytest.raises(KeysError, match="never changed"):
                change()

    def test_what_happened_to_a_key_is_final(self, ring):
        key_id = ring.active(Purpose.SEAL).id
        mark_compromised(ring.folder, key_id, reason="a laptop was stolen", since=AT)
        with pytest.raises(KeysError, match="already"):
            retire_key(ring.folder, key_id)
        with pytest.raises(KeysError, match="no key"):
            retire_key(ring.folder, "seal-of-nobody")


class TestRevoking:
    def test_a_compromised_key_counts_no_more(self, ring):
        kid, _ = ring.credential_key()
        mark_compromised(ring.folder, kid, reason="a laptop was stolen")
        assert Keyring.open(ring.folder).credential_public() == {}

    def test_its_certificate_is_known_by_its_fingerprint(self, ring):
        entry = ring.active(Purpose.SEAL)
        retire_key(ring.folder, ring.active(Purpose.TIMESTAMP).id)
        assert Keyring.open(ring.folder).distrusted() == frozenset()
        mark_compromised(ring.folder, entry.id, reason="a laptop was stolen")
        der = ring.certificate(entry).public_bytes(serialization.Encoding.DER)
        assert Keyring.open(ring.folder).distrusted() == {sha256(der).hexdigest()}

    def test_its_certificate_is_on_the_list_since_then(self, ring):
        entry = ring.active(Purpose.SEAL)
        mark_compromised(ring.folder, entry.id, reason="a laptop was stolen", since=AT)
        now = Keyring.open(ring.folder, WORD)
        authority = authority_of(now)
        crl = x509.load_der_x509_crl(authority.crl(now.revoked(), AT + timedelta(hours=1)))
        assert crl.is_signature_valid(authority.certificate.public_key())
        line = crl.get_revoked_certificate_by_serial_number(ring.certificate(entry).serial_number)
        assert line.revocation_date_utc == AT
        assert crl.get_revoked_certificate_by_serial_number(authority.certificate.serial_number) is None

    def test_a_response_says_the_same(self, ring):
        entry = ring.active(Purpose.SEAL)
        authority, certificate = authority_of(ring), ring.certificate(entry)
        good = x509.ocsp.load_der_ocsp_response(authority.ocsp(certificate, {}, AT))
        assert good.certificate_status is x509.ocsp.OCSPCertStatus.GOOD
        revoked = {certificate.serial_number: AT - timedelta(days=1)}
        bad = x509.ocsp.load_der_ocsp_response(authority.ocsp(certificate, revoked, AT))
        assert bad.certificate_status is x509.ocsp.OCSPCertStatus.REVOKED
        assert bad.revocation_time_utc == AT - timedelta(days=1)
        authority.certificate.public_key().verify(bad.signature, bad.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    "text", ["", "{}", '{"version": 2, "keys": []}', '{"version": 1, "keys": [{"id": "x"}]}', "[]"]
)
def test_an_invalid_manifest_is_reported(ring, text):
    (ring.folder / "keyring.json").write_text(text)
    with pytest.raises(KeysError):
        Keyring.open(ring.folder)


def test_a_key_of_another_certificate_is_reported(ring):
    first, second = ring.active(Purpose.SEAL).id, ring.active(Purpose.TIMESTAMP).id
    (ring.folder / f"{first}.pem").write_bytes((ring.folder / f"{second}.pem").read_bytes())
    with pytest.raises(KeysError, match="not a pair"):
        ring.private(ring.active(Purpose.SEAL))


def test_keys_without_their_manifest_are_left_alone(ring):
    (ring.folder / "keyring.json").unlink()
    before = contents(ring.folder)
    with pytest.raises(KeysError, match="not all"):
        ensure_keyring(ring.folder, BODY, WORD)
    assert contents(ring.folder) == before


def test_there_are_no_keys_without_a_passphrase(tmp_path):
    with pytest.raises(KeysError, match="passphrase"):
        ensure_keyring(tmp_path, BODY, "")


def test_a_body_may_have_a_long_name(tmp_path):
    name = "Stichting tot Beheer van het Keurmerk voor Eerlijk Uitzendwerk in Nederland en Caribisch Gebied ĳ"
    assert ensure_keyring(tmp_path, name, WORD).roots()


def test_the_manifest_tells_what_an_operator_asks(ring, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    mark_compromised(ring.folder, ring.active(Purpose.LEDGER).id, reason="a laptop was stolen")
    lines = json.loads((ring.folder / "keyring.json").read_text())["keys"]
    assert [(line["state"], line["reason"]) for line in lines if line["purpose"] == "ledger"] == [
        ("compromised", "a laptop was stolen")
    ]


def test_a_certificate_whose_key_is_elsewhere_is_remembered(ring):
    key = ec.generate_private_key(ec.SECP256R1())
    elsewhere = found_authority(BODY, key, AT).certificate.public_bytes(serialization.Encoding.DER)
    own = ring.certificate(ring.active(Purpose.SEAL)).fingerprint(hashes.SHA256()).hex()
    assert ring.sealers() == {own}
    for _ in range(2):
        know(ring.folder, elsewhere)
    assert ring.sealers() == {own, sha256(elsewhere).hexdigest()}
    assert stat.S_IMODE((ring.folder / "known").stat().st_mode) == 0o700
