"""Revocation data embedded in a document (level B-LT), so that its seal can be verified offline."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from certificates.seal.keyring.authority import Authority

RENEWED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Validation data for a seal, DER: certificate chains, and revocation information of this moment."""

    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


class RevocationData:
    """Provides validation data from our own authority; refreshed every hour."""

    def __init__(
        self, authority: Authority, certificates: Iterable[x509.Certificate], revoked: Mapping[int, datetime]
    ) -> None:
        self._authority = authority
        self._certificates = tuple(certificates)
        self._revoked = revoked
        self._made: tuple[datetime, Evidence] | None = None

    def __call__(self, now: datetime) -> Evidence:
        """Return the validation data for this moment."""
        if self._made is None or not timedelta() <= now - self._made[0] < RENEWED:
            self._made = now, self._make(now)
        return self._made[1]

    def _make(self, now: datetime) -> Evidence:
        der = serialization.Encoding.DER
        authority = self._authority
        return Evidence(
            certificates=tuple(each.public_bytes(der) for each in (*self._certificates, authority.certificate)),
            ocsps=tuple(authority.ocsp(each, self._revoked, now) for each in self._certificates),
            crls=(authority.crl(self._revoked, now),),
        )
