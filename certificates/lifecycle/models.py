"""Tables of certificates, their public history, and every document that was sealed."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.core.access import Actor
from audits.core.db import Base, Id, Txid, one_of, stored
from audits.decisions.models import Decision
from audits.schemes.models import SchemeVersion
from certificates.credentials.status import StatusPurpose
from certificates.lifecycle.rules import Status, status_on
from certificates.lifecycle.workflow import CertificateState


class Certificate(Base):
    """The mark of one agency after one positive decision. `snapshot` is what the document says, fixed at numbering."""

    __tablename__ = "certificate"
    __table_args__ = (
        one_of("state", CertificateState),
        CheckConstraint("valid_until > valid_from", name="validity"),
        Index("uq_certificate_living", "agency_id", unique=True, postgresql_where="state IN ('active', 'suspended')"),
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
    status_index: Mapped[int] = mapped_column(unique=True)  # its place in the status lists
    credential: Mapped[str | None] = mapped_column(Text)  # as vc+jwt; none of certificates from before there were any
    badge: Mapped[str | None] = mapped_column(Text)
    numbered_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    decision: Mapped[Decision] = relationship()
    scheme_version: Mapped[SchemeVersion] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def status_on(self, day: date) -> Status:
        """What the public may read of it on `day`."""
        return status_on(day, self.state, conditional=self.conditional, valid_until=self.valid_until)

    @property
    def credential_sha256(self) -> str | None:
        """The digest (hex) of the credential as it was signed."""
        return sha256(self.credential.encode()).hexdigest() if self.credential else None

    def is_visible_to(self, actor: Actor) -> bool:
        """The holder's own people, and staff."""
        return actor.agency_id in {None, self.agency_id}


class CertificateChange(Base):
    """One line of the public history of a certificate. Append-only."""

    __tablename__ = "certificate_change"
    __table_args__ = (one_of("state", CertificateState),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificate.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    move: Mapped[str]
    state: Mapped[CertificateState] = mapped_column(stored(CertificateState))
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
    txid: Mapped[Txid]

    __mapper_args__ = {"eager_defaults": False}


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


class StatusList(Base):
    """A status list as it is served: the newest signature over the bits of so many certificates."""

    __tablename__ = "status_list"
    __table_args__ = (one_of("purpose", StatusPurpose),)

    purpose: Mapped[StatusPurpose] = mapped_column(stored(StatusPurpose), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(Text)
    bits_sha256: Mapped[str]
    kid: Mapped[str]
    signed_at: Mapped[datetime]
