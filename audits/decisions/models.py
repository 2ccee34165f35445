"""Tables of decisions about agencies, immutable; triggers check the decider, the outcome and the basis."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.agencies.rules import StatedScope
from audits.core.db import Base, Id, Txid, one_of, stored
from audits.decisions.rules import AFTER_AUDIT, ON_CERTIFICATE
from audits.inspections.models import Audit
from audits.people.models import Person
from audits.schemes.cycle import DecisionKind

_AFTER_AUDIT = ", ".join(sorted(f"'{kind}'" for kind in AFTER_AUDIT))
_ON_CERTIFICATE = ", ".join(sorted(f"'{kind}'" for kind in ON_CERTIFICATE))


class Decision(Base):
    """One decision about an agency: its kind, decider, reasons, and the digest of its basis.

    It concludes an audit, or changes a certificate; the kind says which of the two it must name.
    """

    __tablename__ = "decision"
    __table_args__ = (
        one_of("outcome", DecisionKind),
        CheckConstraint(f"audit_id IS NOT NULL OR outcome NOT IN ({_AFTER_AUDIT})", name="audit"),
        CheckConstraint(f"certificate_id IS NOT NULL OR outcome NOT IN ({_ON_CERTIFICATE})", name="certificate"),
        ForeignKeyConstraint(
            ["certificate_id", "agency_id"],
            ["certificate.id", "certificate.agency_id"],
            name="fk_decision_certificate",
            use_alter=True,  # a certificate names the decision that it follows from
        ),
        # An audit is concluded once; other decisions may rest on it too.
        Index("uq_decision_audit_id", "audit_id", unique=True, postgresql_where=f"outcome IN ({_AFTER_AUDIT})"),
    )

    id: Mapped[Id]
    kind: Mapped[DecisionKind] = mapped_column("outcome", stored(DecisionKind))
    audit_id: Mapped[UUID | None] = mapped_column(ForeignKey("audit.id"))
    certificate_id: Mapped[UUID | None] = mapped_column(index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    decider_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reasons: Mapped[str] = mapped_column(Text)  # for the letter; the public reads the grounds
    conditions: Mapped[list[str]] = mapped_column(default=list)
    # A `StatedScope`: what a grant keeps of the scope that was stated; none before migration 0022.
    scope: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    basis_sha256: Mapped[str]  # of the content of its `DecisionBasis`; decisions before migration 0019 have none
    decided_at: Mapped[datetime]
    effective_on: Mapped[date]
    reviews_decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))
    txid: Mapped[Txid]

    agency: Mapped[Agency] = relationship()
    audit: Mapped[Audit | None] = relationship()
    decider: Mapped[Person] = relationship()
    grounds: Mapped[list["DecisionGround"]] = relationship(order_by="DecisionGround.position", viewonly=True)

    __mapper_args__ = {"eager_defaults": False}

    @property
    def granted(self) -> StatedScope:
        """Return the granted scope; of decisions without one, what their application states."""
        return StatedScope.of(self.scope) if self.scope is not None else self.concluded.application.stated

    @property
    def concluded(self) -> Audit:
        """Return the audit that it concluded; LookupError for a decision without one."""
        if self.audit is None:
            raise LookupError(f"decision {self.id} rests on no audit")
        return self.audit


class DecisionGround(Base):
    """A coded ground of a decision, with the public words that it had then, by language."""

    __tablename__ = "decision_ground"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    words: Mapped[dict[str, Any]]


class DecisionBasis(Base):
    """Everything that a decider had before him, as canonical JSON. Apart, because staff alone may read it."""

    __tablename__ = "decision_basis"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
