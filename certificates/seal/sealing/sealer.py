"""Seal a document: a PAdES certification over the whole file that allows no later change.

ETSI EN 319 142-1, level B-B, B-T (with a time-stamp) or B-LT (with revocation data), in the single revision of the
document.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from audits.core import clock
from certificates.documents.stages import Prepared, Sealed
from certificates.seal.encoding.cms import DATA, SignedData
from certificates.seal.keyring.signing import SealingKey, Validity, body_of
from certificates.seal.sealing.placeholder import Placeholder, fill
from certificates.seal.sealing.revocation import Evidence
from certificates.seal.time.authority import TimeStamps


class Level(StrEnum):
    """Levels of seals, by how long they can be verified offline: B-B, B-T, B-LT."""

    B = "b"
    T = "t"
    LT = "lt"


class Sealer(Protocol):
    """A sealer: first it says which placeholder to print, then it seals the printed document."""

    def placeholder(self, at: datetime | None = None) -> Placeholder:
        """Return the placeholder for now, or for the moment that the document will state. KeysError as `Validity`."""

    def seal(self, pdf: Prepared, placeholder: Placeholder) -> Sealed:
        """Return the sealed file, of the same length. SealError without a placeholder; StampError, KeysError."""


class KeySealer:
    """Seals with a key, and optionally a time-stamp and validation data."""

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
        """See `Sealer.placeholder`."""
        now = clock.now()
        self._validity.check(now)
        found = self._evidence(now)
        return Placeholder(at or now, self._name, self._hex_digits, found.certificates, found.ocsps, found.crls)

    def seal(self, pdf: Prepared, placeholder: Placeholder) -> Sealed:
        """See `Sealer.seal`."""
        del placeholder  # it was printed into the file
        return Sealed(fill(pdf, lambda digest: self._signed.sign(digest, stamp=self._stamp)))
