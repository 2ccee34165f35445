"""Verify the seal: PAdES with one signature over the whole file, CMS (RFC 5652) in DER."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from certificates.verifier.der import INTEGER, OCTETS, OID, SEQUENCE, SET, Der
from certificates.verifier.reading import BYTE_RANGE, MIB, Wrong

LARGEST_SEAL = MIB // 2
DATA, SIGNED_DATA, SHA256 = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "2.16.840.1.101.3.4.2.1"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"


def check_seal(pdf: bytes, roots: Sequence[x509.Certificate], at: datetime) -> str:
    """Check that one seal covers the whole file but itself, under a pinned root; return who sealed."""
    digest, cms = _covered(pdf)
    signed = _signed_data(cms)
    certificates, signers = _parts(signed)
    if len(signers) != 1:
        raise Wrong("there is not exactly one signature in the seal")
    signer = signers[0].children()
    place = next((place for place, each in enumerate(signer) if each.tag == 0xA0 and place > 1), None)
    if place is None:
        raise Wrong("the seal has no signed attributes")
    attributes = {each.child(0, OID).oid(): each.child(1, SET) for each in signer[place].children()}
    if len(attributes) != len(signer[place].children()) or not {CONTENT_TYPE, MESSAGE_DIGEST} <= set(attributes):
        raise Wrong("the seal lacks an attribute, or has it twice")
    if attributes[CONTENT_TYPE].child(0, OID).oid() != DATA or signer[2].child(0, OID).oid() != SHA256:
        raise Wrong("the seal is of another kind")
    if attributes[MESSAGE_DIGEST].child(0, OCTETS).content != digest:
        raise Wrong("the file was changed after it was sealed")
    certificate = _signer(certificates, signer[1], attributes.get(SIGNING_CERTIFICATE))
    value = next((each.content for each in signer[place + 1 :] if each.tag == OCTETS), b"")
    _verify(certificate, value, b"\x31" + signer[place].raw[1:])
    if not _may_seal(certificate):
        raise Wrong("the certificate of the seal is not one for sealing documents")
    _chain(certificate, certificates, roots, at)
    return certificate.subject.rfc4514_string()


def _covered(pdf: bytes) -> tuple[bytes, bytes]:
    """Return the SHA-256 of the covered bytes, and the signature."""
    found = BYTE_RANGE.findall(pdf)
    if len(found) != 1 or pdf.count(b"/ByteRange") != 1:
        raise Wrong("the file has no seal" if b"/ByteRange" not in pdf else "the file has more than one seal")
    start, before, after, rest = map(int, found[0])
    if start != 0 or not 0 < before < after or after + rest != len(pdf):
        raise Wrong("the seal does not cover the whole file")
    if after - before > LARGEST_SEAL:
        raise Wrong("the seal is larger than it can be")
    gap = pdf[before:after]
    if not pdf[:before].rstrip().endswith(b"/Contents") or not re.fullmatch(rb"<(?:[0-9A-Fa-f]{2})+>", gap):
        raise Wrong("something else than the seal is left out of what it covers")
    data = bytes.fromhex(gap[1:-1].decode())
    cms = Der.parse(data).raw
    if data[len(cms) :].strip(b"\0"):
        raise Wrong("something lies behind the seal")
    return hashlib.sha256(pdf[:before] + pdf[after:]).digest(), cms


def _signed_data(cms: bytes) -> Der:
    outer = Der.parse(cms)
    if outer.child(0, OID).oid() != SIGNED_DATA:
        raise Wrong("the seal is no signature")
    signed = outer.child(1, 0xA0).child(0, SEQUENCE)
    if len(signed.child(2, SEQUENCE).children()) != 1:
        raise Wrong("the seal signs something else than the file")
    return signed


def _parts(signed: Der) -> tuple[list[x509.Certificate], list[Der]]:
    certificates = [
        _certificate(each.raw) for part in signed.children()[3:] if part.tag == 0xA0 for each in part.children()
    ]
    return certificates, signed.children()[-1].children()


def _signer(certificates: Sequence[x509.Certificate], sid: Der, named: Der | None) -> x509.Certificate:
    """Return the certificate that the signature names by issuer and serial number, and by hash (RFC 5035)."""
    serial = int.from_bytes(sid.child(1, INTEGER).content, "big") if sid.tag == SEQUENCE else None
    found = [each for each in certificates if each.serial_number == serial]
    if len(found) != 1 or found[0].issuer.public_bytes() != sid.children()[0].raw:
        raise Wrong("the certificate of the seal is missing")
    if named is None:
        raise Wrong("the seal does not name its certificate")
    hash_ = [
        each for each in named.child(0, SEQUENCE).child(0, SEQUENCE).child(0, SEQUENCE).children() if each.tag == OCTETS
    ]
    if not hash_ or hash_[0].content != found[0].fingerprint(hashes.SHA256()):
        raise Wrong("the seal names another certificate")
    return found[0]


def _verify(certificate: x509.Certificate, value: bytes, data: bytes) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, data, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(value, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise Wrong("the seal was made with a kind of key that this program does not know")
    except InvalidSignature as error:
        raise Wrong("the signature of the seal is wrong") from error


def _chain(
    certificate: x509.Certificate, others: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> None:
    """Check the chain from the seal's certificate to a pinned root, all valid at the time of issue in the log."""
    current = certificate
    for _ in range(4):
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise Wrong("the certificate of the seal was not in force when the document was issued")
        if any(_issued(current, root) for root in roots):
            return
        above = [each for each in others if each != current and _is_authority(each) and _issued(current, each)]
        if not above:
            break
        current = above[0]
    raise Wrong("no root that we know vouches for the seal: somebody else made it")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return _is_authority(issuer)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def _may_seal(certificate: x509.Certificate) -> bool:
    """Refuse certificates of authorities and time-stampers, which are under the same root."""
    try:
        certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        return not _is_authority(certificate) and (usage.digital_signature or usage.content_commitment)
    return False


def _certificate(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise Wrong("a certificate in the seal is damaged") from error


def read_roots(pem: bytes) -> list[x509.Certificate]:
    """Return the certificates in a PEM file."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise Wrong("the roots are no certificates") from error
