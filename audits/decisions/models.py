"""Tables of decisions about agencies, immutable; triggers check the decider, the outcome and the basis."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.agencies.rules import StatedScope
from audits.core import clock
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
        CheckConstraint("NOT provisional OR (outcome = 'suspend' AND reviews_decision_id IS NULL)", name="provisional"),
        CheckConstraint("excepted IS NULL OR (outcome = 'suspend' AND NOT provisional)", name="excepted"),
        ForeignKeyConstraint(
            ["certificate_id", "agency_id"],
            ["certificate.id", "certificate.agency_id"],
            name="fk_decision_certificate",
            use_alter=True,  # a certificate names the decision that it follows from
        ),
        # An audit is concluded once; other decisions may rest on it too.
        Index("uq_decision_audit_id", "audit_id", unique=True, postgresql_where=f"outcome IN ({_AFTER_AUDIT})"),
        Index(
            "ix_decision_later",
            "effective_on",
            postgresql_where=text("effective_on > (decided_at AT TIME ZONE 'Europe/Amsterdam')::date"),
        ),
        # What two deciders agreed on is done once.
        Index("uq_decision_proposal", "proposal_id", "outcome", unique=True),
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
    # A `Scope`, as codes: what of the certificate is suspended; none: all of it.
    excepted: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    basis_sha256: Mapped[str]  # of the content of its `DecisionBasis`; decisions before migration 0019 have none
    decided_at: Mapped[datetime]
    effective_on: Mapped[date]  # the day from which it counts; a later one is carried out then
    reviews_decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))
    # After an appeal that was upheld: the decision that this one comes in place of.
    replaces_decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision_proposal.id"))  # of the first of two deciders
    # A suspension at once by one decider: another one, who heard the agency, confirms or ends it.
    provisional: Mapped[bool] = mapped_column(default=False, server_default="false")
    heard: Mapped[str] = mapped_column(Text, default="", server_default="")  # what the agency said of that suspension
    txid: Mapped[Txid]

    agency: Mapped[Agency] = relationship()
    audit: Mapped[Audit | None] = relationship()
    decider: Mapped[Person] = relationship()
    proposal: Mapped["DecisionProposal | None"] = relationship()
    replaced: Mapped["Decision | None"] = relationship(foreign_keys=[replaces_decision_id], remote_side="Decision.id")
    grounds: Mapped[list["DecisionGround"]] = relationship(order_by="DecisionGround.position", viewonly=True)

    __mapper_args__ = {"eager_defaults": False}

    @property
    def granted(self) -> StatedScope:
        """Return the granted scope; of decisions without one, what their application states."""
        return StatedScope.of(self.scope) if self.scope is not None else self.concluded.application.stated

    @property
    def counts_later(self) -> bool:
        """Return whether it counts from a later day than that on which it was taken."""
        return self.effective_on > clock.day_of(self.decided_at)

    @property
    def concluded(self) -> Audit:
        """Return the audit that it concluded; LookupError for a decision without one."""
        if self.audit is None:
            raise LookupError(f"decision {self.id} rests on no audit")
        return self.audit


class DecisionGround(Base):
    """A coded ground of a decision, with the public words that it had then by language, and what the letter adds."""

    __tablename__ = "decision_ground"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    words: Mapped[dict[str, Any]]
    explanation: Mapped[str] = mapped_column(Text, default="", server_default="")  # for the letter; never public


class DecisionBasis(Base):
    """Everything that a decider had before him, as canonical JSON. Apart, because staff alone may read it."""

    __tablename__ = "decision_basis"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    content: Mapped[str] = mapped_column(Text)


class DecisionProposal(Base):
    """A decision on a serious ground, as one decider proposed it. It stands once another decider confirms it.

    A refused holder needs two decisions: `fate` is the kind of the second. Triggers ask independence of both deciders.
    """

    __tablename__ = "decision_proposal"
    __table_args__ = (
        one_of("kind", DecisionKind),
        CheckConstraint("num_nonnulls(audit_id, certificate_id) > 0", name="subject"),
        CheckConstraint("confirmed IS NOT TRUE OR answered_by <> proposed_by", name="second_person"),
        CheckConstraint("num_nulls(answered_by, answered_at, confirmed) IN (0, 3)", name="answered_whole"),
        Index("uq_decision_proposal_open", "agency_id", unique=True, postgresql_where=text("answered_at IS NULL")),
    )

    id: Mapped[Id]
    kind: Mapped[DecisionKind] = mapped_column(stored(DecisionKind))
    fate: Mapped[DecisionKind | None] = mapped_column(stored(DecisionKind))
    audit_id: Mapped[UUID | None] = mapped_column(ForeignKey("audit.id"))
    certificate_id: Mapped[UUID | None] = mapped_column(ForeignKey("certificate.id", use_alter=True))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    said: Mapped[dict[str, Any]]  # the arguments of the service that takes the decision
    shown: Mapped[str] = mapped_column(Text)  # `Basis.shown` of what the first decider weighed
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    confirmed: Mapped[bool | None]

    agency: Mapped[Agency] = relationship()
    audit: Mapped[Audit | None] = relationship()
    proposer: Mapped[Person] = relationship(foreign_keys=[proposed_by])
