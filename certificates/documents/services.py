"""Record sealed documents."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.documents.models import Document
from certificates.documents.stages import DocumentKind, SealedHash


def record_document(
    session: Session,
    *,
    kind: DocumentKind,
    subject_id: UUID,
    agency_id: UUID,
    language: str,
    snapshot: Mapping[str, Any],
    sha256: SealedHash,
    size: int,
    replaces: Document | None = None,
    because: str = "",
) -> Document:
    """Record a sealed document under the hash of its bytes; each subject has one current document per kind."""
    document = Document(
        id=uuid4(),
        kind=kind,
        subject_id=subject_id,
        agency_id=agency_id,
        language=language,
        snapshot=dict(snapshot),
        sha256=sha256,
        size=size,
        created_at=clock.now(),
        replaces=replaces.id if replaces else None,
        because=because,
    )
    session.add(document)
    return document


def record_extract(
    session: Session, *, agency_id: UUID, language: str, snapshot: Mapping[str, Any], sha256: SealedHash, size: int
) -> None:
    """Record a sealed extract of the register; also permitted to the role of the register alone."""
    facts = bindparam(None, dict(snapshot), JSONB)
    session.execute(select(func.keep_extract(uuid4(), agency_id, language, facts, sha256, size, clock.now())))
