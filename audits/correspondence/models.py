"""Tables of what is asked and told beside answers and findings."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.core.db import Base, Id
from audits.inspections.models import Audit
from audits.people.models import Person


class EvidenceRequest(Base):
    """A file or an answer about one requirement that an inspector asks of an agency until a day; answered once.

    A trigger opens and ends its deadline, and ends what is open when the fieldwork ends.
    """

    __tablename__ = "evidence_request"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_whole"),
        CheckConstraint("answered_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        CheckConstraint("btrim(text) <> ''", name="text"),
        ForeignKeyConstraint(
            ["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_evidence_request_agency"
        ),
        ForeignKeyConstraint(["audit_id", "scheme_version_id"], ["audit.id", "audit.scheme_version_id"]),
        ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"], ["requirement.scheme_version_id", "requirement.code"]
        ),
        Index(
            "ix_evidence_request_open",
            "agency_id",
            postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL",
        ),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column(index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    scheme_version_id: Mapped[UUID]
    requirement_code: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    audit: Mapped[Audit] = relationship(
        foreign_keys=[audit_id], primaryjoin=lambda: EvidenceRequest.audit_id == Audit.id
    )
    giver: Mapped[Person | None] = relationship(foreign_keys=[answered_by])

    @property
    def is_open(self) -> bool:
        """Return whether the agency must still answer."""
        return self.answered_at is None and self.withdrawn_at is None

    def is_late(self, today: date) -> bool:
        """Return whether it is open and its last day is over."""
        return self.is_open and self.due_on < today


class CaseMessage(Base):
    """What somebody of the agency or of the office wrote about a case; it never changes."""

    __tablename__ = "case_message"
    __table_args__ = (
        CheckConstraint("btrim(text) <> ''", name="text"),
        ForeignKeyConstraint(
            ["application_id", "agency_id"], ["application.id", "application.agency_id"], name="fk_case_message_agency"
        ),
        Index("ix_case_message_thread", "application_id", "sent_at"),
    )

    id: Mapped[Id]
    application_id: Mapped[UUID]
    agency_id: Mapped[UUID]
    from_agency: Mapped[bool]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]

    author: Mapped[Person] = relationship()
