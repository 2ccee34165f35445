"""Seal certificates again with unchanged content, after a key was compromised. The caller commits."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from audits.core import clock, events, moves, outbox
from audits.core.access import SYSTEM
from audits.core.events import Digest
from audits.core.notices import tell_agency
from certificates.documents.models import Document
from certificates.documents.services import record_document
from certificates.documents.stages import DocumentKind, SealedHash
from certificates.ledger.entries import EntryType
from certificates.lifecycle import notices, rules
from certificates.lifecycle.events import (
    CertificateResealed,
)
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services.recording import log, publish
from certificates.status_lists import enqueue_lists

_AT_ONCE = 500

_ENDED = {
    rules.Status.WITHDRAWN,
    rules.Status.ENDED,
    rules.Status.REPLACED,
    rules.Status.EXPIRED,
}  # states whose file is no longer shown


@dataclass(frozen=True, slots=True)
class Signed:
    """What keys signed about one certificate: its current file, by hash, its credential and its badge."""

    document_id: UUID
    number: str
    sha256: str
    credential: str | None
    badge: str | None


def enqueue_replacements(session: Session, *, counts: Callable[[Signed], bool], because: str) -> int:
    """Queue a new file for every certificate for which `counts` rejects a signature; return how many.

    Used when a key is compromised. Certificates that have ended are included: everybody must still be able to check
    that one is genuine, and why it ended. Replaced files are skipped when it is called again.
    """
    newer = aliased(Document)
    query = (
        select(Document.id, Certificate.number, Document.sha256, Certificate.credential, Certificate.badge)
        .join(Certificate, Certificate.id == Document.subject_id)
        .outerjoin(newer, newer.replaces == Document.id)
        .where(Document.kind == DocumentKind.CERTIFICATE, newer.id.is_(None))
        .order_by(Certificate.number)
    )
    rows = session.execute(query.execution_options(yield_per=_AT_ONCE))
    found = [signed for signed in (Signed(*row) for row in rows) if not counts(signed)]
    for signed in found:
        outbox.enqueue(session, "certificate.reseal", document_id=str(signed.document_id), because=because)
    enqueue_lists(session)
    return len(found)


def certificate_to_reseal(session: Session, document_id: UUID) -> Certificate | None:
    """Return the certificate of a file, locked; None if the file was replaced already."""
    document = session.get_one(Document, document_id)
    certificate = moves.load(session, Certificate, document.subject_id)
    replaced = session.scalar(select(Document.id).where(Document.replaces == document_id))
    return certificate if replaced is None else None


def replace_document(session: Session, document_id: UUID, *, because: str, sha256: SealedHash, size: int) -> Document:
    """Record a new file with the same content as the one it replaces; `because` is the public explanation."""
    old = session.get_one(Document, document_id)
    certificate = moves.load(session, Certificate, old.subject_id)
    new = record_document(
        session,
        kind=DocumentKind(old.kind),
        subject_id=old.subject_id,
        agency_id=old.agency_id,
        language=old.language,
        snapshot=old.snapshot,
        sha256=sha256,
        size=size,
        replaces=old,
        because=because,
    )
    told = CertificateResealed(before=Digest(old.sha256), after=Digest(sha256), reason=because)
    events.record(session, told, subject_id=certificate.id, actor=SYSTEM, agency_id=certificate.agency_id)
    publish(session, certificate)
    if certificate.status_on(clock.today()) not in _ENDED:
        tell_agency(session, certificate.agency_id, notices.CertificateResealed(number=certificate.number))
    log(session, certificate, EntryType.RESEALED, pdf=sha256)
    return new
