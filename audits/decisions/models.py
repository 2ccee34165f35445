"""The table of decisions: one per audit, immutable; triggers check the decider and the outcome."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.core.db import Base, Id, one_of, stored
from audits.decisions.rules import Outcome
from audits.inspections.models import Audit
from audits.people.models import Person


class Decision(Base):
    """One decision on an audit: outcome, decider, reasons, and the digest of its basis."""

    __tablename__ = "decision"
    __table_args__ = (one_of("outcome", Outcome),)

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), unique=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    decider_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[Outcome] = mapped_column(stored(Outcome))
    reasons: Mapped[str] = mapped_column(Text)
    conditions: Mapped[list[str]] = mapped_column(default=list)
    basis_sha256: Mapped[str]  # see `basis.basis_digest`
    decided_at: Mapped[datetime]

    audit: Mapped[Audit] = relationship()
    decider: Mapped[Person] = relationship()
