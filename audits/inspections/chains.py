"""Tables of sealed entries: chains, entries, what was typed, and receipts. Import them from `models`, as all tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.core.db import Base, Id, Txid
from audits.people.models import Person


class EntryChain(Base):
    """The chain of one person on one device, for one audit. Without a key it is that of the portal's own pages."""

    __tablename__ = "entry_chain"
    __table_args__ = (
        CheckConstraint("digest = encode(sha256(opening), 'hex')", name="digest"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        UniqueConstraint("id", "audit_id", name="uq_entry_chain_audit"),
        Index("uq_entry_chain_pages", "audit_id", "person_id", unique=True, postgresql_where="public_key IS NULL"),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    public_key: Mapped[str | None] = mapped_column(Text)  # of a device: a point on P-256, base64url
    opening: Mapped[bytes]  # what the first entry continues
    digest: Mapped[str]
    label: Mapped[str] = mapped_column(server_default="")  # what its person calls the device
    opened_at: Mapped[datetime]
    written: Mapped[int] = mapped_column(server_default="0")  # how many entries the device said it holds
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class SealedEntry(Base):
    """One entry, byte for byte as it was written; see `audits.inspections.entries`. Never changed or removed."""

    __tablename__ = "sealed_entry"
    __table_args__ = (
        CheckConstraint("digest = encode(sha256(data), 'hex')", name="digest"),
        ForeignKeyConstraint(
            ["chain_id", "audit_id"],
            ["entry_chain.id", "entry_chain.audit_id"],
            name="fk_sealed_entry_chain_id_audit_id",
        ),
        Index("ix_sealed_entry_chain_id", "chain_id", "number"),
        Index("ix_sealed_entry_cell", "audit_id", "cell"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    audit_id: Mapped[UUID]
    chain_id: Mapped[UUID]
    number: Mapped[int]
    cell: Mapped[str]
    data: Mapped[bytes]
    digest: Mapped[str] = mapped_column(unique=True)
    signature: Mapped[str | None] = mapped_column(Text)  # of the device, base64url; none on the pages of the portal
    received_at: Mapped[datetime]
    txid: Mapped[Txid]


class EntryContent(Base):
    """What was typed in an entry, with the salt of its digest. May be deleted, never changed."""

    __tablename__ = "entry_content"

    entry_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("sealed_entry.id"), primary_key=True, autoincrement=False
    )
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), index=True)
    salt: Mapped[bytes]
    content: Mapped[dict[str, Any]]


class EntryReceipt(Base):
    """What the portal signed on receipt: the heads of all chains of an audit, up to one entry."""

    __tablename__ = "entry_receipt"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), index=True)
    upto: Mapped[int] = mapped_column(BigInteger, ForeignKey("sealed_entry.id"))
    token: Mapped[str] = mapped_column(Text)  # a signed JWT
    received_at: Mapped[datetime]
