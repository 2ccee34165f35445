"""Tables of what is asked and told beside answers and findings."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
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


class TeamObjection(Base):
    """That an agency does not want somebody to audit it, once for each person and audit, and the one answer.

    It is upheld only when the person no longer goes along, which the database holds it to (walls/objection.sql).
    """

    __tablename__ = "team_objection"
    __table_args__ = (
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        CheckConstraint("num_nulls(upheld, answered_by, answered_at) IN (0, 3)", name="answered_whole"),
        CheckConstraint("upheld IS NOT FALSE OR btrim(answer) <> ''", name="answer"),
        ForeignKeyConstraint(
            ["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_team_objection_agency"
        ),
        UniqueConstraint("audit_id", "person_id"),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column()
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # whom the agency does not want
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    upheld: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    audit: Mapped[Audit] = relationship(foreign_keys=[audit_id], primaryjoin=lambda: TeamObjection.audit_id == Audit.id)


class ProposedDay(Base):
    """A day on which an agency would like to be audited, until it takes it back. The office need not follow it."""

    __tablename__ = "proposed_day"
    __table_args__ = (
        ForeignKeyConstraint(["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_proposed_day_agency"),
        Index("uq_proposed_day_open", "audit_id", "day", unique=True, postgresql_where="withdrawn_at IS NULL"),
        Index("ix_proposed_day_day", "day", postgresql_where="withdrawn_at IS NULL"),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column()
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    day: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    audit: Mapped[Audit] = relationship(foreign_keys=[audit_id], primaryjoin=lambda: ProposedDay.audit_id == Audit.id)


class SentPlan(Base):
    """The plan of an announced audit as it was sent to the agency with a letter; sent again when it changed.

    `content` has the fields of `audits.correspondence.plans.Plan`, as JSON.
    """

    __tablename__ = "sent_plan"
    __table_args__ = (
        ForeignKeyConstraint(["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_sent_plan_agency"),
        UniqueConstraint("audit_id", "number"),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column()
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    number: Mapped[int]  # 1 for the first
    content: Mapped[dict[str, Any]]
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]

    audit: Mapped[Audit] = relationship(foreign_keys=[audit_id], primaryjoin=lambda: SentPlan.audit_id == Audit.id)
