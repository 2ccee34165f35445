"""Signed data (CMS, RFC 5652) with the attributes of CAdES baseline (ETSI EN 319 122-1), for seals and time-stamps.

The parts that never change are encoded once, because sealing happens inside web requests.
"""

import hashlib
from collections.abc import Callable

from asn1crypto import x509

from certificates.seal.encoding import der
from certificates.seal.keyring.signing import SealingKey, longest_signature

DATA = der.oid("1.2.840.113549.1.7.1")
TIMESTAMP_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))  # without parameters, RFC 5754 clause 2

_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = der.oid("1.2.840.113549.1.9.16.2.47")
_SIGNATURE_TIMESTAMP = der.oid("1.2.840.113549.1.9.16.2.14")
_ECDSA = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_RSA = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL)
_DIGEST = bytes(32)

Stamp = Callable[[bytes], bytes]
"""Returns a time-stamp token (DER) for a SHA-256."""


class SignedData:
    """Creates signatures of one key over one type of content."""

    def __init__(self, key: SealingKey, content_type: bytes) -> None:
        self._key = key
        self._content_type = content_type
        self._version = der.integer(1 if content_type == DATA else 3)
        certificate = x509.Certificate.load(key.certificate)
        fields = certificate["tbs_certificate"]
        self._signer = der.sequence(fields["issuer"].dump(), fields["serial_number"].dump())
        self._algorithm = _RSA if certificate.public_key.algorithm == "rsa" else _ECDSA
        sent = sorted((key.certificate, *key.chain[:-1]))  # verifiers have the root; it is never embedded
        self._certificates = der.implicit(0, *sent)
        self._before, self._after = _attributes(key.certificate, content_type)

    def sign(
        self, digest: bytes, *, content: bytes = b"", stamp: Stamp | None = None, with_certificates: bool = True
    ) -> bytes:
        """Return a signature (DER) over content with this SHA-256; `content` is embedded if given.

        `stamp` is called for a time-stamp of the signature value. There is no signing-time attribute: PAdES has it in
        the PDF (EN 319 142-1 clause 6.3).
        """
        covered = self._before + digest + self._after
        signature = self._key.sign_digest(hashlib.sha256(b"\x31" + covered[1:]).digest())
        token = stamp(hashlib.sha256(signature).digest()) if stamp else b""
        return self._write(covered, signature, token, content, self._certificates if with_certificates else b"")

    def longest(self, token: int = 0) -> int:
        """Return the maximum size in bytes of a detached signature with a token of `token` bytes."""
        signature = bytes(longest_signature(self._key.certificate))
        covered = self._before + _DIGEST + self._after
        return len(self._write(covered, signature, bytes(token), b"", self._certificates))

    def _write(self, covered: bytes, signature: bytes, token: bytes, content: bytes, certificates: bytes) -> bytes:
        unsigned = der.implicit(1, _attribute(_SIGNATURE_TIMESTAMP, token)) if token else b""
        signer = der.sequence(
            der.integer(1), self._signer, SHA256, covered, self._algorithm, der.octets(signature), unsigned
        )
        enclosed = der.implicit(0, der.octets(content)) if content else b""
        signed = der.sequence(
            self._version,
            der.set_of(SHA256),
            der.sequence(self._content_type, enclosed),
            certificates,
            der.set_of(signer),
        )
        return der.sequence(_SIGNED_DATA, der.implicit(0, signed))


def _attributes(certificate: bytes, content_type: bytes) -> tuple[bytes, bytes]:
    """Return the signed attributes, encoded, before and after the digest of the content."""
    by_hash = der.sequence(
        der.octets(hashlib.sha256(certificate).digest())
    )  # ESSCertIDv2, RFC 5035; SHA-256 is implied
    attributes = sorted(
        (
            _attribute(_CONTENT_TYPE, content_type),
            _attribute(_MESSAGE_DIGEST, der.octets(_DIGEST)),
            _attribute(_SIGNING_CERTIFICATE, der.sequence(der.sequence(by_hash))),
        )
    )
    before, after = der.implicit(0, *attributes).split(der.octets(_DIGEST))
    return before + der.octets(_DIGEST)[: -len(_DIGEST)], after


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.sequence(kind, der.set_of(value))
