"""Independent validators accept our seals."""

import hashlib
import re
import subprocess
from datetime import timedelta
from io import BytesIO

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from audits.core import clock
from certificates.seal.keyring.custody import authority_of, ensure_keyring
from certificates.seal.keyring.keys import KeysError, Purpose
from certificates.seal.keyring.signing import held_key
from certificates.seal.sealing.revocation import RevocationData
from certificates.seal.sealing.sealer import KeySealer
from certificates.seal.time.authority import TimeStampAuthority
from tests.kit.paper import paper

WORD = "a passphrase of the tests"
SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"


class Made:
    """One sealed file, the keyring that sealed it, and its parts as a stranger cuts them out."""

    def __init__(self, folder, ring, pdf):
        self.ring, self.pdf = ring, pdf
        self.folder = folder
        self.file = self.write("it.pdf", pdf)
        der = ring.roots()[0]
        self.root = asn1.Certificate.load(der)
        pem = x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
        self.root_file = self.write("root.pem", pem)
        _, before, after, rest = (int(each) for each in re.search(rb"/ByteRange \[([0-9 ]+)\]", pdf)[1].split())
        self.covered = pdf[:before] + pdf[after : after + rest]
        padded = bytes.fromhex(pdf[before + 1 : after - 1].decode())
        self.cms = padded[: 4 + int.from_bytes(padded[2:4], "big")]
        assert set(padded[len(self.cms) :]) <= {0}

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    @property
    def signer(self):
        return cms.ContentInfo.load(self.cms)["content"]["signer_infos"][0]

    @property
    def token(self):
        attributes = {each["type"].dotted: each["values"][0] for each in self.signer["unsigned_attrs"]}
        return attributes[SIGNATURE_TIMESTAMP].dump()


def said(*command):
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.fixture(scope="module", params=["P-256", "RSA-3072"])
def ring(request, tmp_path_factory):
    return ensure_keyring(tmp_path_factory.mktemp("seal"), "Stichting Keurwerk", WORD, algorithm=request.param)


def sealer_of(ring, level):
    stamps = TimeStampAuthority(held_key(ring, Purpose.TIMESTAMP))
    certificates = [ring.certificate(ring.active(purpose)) for purpose in (Purpose.SEAL, Purpose.TIMESTAMP)]
    parts = {"b": (), "t": (stamps,), "lt": (stamps, RevocationData(authority_of(ring), certificates, {}))}
    return KeySealer(held_key(ring, Purpose.SEAL), *parts[level])


@pytest.fixture(scope="module", params=["b", "t", "lt"])
def made(request, ring, tmp_path_factory):
    sealer = sealer_of(ring, request.param)
    placeholder = sealer.placeholder()
    it = Made(tmp_path_factory.mktemp("made"), ring, sealer.seal(paper(placeholder), placeholder))
    it.level = request.param
    return it


def context(made, **more):
    return ValidationContext(trust_roots=[made.root], allow_fetching=False, **more)


def test_pyhanko_trusts_it_wholly(made):
    [signature] = PdfFileReader(BytesIO(made.pdf)).embedded_signatures
    status = validate_pdf_signature(signature, context(made, revocation_mode="soft-fail"))
    assert status.bottom_line
    assert status.docmdp_ok
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level is ModificationLevel.NONE
    assert (status.timestamp_validity is not None) == (made.level != "b")
    assert made.level == "b" or (status.timestamp_validity.valid and status.timestamp_validity.trusted)


def test_it_can_be_checked_offline_where_it_brings_word_on_revocation(made):
    reader = PdfFileReader(BytesIO(made.pdf))
    [signature] = reader.embedded_signatures
    if made.level == "lt":
        store = DocumentSecurityStore.read_dss(reader)
        brought = store.as_validation_context(
            {"trust_roots": [made.root], "allow_fetching": False, "revocation_mode": "require"}
        )
        assert (len(store.certs), len(store.ocsps), len(store.crls)) == (3, 2, 1)
        assert validate_pdf_signature(signature, brought).bottom_line
    else:
        assert "/DSS" not in reader.root


def test_pdfsig_finds_it_valid_over_the_whole_document(made):
    _, text = said("pdfsig", "-no-ocsp", made.file)
    assert "Signature is Valid" in text
    assert "Total document signed" in text
    assert "ETSI.CAdES.detached" in text


