"""Select documents that need a new time-stamp, and record the result. Rows are never changed or removed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from audits.core import clock
from certificates.documents.models import Document, DocumentStamp
from certificates.documents.stages import DocumentKind

_OF_THE_DAY = {DocumentKind.REGISTER_EXTRACT}  # not renewed: anybody can request a new one


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that proves a document, by its hash, and the end of the proof."""

    sha256: str
    size: int
    proves_until: datetime


Read = Callable[[str], Proof | None]
"""Reads the file with this hash, or makes a renewed one from it; None if that fails."""


def note_new(session: Session, read: Read, *, limit: int) -> int:
    """Record for new documents until when their own time-stamp proves them; return how many could be read."""
    unknown = select(Document).outerjoin(DocumentStamp, DocumentStamp.document_id == Document.id)
    unknown = unknown.where(DocumentStamp.id.is_(None), Document.kind.not_in(_OF_THE_DAY))
    unknown = unknown.order_by(Document.created_at).limit(limit)
    found = [(document, read(document.sha256)) for document in session.scalars(unknown).all()]
    return sum(_note(session, document, proof) for document, proof in found if proof is not None)


def renew_due(session: Session, renew: Read, *, before: datetime, limit: int) -> int:
    """Renew documents whose proof ends before a moment, earliest first; return how many were renewed.

    Stops when a new time-stamp would end no later than the old one: then the authority needs a new certificate.
    """
    count = 0
    for stamp, document in session.execute(_due(before).limit(limit)).all():
        proof = renew(stamp.sha256)
        if proof is None:
            continue
        if proof.proves_until <= stamp.proves_until:
            break
        count += _note(session, document, proof)
    return count


def _due(before: datetime) -> Select[DocumentStamp, Document]:
    newer = aliased(DocumentStamp)
    return (
        select(DocumentStamp, Document)
        .join(Document, Document.id == DocumentStamp.document_id)
        .outerjoin(
            newer, (newer.document_id == DocumentStamp.document_id) & (newer.proves_until > DocumentStamp.proves_until)
        )
        .where(newer.id.is_(None), DocumentStamp.proves_until < before)
        .order_by(DocumentStamp.proves_until)
    )


def _note(session: Session, document: Document, proof: Proof) -> int:
    session.add(
        DocumentStamp(
            document_id=document.id,
            sha256=proof.sha256,
            size=proof.size,
            proves_until=proof.proves_until,
            made_at=clock.now(),
        )
    )
    return 1
