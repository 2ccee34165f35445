"""Tables of documents: what was sealed, as it was given out, and its archival forms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from audits.core.access import Actor
from audits.core.db import Base, Id


class Document(Base):
    """A sealed PDF as it was given out; its bytes lie in the store under this hash and are never made again.

    One that `replaces` another says why (`because`); the one that nothing replaces is the one that counts.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_kind_subject_id", "kind", "subject_id"),
        # An audit that went back to the inspector is reported again, a register extract made whenever somebody asks;
        # everything else is made once, and then replaced.
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
        """The agency it is about, and staff."""
        return actor.agency_id in {None, self.agency_id}


class DocumentStamp(Base):
    """Until when a document proves itself, and the file that does: its own, or an archival form with a newer stamp.

    An archival form is the document with a time-stamp added (PAdES B-LTA); both stay. Append-only.
    """

    __tablename__ = "document_stamp"

    id: Mapped[Id]
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    proves_until: Mapped[datetime]
    made_at: Mapped[datetime]
