"""Tables of certificates, their public history, and the status lists."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.core.access import Actor
from audits.core.db import Base, Id, Txid, one_of, stored
from audits.decisions.models import Decision
from audits.people.models import Person
from audits.schemes.models import SchemeVersion
from certificates.credentials.status import StatusPurpose
from certificates.lifecycle.rules import Status, status_on, why
from certificates.lifecycle.workflow import CertificateState


class Certificate(Base):
    """A certificate after one positive decision. `snapshot` is the content of the document, fixed at numbering."""

    __tablename__ = "certificate"
    __table_args__ = (
        one_of("state", CertificateState),
        CheckConstraint("valid_until > valid_from", name="validity"),
        UniqueConstraint("id", "agency_id", name="uq_certificate_agency"),  # target of decisions about it
        Index(
            "uq_certificate_living",
            "agency_id",
            unique=True,
            postgresql_where="state IN ('active', 'partly_suspended', 'suspended')",
        ),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), unique=True)
    scheme_version_id: Mapped[UUID] = mapped_column(ForeignKey("scheme_version.id"))
    state: Mapped[CertificateState] = mapped_column(stored(CertificateState), index=True)
    conditional: Mapped[bool]
    conditions: Mapped[list[str]] = mapped_column(default=list)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    snapshot: Mapped[dict[str, Any]] = mapped_column("printed")
    scope: Mapped[dict[str, Any]]  # a `Scope`, as codes; the snapshot has them in words, as printed
    status_index: Mapped[int] = mapped_column(unique=True)  # index in the status lists
    credential: Mapped[str | None] = mapped_column(Text)  # as vc+jwt; older certificates have none
    badge: Mapped[str | None] = mapped_column(Text)
    numbered_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    decision: Mapped[Decision] = relationship(foreign_keys=[decision_id])
    scheme_version: Mapped[SchemeVersion] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def status_on(self, day: date) -> Status:
        """Return the public status on `day`."""
        return status_on(day, self.state, conditional=self.conditional, valid_until=self.valid_until)

    @property
    def credential_sha256(self) -> str | None:
        """Return the digest (hex) of the signed credential, or None."""
        return sha256(self.credential.encode()).hexdigest() if self.credential else None

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor is staff or belongs to the holder."""
        return actor.agency_id in {None, self.agency_id}


class CertificateChange(Base):
    """One line of the public history of a certificate. Append-only.

    A trigger asks for the decision and its decider, except where the system issues or replaces. `grounds` are those of
    the decision, as codes with their public words; `reason` is a public text from before there were codes.
    """

    __tablename__ = "certificate_change"
    __table_args__ = (one_of("state", CertificateState),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificate.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    move: Mapped[str]
    state: Mapped[CertificateState] = mapped_column(stored(CertificateState))
    reason: Mapped[str] = mapped_column(Text, default="")
    grounds: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    provisional: Mapped[bool] = mapped_column(default=False, server_default="false")  # until a second decider answers
    # A `Scope`, as codes: for what it does not count from here on, if it was suspended in part; else empty.
    excepted: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    changed_at: Mapped[datetime]
    # Not public: the register may not read these.
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), deferred=True)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), deferred=True)
    txid: Mapped[Txid]

    __mapper_args__ = {"eager_defaults": False}

    def why(self, language: str) -> str:
        """Return the public reason."""
        return why(self.reason, self.grounds, language)


class HearingStatement(Base):
    """What an agency said of a suspension at once, before a second decider answered it; never changed."""

    __tablename__ = "hearing_statement"

    id: Mapped[Id]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    words: Mapped[str] = mapped_column(Text)
    said_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class StatusList(Base):
    """A status list as it is served: bits and newest signature."""

    __tablename__ = "status_list"
    __table_args__ = (one_of("purpose", StatusPurpose),)

    purpose: Mapped[StatusPurpose] = mapped_column(stored(StatusPurpose), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(Text)
    bits_sha256: Mapped[str]
    kid: Mapped[str]
    signed_at: Mapped[datetime]
