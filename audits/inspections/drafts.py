"""Drafts of a report, how an audit was conducted, and second readings: tables and reads. Import from `models`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Select, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core import clock
from audits.core.db import Base, Id

_OF_AUDIT = ["audit_id", "agency_id"]
WHOLE = "0"
"""The key of a comment on the report as a whole; the others are the numbers of the findings in the draft."""
CONDUCT_TEXTS = ("opening", "closing", "languages", "deviations")
"""The columns of `AuditConduct` that hold what somebody wrote."""


class ReportDraft(Base):
    """A report as the agency could comment on it. Its facts never change; comments and answers are added once."""

    __tablename__ = "report_draft"
    __table_args__ = (
        ForeignKeyConstraint(_OF_AUDIT, ["audit.id", "audit.agency_id"], name="fk_report_draft_audit"),
        UniqueConstraint("audit_id", "number"),
        CheckConstraint("num_nulls(comments, commented_by, commented_at) IN (0, 3)", name="commented_whole"),
        CheckConstraint("num_nulls(answers, answered_by, answered_at) IN (0, 3)", name="answered_whole"),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID]
    agency_id: Mapped[UUID] = mapped_column(index=True)
    number: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)  # of the report, in the language of the agency
    due_on: Mapped[date]
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]
    comments: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))  # by number of the finding
    commented_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    commented_at: Mapped[datetime | None]
    answers: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))  # by the same numbers
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Return whether the agency can still comment."""
        return self.comments is None and clock.today() <= self.due_on

    @property
    def is_unanswered(self) -> bool:
        """Return whether the agency said something that the inspector did not answer."""
        return bool(self.comments) and self.answers is None

    @property
    def waits(self) -> bool:
        """Return whether a report, or another draft, has to wait for this one."""
        return self.is_open or self.is_unanswered

    @property
    def titles(self) -> Mapping[str, str]:
        """Return the titles of the findings by number."""
        return {str(each["number"]): f"{each['number']}. {each['title']}" for each in self.facts["findings"]}


class AuditConduct(Base):
    """How the visit went: the meetings with the agency, the languages, and what went otherwise than planned."""

    __tablename__ = "audit_conduct"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    opened_on: Mapped[date | None]
    opening: Mapped[str] = mapped_column(Text)  # who was there, by function, and what was said
    closed_on: Mapped[date | None]
    closing: Mapped[str] = mapped_column(Text)
    languages: Mapped[str] = mapped_column(Text)
    deviations: Mapped[str] = mapped_column(Text)
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class SecondReading(Base):
    """A report that was drawn by lot to be read once more, by somebody who has no part in it, and what they found."""

    __tablename__ = "second_reading"
    __table_args__ = (
        ForeignKeyConstraint(_OF_AUDIT, ["audit.id", "audit.agency_id"], name="fk_second_reading_audit"),
        CheckConstraint("num_nulls(reader_id, read_at, agrees) IN (0, 3)", name="read_whole"),
    )

    audit_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(index=True)
    drawn_at: Mapped[datetime]
    reader_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime | None]
    agrees: Mapped[bool | None]
    note: Mapped[str] = mapped_column(Text, default="", server_default="")


def drafts_of(session: Session, audit_id: UUID) -> list[ReportDraft]:
    """Return the drafts of the report of an audit, the newest first. The database shows an agency its own."""
    return list(session.scalars(_drafts(audit_id)))


def drafts_to_comment(session: Session, agency_id: UUID) -> list[ReportDraft]:
    """Return the drafts on which an agency can still comment."""
    query = select(ReportDraft).where(ReportDraft.agency_id == agency_id, ReportDraft.comments.is_(None))
    return list(session.scalars(query.where(ReportDraft.due_on >= clock.today()).order_by(ReportDraft.due_on)))


def newest_draft(session: Session, audit_id: UUID) -> ReportDraft | None:
    """Return the draft that counts, or None."""
    return session.scalar(_drafts(audit_id).limit(1))


def conduct_of(session: Session, audit_id: UUID) -> AuditConduct | None:
    """Return how the visit went, or None if nobody wrote it down."""
    return session.get(AuditConduct, audit_id)


def reading_of(session: Session, audit_id: UUID) -> SecondReading | None:
    """Return the second reading of a report, or None if it was not drawn."""
    return session.get(SecondReading, audit_id)


def _drafts(audit_id: UUID) -> Select[ReportDraft]:
    return select(ReportDraft).where(ReportDraft.audit_id == audit_id).order_by(ReportDraft.number.desc())
