"""Look up a file in the register: which document it is, and how its certificate ended."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.errors import N_
from certificates.documents.models import Document, DocumentStamp
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.rules import Status, why
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.queries import PublicDocument
from certificates.register.rules import may_rely

KEY_LOST = N_("A key that signed the old file is no longer trusted.")


class Why(StrEnum):
    """Reasons why a genuine certificate is not valid on a day."""

    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    REPLACED = "replaced"
    EXPIRED = "expired"
    RESEALED = "resealed"  # the certificate is valid, but this file of it was replaced

    @property
    def status(self) -> Status:
        """Return the status that is shown for this reason."""
        return Status(self.value) if self.value in set(Status) else Status.REPLACED


@dataclass(frozen=True, slots=True)
class Ending:
    """Since when a certificate is not valid, and why; `newer` is the number of its valid successor."""

    why: Why
    since: date | None
    reason: str = ""
    newer: str = ""


def ending(
    session: Session,
    certificate: Certificate,
    entry: RegisterEntry,
    document: PublicDocument | None,
    *,
    day: date,
    language: str,
) -> Ending | None:
    """Return how the validity of a certificate, or of this file of it, ended by `day`; None while it is valid."""
    newer = entry.certificate_number or ""
    newer = newer if newer != certificate.number else ""
    if certificate.state is CertificateState.REPLACED:
        return Ending(Why.REPLACED, *last_change(session, certificate.id, language), newer=newer)
    status = certificate.status_on(day)
    if may_rely(status):
        if document is None or document.replaced_at is None:
            return None
        return Ending(Why.RESEALED, clock.day_of(document.replaced_at), document.replaced_because)
    if status is Status.EXPIRED:
        return Ending(Why.EXPIRED, certificate.valid_until + timedelta(days=1), newer=newer)
    return Ending(Why(status.value), *last_change(session, certificate.id, language), newer=newer)


def facts_with(session: Session, sha256: str) -> dict[str, Any]:
    """Return the snapshot of the document with these bytes; empty if there is none."""
    return session.scalar(select(Document.snapshot).where(Document.sha256 == sha256)) or {}


def archival_form(session: Session, document: PublicDocument) -> str | None:
    """Return the hash of the archival copy with the longest proof; None if the document itself is it."""
    query = select(DocumentStamp.sha256).join(Document, Document.id == DocumentStamp.document_id)
    query = query.where(Document.sha256 == document.sha256).order_by(DocumentStamp.proves_until.desc())
    found = session.scalar(query.limit(1))
    return found if found != document.sha256 else None


def last_change(session: Session, certificate_id: UUID, language: str) -> tuple[date | None, str]:
    """Return day and public reason of the last change of a certificate."""
    query = select(CertificateChange).where(CertificateChange.certificate_id == certificate_id)
    change = session.scalar(query.order_by(CertificateChange.id.desc()).limit(1))
    return (clock.day_of(change.changed_at), why(change.reason, change.grounds, language)) if change else (None, "")
