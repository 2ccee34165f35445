"""Tables of the vault: its readers, its entries, and to whom an entry was passed on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Identity
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.core.db import Base, Id, one_of, stored
from audits.people.models import Person
from audits.vault.rules import Receiver


class VaultReader(Base):
    """A person who may read the vault. Said by a command of the operator, never on a page."""

    __tablename__ = "vault_reader"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class VaultEntry(Base):
    """A signal of exploitation. What it says is encrypted, and read through `read_vault` alone, which logs that.

    It names no unit of the audit and no worker. The database refuses that it leaves unless the worker wants it.
    """

    __tablename__ = "vault_entry"
    __table_args__ = (
        ForeignKeyConstraint(["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_vault_entry_audit"),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column(index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    key: Mapped[str]  # name of the key that it is encrypted under
    sealed: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    may_leave: Mapped[bool]  # the worker wants somebody outside to know
    written_at: Mapped[datetime]

    agency: Mapped[Agency] = relationship()


class VaultPassing(Base):
    """That an entry was passed on: to whom, by whom. Never changed."""

    __tablename__ = "vault_passing"
    __table_args__ = (one_of("receiver", Receiver),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("vault_entry.id"), index=True)
    receiver: Mapped[Receiver] = mapped_column(stored(Receiver))
    passed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    passed_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
