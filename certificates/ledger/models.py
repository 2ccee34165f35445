"""Tables of the public log. Entries, hashes, checkpoints and cosignatures are append-only, by triggers."""

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
    number: Mapped[str | None]  # number of the certificate
    data: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerNode(Base):
    """The hash of 256**level leaves, all present: the content of tiles of level 1 and up."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class SignedCheckpoint(Base):
    """A signed tree head: the note as published, and the verifier key for it."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    vkey: Mapped[str]
    signed_at: Mapped[datetime]


class Cosignature(Base):
    """The signature line of a witness under one of our checkpoints, and the time that it states."""

    __tablename__ = "cosignature"

    size: Mapped[int] = mapped_column(ForeignKey("checkpoint.size"), primary_key=True, autoincrement=False)
    vkey: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    line: Mapped[str]
    seen_at: Mapped[datetime]


class WitnessedLog(Base):
    """The largest tree of another operator's log that we cosigned."""

    __tablename__ = "witnessed_log"

    origin: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)


class CaseLogLeaves(Base):
    """The numbers and hashes of the rows under one head of the case log, so that a row that changed can be named.

    The head in the public log is over these hashes: they prove nothing that it does not.
    """

    __tablename__ = "case_log_leaves"

    first: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    leaves: Mapped[bytes] = mapped_column(LargeBinary)
