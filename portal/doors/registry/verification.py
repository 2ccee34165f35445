"""Check a file: did we issue it, is it unchanged, and what is its status today? Nothing of it is stored.

Checks go from certain to less certain: the exact hash in our records; else the seal (pinned root, entire file, no
change allowed) and whether the sealed part is in our records; then the status in the register today. Claims in the file
are never trusted.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from audits.core import clock
from audits.core.errors import NotFoundError
from certificates.documents.stages import DocumentKind
from certificates.ledger.queries import newest_entry
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.rules import Status, is_number
from certificates.register import queries
from certificates.register.files import Ending, ending, facts_with
from certificates.register.models import RegisterEntry
from certificates.register.queries import PublicDocument
from certificates.register.rules import may_rely
from certificates.seal import KeysError, SealOutcome, SealReason, SealReport
from certificates.seal.sealing.placeholder import same_but_for_seal
from portal.language.i18n import current_language
from portal.reader.questions import examine_seal
from portal.settings import current_settings
from portal.sidecar.lanes import PUBLIC, Lane
from portal.signing.keys import existing_keys
from portal.stores import files
from portal.stores.files import StorageDownError


class FileStatus(StrEnum):
    """Results of a check."""

    VALID = "valid"  # one of our certificates, unchanged, valid today
    LAPSED = "lapsed"  # one of our certificates, unchanged, not valid today
    EXTRACT = "extract"  # one of our register extracts
    OTHER = "other"  # another of our documents, whose content is not public
    UNKNOWN = "unknown"  # sealed by us, but not in our records
    ALTERED = "altered"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


GENUINE = frozenset({FileStatus.VALID, FileStatus.LAPSED, FileStatus.EXTRACT, FileStatus.OTHER})


@dataclass(frozen=True, slots=True)
class Difference:
    """A field on which the file and our records of the certificate number in it disagree."""

    fact: str  # a key of the snapshot
    file: str | date
    ours: str | date


@dataclass(frozen=True, slots=True)
class Checked:
    """The result for one file.

    `certificate` is the one that the file is, or was before it was changed, or whose number it uses; `verdict` is None
    where the hash alone decided; `extract` are the facts of a register extract.
    """

    answer: FileStatus
    sha256: str
    size: int
    made_at: datetime | None = None
    verdict: SealReport | None = None
    certificate: Certificate | None = None
    entry: RegisterEntry | None = None
    ending: Ending | None = None
    extract: Mapping[str, Any] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    file_kept: bool = True  # False for an extract past its term
    log_index: int | None = None  # of the newest log entry about the certificate

    @property
    def reason(self) -> SealReason | None:
        """Return why it is not genuine, or None if nothing is wrong with the file."""
        if self.answer is FileStatus.UNKNOWN:
            return SealReason.NOT_RECORDED
        return self.verdict.reason if self.verdict else None

    @property
    def said(self) -> Status:
        """Return the status in a register extract, which holds it in words of its language."""
        return Status(self.extract["status"])

    @property
    def genuine(self) -> bool:
        """Return whether it is one of our documents, unchanged."""
        return self.answer in GENUINE

    def counts_on(self, day: date) -> bool:
        """Return whether a hirer may rely on it: a valid certificate, or an extract that still holds."""
        if self.answer is FileStatus.EXTRACT and self.entry:
            status = self.entry.status_on(day)
            return may_rely(status) and status is self.said
        return self.answer is FileStatus.VALID


def check(session: Any, data: bytes, lane: Lane = PUBLIC) -> Checked:
    """Compare with our records first; only an unknown file is opened. BusyError if the lane is full."""
    sha256 = hashlib.sha256(data).hexdigest()
    known = check_hash(session, sha256)
    if known:
        return known
    verdict = _examine(data, lane)
    sealed = hashlib.sha256(data[: verdict.covered]).hexdigest() if 0 < verdict.covered < len(data) else ""
    original = check_hash(session, sealed) if sealed else None
    if verdict.genuine and original:  # only an archival renewal can have been added
        return replace(original, sha256=sha256, size=len(data), verdict=verdict)
    about = original if original and original.certificate else _claimed(session, verdict.claims)
    if verdict.genuine and about and _signed_otherwise(session, about, data[: verdict.covered]):
        verdict = replace(verdict, outcome=SealOutcome.ALTERED, reason=SealReason.SIGNATURE_CHANGED)
    answer = FileStatus.UNKNOWN if verdict.genuine else FileStatus(verdict.outcome.value)
    found = Checked(answer, sha256, len(data), made_at=verdict.sealed_at, verdict=verdict)
    if about is None:
        return found
    differences = tuple(_differences(about.certificate, verdict.claims))
    return replace(
        found, certificate=about.certificate, entry=about.entry, ending=about.ending, differences=differences
    )


def unread(size: int, reason: SealReason) -> Checked:
    """Return the result for a file that is not opened: empty, or too large."""
    return Checked(FileStatus.UNREADABLE, "", size, verdict=SealReport(SealOutcome.UNREADABLE, reason))


def check_hash(session: Any, sha256: str) -> Checked | None:
    """Return the result for a file of ours by its SHA-256 (hex), or None."""
    document = queries.document_with(session, sha256)
    if document is None:
        return None
    if document.kind == DocumentKind.CERTIFICATE:
        return _certificate(session, document)
    if document.kind == DocumentKind.REGISTER_EXTRACT:
        entry, facts = queries.entry_of(session, document.subject_id), facts_with(session, sha256)
        term = timedelta(days=current_settings().extract_days)
        return Checked(
            FileStatus.EXTRACT, sha256, document.size, made_at=document.created_at, entry=entry, extract=facts,
            file_kept=clock.now() < document.created_at + term,
        )  # fmt: skip
    return Checked(FileStatus.OTHER, sha256, document.size, made_at=document.created_at)


def _certificate(session: Any, document: PublicDocument) -> Checked:
    certificate = queries.certificate_by_id(session, document.subject_id)
    entry = queries.entry_of(session, certificate.agency_id)
    ended = ending(session, certificate, entry, document, day=clock.today(), language=current_language())
    return Checked(
        FileStatus.LAPSED if ended else FileStatus.VALID, document.sha256, document.size, made_at=document.created_at,
        certificate=certificate, entry=entry, ending=ended, log_index=_log_index(session, certificate.number),
    )  # fmt: skip


def _log_index(session: Any, number: str) -> int | None:
    logged = newest_entry(session, number)
    return logged.index if logged else None


def _signed_otherwise(session: Any, about: Checked, sealed: bytes) -> bool:
    """Return whether this is a file of the named certificate, apart from the bytes of the signature itself.

    A signature can be re-encoded, or its time-stamp removed, and still verify.
    """
    files = queries.files_of(session, about.certificate.id) if about.certificate else []
    return any(same_but_for_seal(sealed, stored) for stored in map(_stored, files))


def _stored(sha256: str) -> bytes:
    """Return a stored file; empty if the store fails, so that a weaker answer is still possible."""
    try:
        return files.store().get(sha256)
    except StorageDownError:
        return b""


def _examine(data: bytes, lane: Lane) -> SealReport:
    try:
        held = existing_keys()
        roots, distrusted, sealers = held.roots, held.distrusted, held.sealers
    except KeysError as error:
        raise StorageDownError("the root of our seals cannot be read") from error
    return examine_seal(data, roots, distrusted=distrusted, sealers=sealers, lane=lane)


def _claimed(session: Any, claims: Mapping[str, str]) -> Checked | None:
    """Return the result with the certificate whose number an unknown file uses, or None."""
    number = claims.get("number", "").upper()
    if not is_number(number):
        return None
    try:
        certificate = queries.certificate(session, number)
    except NotFoundError:
        return None
    entry = queries.entry_of(session, certificate.agency_id)
    ended = ending(session, certificate, entry, None, day=clock.today(), language=current_language())
    return Checked(FileStatus.OTHER, "", 0, certificate=certificate, entry=entry, ending=ended)


def _differences(certificate: Certificate | None, claims: Mapping[str, str]) -> Iterator[Difference]:
    if certificate is None:
        return
    for fact in ("number", "legal_name", "register_number", "valid_until"):
        said, ours = claims.get(fact, ""), str(certificate.snapshot.get(fact, ""))
        if said and said != ours:
            yield Difference(fact, _readable(said), _readable(ours))


def _readable(value: str) -> str | date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value
