"""Kinds of documents, and the stages of each: prepared, sealed, recorded.

The stages are types, so that mypy rejects sealing a file twice, or recording an unsealed one. At run time they are
plain bytes and text.
"""

from enum import StrEnum
from typing import NewType


class DocumentKind(StrEnum):
    """Kinds of documents, as stored in the database."""

    CERTIFICATE = "certificate"
    REGISTER_EXTRACT = "register_extract"
    AUDIT_REPORT = "audit_report"
    REPORT_DRAFT = "report_draft"  # printed as the report, with the day until which the agency can comment
    DECISION_LETTER = "decision_letter"
    TERM_LETTER = "term_letter"
    SUBMISSION_RECEIPT = "submission_receipt"
    LIST_CHECK = "list_check"  # for who asked alone: it is not stored
    POSTER = "poster"  # neither sealed nor stored: it proves nothing, and leads to what does


Prepared = NewType("Prepared", bytes)
"""A printed document with an empty placeholder for one seal."""

Sealed = NewType("Sealed", bytes)
"""A sealed document; its bytes are final."""

SealedHash = NewType("SealedHash", str)
"""The SHA-256 (hex) of a sealed document that is in the store."""
