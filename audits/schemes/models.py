"""Published scheme versions. Rows are never changed; a correction is a new version."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from audits.core.db import Base, Id


class SchemeVersion(Base):
    """A published version: its source, its SHA-256, and the few values that triggers of the database need."""

    __tablename__ = "scheme_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[Id]
    code: Mapped[str]
    version: Mapped[str]
    title: Mapped[dict[str, Any]]  # {language: text}
    valid_from: Mapped[date]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID]
    source: Mapped[str] = mapped_column(deferred=True)  # large, and read once per process
    parsed: Mapped[str | None] = mapped_column(deferred=True)  # of `source`, as JSON: see `schemes.source.values_of`
    sha256: Mapped[str] = mapped_column(unique=True)
    fail_total: Mapped[int]
    failing_grades: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # Codes of the grounds that take two deciders; a release before 0029 names none.
    serious_grounds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    repaired_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # of audit, judged as repaired
    held_back_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # decisions, by an appeal
    # How long whoever worked for an agency stays away, and how many audits in a row one judges; None in edition 1.
    cooling_off_months: Mapped[int | None]
    audits_in_a_row: Mapped[int | None]
    agreement_sha256: Mapped[str | None]  # of the certification agreement, if it has one
    assessed_verdicts: Mapped[list[str] | None] = mapped_column(ARRAY(Text))  # those that count as assessed
    open_verdicts: Mapped[list[str] | None] = mapped_column(ARRAY(Text))  # those that leave a unit open


class SchemeProposal(Base):
    """A version that one person proposed, and another publishes or declines."""

    __tablename__ = "scheme_proposal"
    __table_args__ = (
        CheckConstraint("published IS NOT TRUE OR answered_by <> proposed_by", name="second_person"),
        CheckConstraint("num_nulls(answered_by, answered_at, published) IN (0, 3)", name="answered_whole"),
        Index("uq_scheme_proposal_open", "code", unique=True, postgresql_where=text("answered_at IS NULL")),
    )

    id: Mapped[Id]
    code: Mapped[str]
    version: Mapped[str]
    source: Mapped[str] = mapped_column(deferred=True)
    parsed: Mapped[str | None] = mapped_column(deferred=True)
    sha256: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    published: Mapped[bool | None]
    # What living certificates would be worth under it: `certificates.lifecycle.simulation.plain`. By a worker alone.
    simulation: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    simulated_at: Mapped[datetime | None]


class Requirement(Base):
    """One requirement of one version; answers, verdicts and findings refer to it by foreign key."""

    __tablename__ = "requirement"

    scheme_version_id: Mapped[UUID] = mapped_column(ForeignKey("scheme_version.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    chapter: Mapped[str]
    unit: Mapped[str]
    severity: Mapped[str]
    minimum_assessed: Mapped[Decimal | None]  # share of the drawn units; None in edition 1
    shortfall: Mapped[str | None]  # what follows below it: a `Shortfall`
