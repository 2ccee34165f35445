"""Which documents there are, and the stages that each goes through: prepared, sealed, recorded.

The stages are types, so that mypy refuses to seal a file twice and to record one that nobody sealed. At run time they
are plain bytes and text.
"""

from enum import StrEnum
from typing import NewType


class DocumentKind(StrEnum):
    """What a document is, as the database keeps it."""

    CERTIFICATE = "certificate"
    REGISTER_EXTRACT = "register_extract"
    AUDIT_REPORT = "audit_report"
    DECISION_LETTER = "decision_letter"


Prepared = NewType("Prepared", bytes)
"""A printed document with the empty room for one seal."""

Sealed = NewType("Sealed", bytes)
"""A document with its seal. No byte of it changes any more."""

SealedHash = NewType("SealedHash", str)
"""The SHA-256 (hex) of a sealed document whose bytes lie in the store: what is recorded."""
