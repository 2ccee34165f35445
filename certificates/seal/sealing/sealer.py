"""Putting the seal on: a PAdES certification over the whole file that allows no change after it.

ETSI EN 319 142-1, level B-B, B-T (with a time-stamp) or B-LT (with word on revocation), in the one revision that the
document is printed as.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from audits.core import clock
from certificates.seal.encoding.cms import DATA, SignedData
from certificates.seal.keyring.signing import SealingKey, Validity, body_of
from certificates.seal.sealing.placeholder import Placeholder, fill
from certificates.seal.sealing.revocation import Evidence
from certificates.seal.time.authority import TimeStamps


class Level(StrEnum):
    """How long a seal can be checked without asking anybody: B-B, B-T, B-LT."""

    B = "b"
    T = "t"
    LT = "lt"


class Sealer(Protocol):
    """Whoever can seal: first it says what to print, then it seals what was printed."""

    def placeholder(self, at: datetime | None = None) -> Placeholder:
        """The room that a document needs, now or at the moment that it will claim. KeysError as `Validity`."""

    def seal(self, pdf: bytes, placeholder: Placeholder) -> bytes:
        """The sealed file, as long as the one with the empty room. SealError if it has none; StampError, KeysError."""


class KeySealer:
    """Seals with a key that signs when asked, with a time-stamp and evidence where somebody gives them."""

    def __init__(
        self,
        key: SealingKey,
        stamps: TimeStamps | None = None,
        evidence: Callable[[datetime], Evidence] = lambda _: Evidence(),
    ) -> None:
        self._signed = SignedData(key, DATA)
        self._stamp = stamps.stamp if stamps else None
        self._evidence = evidence
        self._validity = Validity(key.certificate)
        self._name = body_of(key.certificate)
        self._hex_digits = 2 * self._signed.longest(stamps.longest if stamps else 0)

    def placeholder(self, at: datetime | None = None) -> Placeholder:
        """See `Sealer.room`."""
        now = clock.now()
        self._validity.check(now)
        found = self._evidence(now)
        return Placeholder(at or now, self._name, self._hex_digits, found.certificates, found.ocsps, found.crls)

    def seal(self, pdf: bytes, placeholder: Placeholder) -> bytes:
        """See `Sealer.seal`."""
        del placeholder  # what it asked for is in the file
        return fill(pdf, lambda digest: self._signed.sign(digest, stamp=self._stamp))
