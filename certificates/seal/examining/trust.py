"""Whom we believe when we read a seal: the pinned roots, less the keys that others may have."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from asn1crypto import pem, x509
from pyhanko_certvalidator import ValidationContext


@dataclass(frozen=True, slots=True)
class Trust:
    """The roots that are pinned, the certificates (SHA-256, hex) that may seal, and those that count no more.

    A root that vouches for others than us must not make seals of others ours: then `sealers` names ours. None is for a
    root that vouches for nobody else.
    """

    roots: tuple[x509.Certificate, ...]
    distrusted: frozenset[str] = frozenset()
    sealers: frozenset[str] | None = None

    @classmethod
    def pin(
        cls, roots: bytes | Sequence[bytes], distrusted: frozenset[str], sealers: frozenset[str] | None = None
    ) -> Self:
        """From certificates in PEM (also a bundle) or DER. ValueError if one cannot be read."""
        return cls(tuple(_certificates(roots)), distrusted, sealers)

    def at(self, moment: datetime | None) -> ValidationContext:
        """What pyHanko needs to judge a certificate at a moment. Nothing is fetched."""
        return ValidationContext(
            trust_roots=list(self.roots), moment=moment, allow_fetching=False, revocation_mode="soft-fail"
        )

    def keeps(self, certificate: x509.Certificate) -> bool:
        """Whether the key of this certificate is not known to be in other hands."""
        return bytes(certificate.sha256).hex() not in self.distrusted

    def seals(self, certificate: x509.Certificate) -> bool:
        """Whether this is a certificate of ours for seals, whose key is not known to be in other hands."""
        ours = self.sealers is None or bytes(certificate.sha256).hex() in self.sealers
        return ours and self.keeps(certificate)

    @property
    def names(self) -> set[str]:
        """Who the roots say they belong to, folded for comparing."""
        named = (root.subject.native for root in self.roots)
        return {fold(each.get("organization_name") or each.get("common_name") or "") for each in named} - {""}


def fold(text: object) -> str:
    """A name for comparing: without regard to case, width and spaces."""
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())


def _certificates(roots: bytes | Sequence[bytes]) -> Iterator[x509.Certificate]:
    for data in [roots] if isinstance(roots, bytes) else roots:
        if pem.detect(data):
            for _, _, der in pem.unarmor(data, multiple=True):
                yield x509.Certificate.load(der)
        else:
            yield x509.Certificate.load(data)
