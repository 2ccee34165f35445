"""Tables of what the clock did, and of what audits add to the figures about audits."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Integer, Numeric, String, Uuid, false
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from audits.core.db import Base, one_of, stored
from audits.worklists.clock import StepKind


class DeadlineStep(Base):
    """One act of the clock about a deadline: made once, however often and late the clock runs. Never changed."""

    __tablename__ = "deadline_step"
    __table_args__ = (one_of("kind", StepKind),)

    deadline_id: Mapped[UUID] = mapped_column(ForeignKey("deadline.id"), primary_key=True)
    kind: Mapped[StepKind] = mapped_column(stored(StepKind), primary_key=True)
    planned_on: Mapped[date] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]


class AuditTally(Base):
    """What one reported audit adds to the figures; a copy of what its report fixed, computed again after each report.

    Findings go on after it: a trigger copies how they stand into the last columns (walls/figures.sql).
    """

    __tablename__ = "audit_tally"
    __table_args__ = (Index("ix_audit_tally_inspector", "inspector_id", "reported_on"),)

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    inspector_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # who led it
    people: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))  # who judged in it, who led it first
    reported_at: Mapped[datetime]  # which report this is about
    reported_on: Mapped[date] = mapped_column(index=True)
    is_initial: Mapped[bool]
    required: Mapped[Decimal] = mapped_column(Numeric(6, 1))  # hours of the norm
    spent: Mapped[Decimal | None] = mapped_column(Numeric(6, 1))  # hours that were done; None if nobody said
    verdicts: Mapped[int]
    assessed: Mapped[int]
    nonconforming: Mapped[int]
    bulk: Mapped[int]
    notes: Mapped[int]  # of some length, each text once
    repeated: Mapped[int]  # of those, with a text that another report has too
    blocked: Mapped[bool] = mapped_column(server_default=false())  # by a finding in the way of a certificate
    found: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")  # requirements of findings that stand
    due: Mapped[list[date]] = mapped_column(
        ARRAY(Date), server_default="{}"
    )  # last days of open findings that have one
    open_findings: Mapped[int] = mapped_column(server_default="0")
    closed: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")  # days from the report, by finding


class RequirementTally(Base):
    """How one inspector's audits of a month judged one requirement."""

    __tablename__ = "requirement_tally"

    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    inspector_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    requirement_code: Mapped[str] = mapped_column(primary_key=True)
    assessed: Mapped[int]
    nonconforming: Mapped[int]


class NoteTally(Base):
    """That a note stands in an audit, as SHA-256 of its text: to find texts that stand in several reports."""

    __tablename__ = "note_tally"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True, index=True)
