"""Word on revocation that goes into a document (level B-LT), so that its seal can be checked without asking anybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from certificates.seal.keyring.authority import Authority

RENEWED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is needed to check a seal offline, DER: the chains, and what the authority says of them now."""

    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


class RevocationData:
    """Evidence from our own authority on the certificates that it gave; made anew every hour."""

    def __init__(
        self, authority: Authority, certificates: Iterable[x509.Certificate], revoked: Mapping[int, datetime]
    ) -> None:
        self._authority = authority
        self._certificates = tuple(certificates)
        self._revoked = revoked
        self._made: tuple[datetime, Evidence] | None = None

    def __call__(self, now: datetime) -> Evidence:
        """The evidence that is right at this moment."""
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