def test_mupdf_finds_nothing_changed(made):
    assert "The document is unchanged since signing." in said("mutool", "sign", "-v", made.file)[1]


def test_qpdf_finds_nothing_wrong(made):
    assert said("qpdf", "--check", made.file)[0] == 0


def openssl_cms(made, covered):
    signature, content = made.write("seal.der", made.cms), made.write("covered", covered)
    return said(
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", content,
        "-CAfile", made.root_file, "-purpose", "any", "-cades", "-out", made.folder / "out",
    )  # fmt: skip


def test_openssl_verifies_the_signature_and_its_cades_attributes(made):
    status, text = openssl_cms(made, made.covered)
    assert status == 0, text
    assert openssl_cms(made, made.covered + b" ")[0] != 0


def test_the_attributes_are_those_of_pades(made):
    names = {each["type"].native for each in made.signer["signed_attrs"]}
    assert names == {"content_type", "message_digest", "signing_certificate_v2"}
    assert cms.ContentInfo.load(made.cms)["content"]["encap_content_info"]["content"].native is None


def values(data):
    """Yield the DER values that follow each other, each with tag and content; every length in its shortest form."""
    while data:
        size, start = data[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
            assert size >= 1 << 8 * (start - 3) or (start, size >= 0x80) == (3, True)
        yield data[0], data[: start + size], data[start : start + size]
        data = data[start + size :]


def test_it_is_der_to_the_last_byte(made):
    left, sets = [made.cms], 0
    while left:
        for tag, _, content in values(left.pop()):
            if tag & 0x20:
                left.append(content)
            if tag == 0x31:
                members = [whole for _, whole, _ in values(content)]
                assert members == sorted(members)
                sets += 1
    assert sets >= 5
    attributes = [each.dump() for each in made.signer["signed_attrs"]]
    assert attributes == sorted(attributes)


def test_openssl_verifies_the_time_stamp(made):
    if made.level == "b":
        assert made.signer["unsigned_attrs"].native is None
        return
    digest = hashlib.sha256(made.signer["signature"].native).hexdigest()
    token = made.write("token.der", made.token)
    command = ("openssl", "ts", "-verify", "-token_in", "-in", token, "-CAfile", made.root_file, "-digest")
    status, text = said(*command, digest)
    assert status == 0, text
    assert said(*command, "00" * 32)[0] != 0


def test_the_room_is_as_large_as_the_largest_seal(ring):
    sealer = sealer_of(ring, "t")
    placeholder = sealer.placeholder()
    lengths = {len(sealer._signed.sign(bytes(32), stamp=sealer._stamp)) for _ in range(40)}
    assert 0 <= placeholder.hex_digits // 2 - max(lengths) <= 24


def test_every_time_stamp_has_a_serial_number_of_its_own(ring):
    authority = TimeStampAuthority(held_key(ring, Purpose.TIMESTAMP))
    numbers = [serial(authority.stamp(bytes(32))) for _ in range(50)]
    assert len(set(numbers)) == 50


def serial(token):
    return info(token)["serial_number"].native


def info(token):
    return cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed


def test_a_time_stamp_tells_policy_accuracy_and_second(ring):
    authority = TimeStampAuthority(held_key(ring, Purpose.TIMESTAMP))
    found = info(authority.stamp(b"\x07" * 32))
    assert found["policy"].native == authority.policy
    assert found["accuracy"]["seconds"].native == 1
    assert found["message_imprint"]["hashed_message"].native == b"\x07" * 32
    assert found["gen_time"].native.microsecond == 0


@pytest.mark.parametrize("years", [-1, 11])
def test_nothing_is_sealed_or_stamped_with_a_certificate_out_of_its_time(ring, monkeypatch, years):
    sealer, authority = sealer_of(ring, "b"), TimeStampAuthority(held_key(ring, Purpose.TIMESTAMP))
    then = clock.now() + timedelta(days=365 * years)
    monkeypatch.setattr(clock, "now", lambda: then)
    with pytest.raises(KeysError, match="valid until"):
        sealer.placeholder()
    with pytest.raises(KeysError, match="valid until"):
        authority.stamp(bytes(32))
