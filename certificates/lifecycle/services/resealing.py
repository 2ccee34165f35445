"""New files that say the same, after the loss of a key. The caller commits."""

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

_ENDED = {rules.Status.WITHDRAWN, rules.Status.EXPIRED}  # nobody shows its file any more


@dataclass(frozen=True, slots=True)
class Signed:
    """What keys signed about one certificate: the file that counts, by its hash, and its twins for machines."""

    document_id: UUID
    number: str
    sha256: str
    credential: str | None
    badge: str | None


def enqueue_replacements(session: Session, *, counts: Callable[[Signed], bool], because: str) -> int:
    """Promise a new file for every certificate of which not all that was signed `counts` any more; how many.

    For a key that others may have. Certificates that ended follow too: whoever looks one up must still be able to check
    that it is genuine, and what became of it. Asked twice, what was replaced by then is left alone.
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
    """The certificate of a file, held; None where the file was replaced already."""
    document = session.get_one(Document, document_id)
    certificate = moves.load(session, Certificate, document.subject_id)
    replaced = session.scalar(select(Document.id).where(Document.replaces == document_id))
    return certificate if replaced is None else None


def replace_document(session: Session, document_id: UUID, *, because: str, sha256: SealedHash, size: int) -> Document:
    """Record a new file that says the same as the one that it replaces; `because` is for everybody who has the old."""
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
