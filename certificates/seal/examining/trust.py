"""The trust anchors for examining a seal: pinned roots, without compromised keys."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from asn1crypto import pem, x509
from pyhanko_certvalidator import ValidationContext


@dataclass(frozen=True, slots=True)
class Trust:
    """The pinned roots, the certificates (SHA-256, hex) that may seal, and those that are distrusted.

    A root that also certifies others must not make their seals ours: then `sealers` lists our certificates. None is for
    a root that certifies only us.
    """

    roots: tuple[x509.Certificate, ...]
    distrusted: frozenset[str] = frozenset()
    sealers: frozenset[str] | None = None

    @classmethod
    def pin(
        cls, roots: bytes | Sequence[bytes], distrusted: frozenset[str], sealers: frozenset[str] | None = None
    ) -> Self:
        """Build from certificates in PEM (also a bundle) or DER. ValueError if one cannot be read."""
        return cls(tuple(_certificates(roots)), distrusted, sealers)

    def at(self, moment: datetime | None) -> ValidationContext:
        """Return pyHanko's context for validating a certificate at a moment. Nothing is fetched."""
        return ValidationContext(
            trust_roots=list(self.roots), moment=moment, allow_fetching=False, revocation_mode="soft-fail"
        )

    def keeps(self, certificate: x509.Certificate) -> bool:
        """Return whether the key of this certificate is not known as compromised."""
        return bytes(certificate.sha256).hex() not in self.distrusted

    def seals(self, certificate: x509.Certificate) -> bool:
        """Return whether this is one of our certificates for seals, and its key is not compromised."""
        ours = self.sealers is None or bytes(certificate.sha256).hex() in self.sealers
        return ours and self.keeps(certificate)

    @property
    def names(self) -> set[str]:
        """Return the names of the roots' owners, folded."""
        named = (root.subject.native for root in self.roots)
        return {fold(each.get("organization_name") or each.get("common_name") or "") for each in named} - {""}


def fold(text: object) -> str:
    """Normalise a name for comparison: case, width and spaces are ignored."""
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())


def _certificates(roots: bytes | Sequence[bytes]) -> Iterator[x509.Certificate]:
    for data in [roots] if isinstance(roots, bytes) else roots:
        if pem.detect(data):
            for _, _, der in pem.unarmor(data, multiple=True):
                yield x509.Certificate.load(der)
        else:
            yield x509.Certificate.load(data)
