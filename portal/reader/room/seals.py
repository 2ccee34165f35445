"""Examine the seal of a PDF."""

import base64
import sys
from typing import Any

import cryptography.hazmat.backends.openssl.backend  # noqa: F401  # import it now; a confined process cannot
import pyhanko.pdf_utils.filters  # noqa: F401  # the same

from certificates.seal.examining.verify import examine


def examine_seal(data: bytes, *, roots: list[str], distrusted: list[str], sealers: list[str] | None) -> dict[str, Any]:
    """Return the report of `examine` as JSON values."""
    verdict = examine(
        data,
        [base64.b64decode(root) for root in roots],
        distrusted=frozenset(distrusted),
        sealers=None if sealers is None else frozenset(sealers),
        max_bytes=sys.maxsize,
    )
    return verdict.plain()
