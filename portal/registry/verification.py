"""Is this file ours, as we made it? Nothing of it is kept, and nothing in it is believed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from certificates.models import Certificate
from certificates.register import queries
from certificates.register.models import RegisterEntry
from portal.storage import StorageDownError


class Answer(StrEnum):
    """What we can say of a file."""

    CERTIFICATE = "certificate"  # one of our certificates, byte for byte
    OTHER = "other"  # another document of ours; what it says is between us and the agency
    UNKNOWN = "unknown"  # our seal is right, but our records do not have it
    ALTERED = "altered"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer on one file, with what helps to understand it."""

    answer: Answer
    sha256: str
    reason: str = ""
    made_at: datetime | None = None
    certificate: Certificate | None = None
    entry: RegisterEntry | None = None


def check(session: Any, data: bytes, seal_dir: Path) -> Checked:
    """Compare with our records first; only a file that is not in them is opened."""
    sha256 = hashlib.sha256(data).hexdigest()
    document = queries.document_with(session, sha256)
    if document is None:
        return _examined(data, sha256, seal_dir)
    if document.kind != "certificate":
        return Checked(Answer.OTHER, sha256, made_at=document.created_at)
    certificate = queries.certificate_by_id(session, document.subject_id)
    entry = queries.entry_of(session, certificate.agency_id)
    return Checked(Answer.CERTIFICATE, sha256, made_at=document.created_at, certificate=certificate, entry=entry)


def _examined(data: bytes, sha256: str, seal_dir: Path) -> Checked:
    # Only who checks a file pays for the library: the rest of the register does not load it.
    from certificates import seal  # noqa: PLC0415

    try:
        root = seal.load_root(seal_dir)
    except seal.KeysError as error:
        raise StorageDownError("the root of our seals is missing") from error
    verdict = seal.examine(data, root, max_bytes=len(data) + 1)
    answer = Answer.UNKNOWN if verdict.genuine else Answer(verdict.outcome.value)
    return Checked(answer, sha256, reason=verdict.reason or "", made_at=verdict.sealed_at)
