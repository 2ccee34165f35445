"""Tables of the public log. Entries, hashes, checkpoints and cosignatures are append-only; triggers say so."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from audits.core.db import Base, one_of, stored
from certificates.ledger.entries import EntryType


class LedgerEntry(Base):
    """One leaf. `data` is the entry byte for byte, `hash` its leaf hash; `index` counts from 0 without gaps."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        one_of("type", EntryType),
        Index("ix_ledger_entry_number_index", "number", "index"),
        Index("uq_ledger_entry_expired", "number", unique=True, postgresql_where="type = 'expired'"),
        Index("ix_ledger_entry_case_log", "index", postgresql_where="type = 'case-log'"),
    )

    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[EntryType] = mapped_column(stored(EntryType))
    number: Mapped[str | None]  # of the certificate it is about
    data: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerNode(Base):
    """The hash of 256**level leaves that are complete: what tiles of level 1 and up are made of."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class SignedCheckpoint(Base):
    """A head of the log that we signed: the note as it went out, and the verifier key that it was signed with."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    vkey: Mapped[str]
    signed_at: Mapped[datetime]


class Cosignature(Base):
    """The signature line of a witness under one of our checkpoints, and when it says that it saw it."""

    __tablename__ = "cosignature"

    size: Mapped[int] = mapped_column(ForeignKey("checkpoint.size"), primary_key=True, autoincrement=False)
    vkey: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    line: Mapped[str]
    seen_at: Mapped[datetime]


class WitnessedLog(Base):
    """The largest tree of somebody else's log that we cosigned."""

    __tablename__ = "witnessed_log"

    origin: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
