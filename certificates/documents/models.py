"""Tables of sealed documents, as issued, and of their archival copies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from audits.core.access import Actor
from audits.core.db import Base, Id


class Document(Base):
    """A sealed PDF as issued; its bytes are in the store under this hash and are never created again.

    A document that `replaces` another says why (`because`); the current one is that which nothing replaces.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_kind_subject_id", "kind", "subject_id"),
        # Audit reports can be made again after a reopened audit, and register extracts at any time;
        # all other documents are made once, and then only replaced.
        Index(
            "uq_document_once",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where="kind NOT IN ('audit_report', 'register_extract') AND replaces IS NULL",
        ),
        UniqueConstraint("id", "kind", "subject_id", name="uq_document_of"),
        UniqueConstraint("replaces", name="uq_document_replaces"),
        ForeignKeyConstraint(
            ["replaces", "kind", "subject_id"],
            ["document.id", "document.kind", "document.subject_id"],
            name="fk_document_replaces",
        ),
        CheckConstraint("(replaces IS NULL) = (because = '')", name="because"),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    language: Mapped[str]
    snapshot: Mapped[dict[str, Any]] = mapped_column("printed")
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    created_at: Mapped[datetime]
    replaces: Mapped[UUID | None]
    because: Mapped[str] = mapped_column(Text, default="")

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor is staff or belongs to the agency."""
        return actor.agency_id in {None, self.agency_id}


class DocumentStamp(Base):
    """A file that proves a document, and until when: the document itself or an archival copy with a newer time-stamp.

    An archival copy is the document with a time-stamp added (PAdES B-LTA); both are kept. Append-only.
    """

    __tablename__ = "document_stamp"

    id: Mapped[Id]
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    proves_until: Mapped[datetime]
    made_at: Mapped[datetime]
