"""Tables of what is asked about a finding after the report, and of the answer by another person."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Identity, Index, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from audits.core.db import Base, Id, ItsAgency
from audits.inspections.models import Finding
from audits.people.models import Person


class Question(Base):
    """Base of what somebody asked about a finding, with a reason, and of the answer by another person."""

    __abstract__ = True

    id: Mapped[Id]
    finding_id: Mapped[UUID]
    agency_id: Mapped[ItsAgency]
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    granted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, server_default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def finding(cls) -> Mapped[Finding]:
        """Return the finding that it is about."""
        return relationship(overlaps="agency")

    @declared_attr
    @classmethod
    def asker(cls) -> Mapped[Person]:
        """Return who asked."""
        return relationship(foreign_keys=f"{cls.__name__}.asked_by")

    @declared_attr
    @classmethod
    def answerer(cls) -> Mapped[Person | None]:
        """Return who answered, or None."""
        return relationship(foreign_keys=f"{cls.__name__}.answered_by")


class GradeChange(Question):
    """A proposal to weigh a finding otherwise. Another person answers it; the database then changes the finding."""

    __tablename__ = "grade_change"
    __table_args__ = (
        ForeignKeyConstraint(
            ["finding_id", "agency_id"], ["finding.id", "finding.agency_id"], name="fk_grade_change_agency"
        ),
        Index("uq_grade_change_open", "finding_id", unique=True, postgresql_where="answered_at IS NULL"),
        Index("ix_grade_change_finding_id", "finding_id"),
    )

    grade_before: Mapped[str]
    grade: Mapped[str]
    points: Mapped[int]  # what the scheme says of the grade, and the term that follows from it
    blocks: Mapped[bool]
    due_on: Mapped[date | None]


class Extension(Question):
    """More time for a corrective action, as an agency asked for it, and the answer of somebody who took no part."""

    __tablename__ = "extension"
    __table_args__ = (
        ForeignKeyConstraint(
            ["finding_id", "agency_id"], ["finding.id", "finding.agency_id"], name="fk_extension_agency"
        ),
        Index("uq_extension_open", "finding_id", unique=True, postgresql_where="answered_at IS NULL"),
        Index("ix_extension_finding_id", "finding_id"),
    )

    due_before: Mapped[date]
    wanted_until: Mapped[date]
    granted_until: Mapped[date | None]


class Dispute(Question):
    """An agency disputes a finding; somebody who did not do the audit answers. If upheld, the finding is withdrawn."""

    __tablename__ = "dispute"
    __table_args__ = (
        ForeignKeyConstraint(
            ["finding_id", "agency_id"], ["finding.id", "finding.agency_id"], name="fk_dispute_agency"
        ),
    )

    finding_id: Mapped[UUID] = mapped_column(unique=True)  # once; an appeal comes after the decision


class ReviewCheck(Base):
    """One point of the scheme's checklist for the reviewer, as it was answered with a review."""

    __tablename__ = "review_check"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), index=True)
    chapter: Mapped[str]
    code: Mapped[str]
    ticked: Mapped[bool]
    remark: Mapped[str] = mapped_column(Text)  # why it is not ticked
    reviewed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]
