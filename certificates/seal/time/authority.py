"""Our own time-stamp authority (RFC 3161, RFC 5816): the embedded default, with a key and a certificate of its own.

It proves nothing against the issuer, whose machine it runs on; an authority elsewhere can be set in its place.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Protocol

from audits.core import clock
from certificates.seal.encoding import der
from certificates.seal.encoding.cms import SHA256, TIMESTAMP_INFO, SignedData
from certificates.seal.keyring.signing import SealingKey, Validity

# The policy of the embedded authority: an identifier from a random UUID, which nobody else has (ITU-T X.667).
POLICY = "2.25.195861277421064310229271349417064927347"
_ACCURACY = der.sequence(der.integer(1))  # a second: as good as the clock of a machine that keeps it right
_RANDOM_BITS = 64
_MICROSECONDS = 1_000_000


class TimeStamps(Protocol):
    """Whoever can tell when something was there."""

    @property
    def longest(self) -> int:
        """How many bytes a token has at most."""

    def stamp(self, digest: bytes) -> bytes:
        """A token (DER) for a SHA-256 at this moment; StampError when there is none to be had."""


class StampError(Exception):
    """No time-stamp could be had."""


class TimeStampAuthority:
    """Signs time-stamps with a key that does nothing else."""

    def __init__(self, key: SealingKey, *, policy: str = POLICY) -> None:
        self._signed = SignedData(key, TIMESTAMP_INFO)
        self._validity = Validity(key.certificate)
        self._policy = der.oid(policy)
        self.policy = policy
        self.longest = len(self.stamp(bytes(32))) + 16  # an ECDSA signature and a serial number vary by a few bytes

    def stamp(self, digest: bytes) -> bytes:
        """See `TimeStamps.stamp`."""
        return self.token(der.sequence(SHA256, der.octets(digest)))

    def token(self, imprint: bytes, *, nonce: bytes = b"", with_certificates: bool = True) -> bytes:
        """A token for an imprint and a nonce that are DER already (RFC 3161 clause 2.4.2). KeysError as `Validity`."""
        now = clock.now()
        self._validity.check(now)
        info = der.sequence(
            der.integer(1), self._policy, imprint, der.integer(_serial(now)), der.general_time(now), _ACCURACY, nonce
        )
        return self._signed.sign(hashlib.sha256(info).digest(), content=info, with_certificates=with_certificates)


def _serial(now: datetime) -> int:
    """A number that was never given before, by no process of ours: the moment, and chance; below 160 bits."""
    return int(now.timestamp() * _MICROSECONDS) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
