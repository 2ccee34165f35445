"""The demo authority: certificates for our own keys, and their revocation (CRL, OCSP).

A private root proves nothing to strangers: production certificates come from a trust service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_DAYS = 30 * 365
SEAL_DAYS = 10 * 365
FRESH = timedelta(days=7)  # validity of our statements on revocation
_SKEW = timedelta(days=1)  # tolerance for differences between clocks
_NAME_LENGTH = 64  # maximum bytes of organisation and common name, RFC 5280 appendix A.1

CertifiedKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """A root key with its certificate, which signs certificates and revocation lists."""

    key: CertifiedKey
    certificate: x509.Certificate

    def seal_certificate(self, body_name: str, key: CertifiedKey, now: datetime, *, crl_url: str) -> x509.Certificate:
        """Issue a certificate for sealing documents."""
        return self._certify(_draft(body_name, "seal", key, now), crl_url)

    def timestamp_certificate(
        self, body_name: str, key: CertifiedKey, now: datetime, *, crl_url: str
    ) -> x509.Certificate:
        """Issue a certificate for time-stamps only (RFC 3161 clause 2.3)."""
        only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        return self._certify(_draft(body_name, "time-stamps", key, now).add_extension(only, critical=True), crl_url)

    def crl(self, revoked: Mapping[int, datetime], now: datetime) -> bytes:
        """Return the list of revoked serial numbers (DER, RFC 5280 clause 5), valid for `FRESH`."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(now).next_update(now + FRESH)
        builder = builder.add_extension(_issuer_of(self.certificate), critical=False)
        builder = builder.add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        reason = x509.CRLReason(x509.ReasonFlags.key_compromise)
        for serial, since in revoked.items():
            line = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
            builder = builder.add_revoked_certificate(line.add_extension(reason, critical=False).build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def ocsp(self, certificate: x509.Certificate, revoked: Mapping[int, datetime], now: datetime) -> bytes:
        """Return the OCSP response on one certificate (DER, RFC 6960), signed by the root itself."""
        since = revoked.get(certificate.serial_number)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.certificate,
            algorithm=hashes.SHA1(),  # noqa: S303 - only a name for the issuer, and the one that every reader knows
            cert_status=ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD,
            this_update=now,
            next_update=now + FRESH,
            revocation_time=since,
            revocation_reason=x509.ReasonFlags.key_compromise if since else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _certify(self, draft: x509.CertificateBuilder, crl_url: str) -> x509.Certificate:
        draft = draft.issuer_name(self.certificate.subject)
        draft = draft.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        draft = draft.add_extension(_usage(certifies=False), critical=True)
        draft = draft.add_extension(_issuer_of(self.certificate), critical=False)
        if crl_url:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
            draft = draft.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return draft.sign(self.key, hashes.SHA256())


def found_authority(body_name: str, key: CertifiedKey, now: datetime) -> Authority:
    """Create an authority with a self-signed root certificate."""
    draft = _draft(body_name, "root", key, now, days=ROOT_DAYS).issuer_name(_name(body_name, "root"))
    draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    draft = draft.add_extension(_usage(certifies=True), critical=True)
    return Authority(key, draft.sign(key, hashes.SHA256()))


def _draft(
    body_name: str, part: str, key: CertifiedKey, now: datetime, days: int = SEAL_DAYS
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(body_name, part))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _issuer_of(root: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _name(body_name: str, part: str) -> x509.Name:
    ending = f" – {part}"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(body_name, _NAME_LENGTH)),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(body_name, _NAME_LENGTH - len(ending.encode())) + ending),
        ]
    )


def _cut(text: str, size: int) -> str:
    """Shorten to as many whole letters as fit in so many bytes."""
    return text.encode()[:size].decode(errors="ignore")


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,  # the root also signs OCSP responses, hence digital_signature
        content_commitment=not certifies,
        key_cert_sign=certifies,
        crl_sign=certifies,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
