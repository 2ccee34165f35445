"""Keys that sign a digest: in the keyring, in a token, at a service. None exposes its private half."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from certificates.seal.keyring.authority import CertifiedKey
from certificates.seal.keyring.keys import Keyring, KeysError, Purpose

_SHA256 = Prehashed(hashes.SHA256())
_LONGEST_P256 = 72  # maximum bytes of an ECDSA signature in DER


class SealingKey(Protocol):
    """A key with its certificate: ECDSA on P-256, or RSA with PKCS #1 v1.5; SHA-256 with both."""

    @property
    def certificate(self) -> bytes:
        """Return the certificate of the key, DER."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Return the issuers, DER: that of the certificate first, the root last."""

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign 32 bytes of SHA-256: DER for ECDSA, raw for RSA. KeysError if that fails."""


class HeldKey:
    """A key in memory."""

    def __init__(self, key: CertifiedKey, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        self._key = key
        self.certificate = certificate
        self.chain = chain

    def sign_digest(self, digest: bytes) -> bytes:
        """See `SealingKey.sign_digest`."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(digest, padding.PKCS1v15(), _SHA256)
        return self._key.sign(digest, ec.ECDSA(_SHA256))


def held_key(ring: Keyring, purpose: Purpose) -> HeldKey:
    """Load the active key for seal or time-stamps from a keyring; KeysError if it cannot be read."""
    entry = ring.active(purpose)
    key = ring.private(entry)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raise KeysError(f"{entry.id} is no key for documents")
    certificate = ring.certificate(entry).public_bytes(serialization.Encoding.DER)
    return HeldKey(key, certificate, issuers_of(certificate, ring.roots()))


def read_chain(file: Path) -> tuple[bytes, ...]:
    """Return the certificates (DER) of a PEM file: the key's own first, then its issuers, the root last. KeysError."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
        for certificate, issuer in pairwise([*found, found[-1]]):
            certificate.verify_directly_issued_by(issuer)
    except (OSError, ValueError, TypeError, InvalidSignature) as error:
        raise KeysError(f"{file} is no chain of certificates up to a root: {error}") from error
    return tuple(each.public_bytes(serialization.Encoding.DER) for each in found)


def read_roots(file: Path) -> list[bytes]:
    """Return the certificates (DER) of a PEM file, in order. KeysError if it cannot be read."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise KeysError(f"{file} holds no certificates: {error}") from error
    return [each.public_bytes(serialization.Encoding.DER) for each in found]


def issuers_of(certificate: bytes, known: list[bytes]) -> tuple[bytes, ...]:
    """Return the chain of issuers of a certificate among `known`; KeysError if it is incomplete."""
    found: list[bytes] = []
    current = x509.load_der_x509_certificate(certificate)
    others = [x509.load_der_x509_certificate(each) for each in known]
    while current.issuer != current.subject:
        issuer = next((each for each in others if _vouches(each, current)), None)
        if issuer is None or len(found) > len(others):
            raise KeysError(f"nobody known vouches for {current.subject.rfc4514_string()}")
        found.append(issuer.public_bytes(serialization.Encoding.DER))
        current = issuer
    return tuple(found)


def longest_signature(certificate: bytes) -> int:
    """Return the maximum size in bytes of a signature with this certificate; KeysError for an unsupported key."""
    public = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return public.key_size // 8
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1):
        return _LONGEST_P256
    raise KeysError("a seal is made with a key on P-256 or with RSA")


class Validity:
    """The validity period of a certificate."""

    def __init__(self, certificate: bytes) -> None:
        found = x509.load_der_x509_certificate(certificate)
        self._name = found.subject.rfc4514_string()
        self._begins, self._ends = found.not_valid_before_utc, found.not_valid_after_utc

    def check(self, now: datetime) -> None:
        """Raise KeysError outside of the period: a signature would prove nothing."""
        if not self._begins <= now <= self._ends:
            raise KeysError(f"the certificate of {self._name} is valid until {self._ends:%Y-%m-%d}")


def body_of(certificate: bytes) -> str:
    """Return the organisation in a certificate's subject, or its common name."""
    subject = asn1.Certificate.load(certificate).subject.native
    return str(subject.get("organization_name") or subject.get("common_name") or "")


def _vouches(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):  # not the issuer: another name or key
        return False
    return True
