"""Our own time-stamp authority (RFC 3161, RFC 5816), the default, with its own key and certificate.

It proves nothing against the issuer, who operates it; an external authority can be configured instead.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Protocol

from audits.core import clock
from certificates.seal.encoding import der
from certificates.seal.encoding.cms import SHA256, TIMESTAMP_INFO, SignedData
from certificates.seal.keyring.signing import SealingKey, Validity

# The policy of the embedded authority: an OID from a random UUID (ITU-T X.667), unique to it.
POLICY = "2.25.195861277421064310229271349417064927347"
_ACCURACY = der.sequence(der.integer(1))  # accuracy of one second, for a machine with synchronised clock
_RANDOM_BITS = 64
_MICROSECONDS = 1_000_000


class TimeStamps(Protocol):
    """A source of time-stamps."""

    @property
    def longest(self) -> int:
        """Return the maximum size of a token in bytes."""

    def stamp(self, digest: bytes) -> bytes:
        """Return a token (DER) for a SHA-256 at this moment; StampError if none is available."""


class StampError(Exception):
    """No time-stamp could be obtained."""


class TimeStampAuthority:
    """Signs time-stamps with a key that is used for nothing else."""

    def __init__(self, key: SealingKey, *, policy: str = POLICY) -> None:
        self._signed = SignedData(key, TIMESTAMP_INFO)
        self._validity = Validity(key.certificate)
        self._policy = der.oid(policy)
        self.policy = policy
        self.longest = len(self.stamp(bytes(32))) + 16  # bytes by which ECDSA signature and serial number vary

    def stamp(self, digest: bytes) -> bytes:
        """See `TimeStamps.stamp`."""
        return self.token(der.sequence(SHA256, der.octets(digest)))

    def token(self, imprint: bytes, *, nonce: bytes = b"", with_certificates: bool = True) -> bytes:
        """Return a token for imprint and nonce, both in DER (RFC 3161 clause 2.4.2). KeysError as `Validity`."""
        now = clock.now()
        self._validity.check(now)
        info = der.sequence(
            der.integer(1), self._policy, imprint, der.integer(_serial(now)), der.general_time(now), _ACCURACY, nonce
        )
        return self._signed.sign(hashlib.sha256(info).digest(), content=info, with_certificates=with_certificates)


def _serial(now: datetime) -> int:
    """Return a unique serial number below 160 bits: the moment, and random bits, so that processes never collide."""
    return int(now.timestamp() * _MICROSECONDS) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
