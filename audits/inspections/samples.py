"""Tables of the populations of an audit and the units drawn from them. Import them from `models`, as all tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from audits.core.db import Base, one_of, stored
from audits.inspections.grading import Origin


class SampledUnit(Base):
    """One unit of an audit. The organisation itself is a population of one, so that every verdict has a unit."""

    __tablename__ = "sampled_unit"
    __table_args__ = (
        one_of("origin", Origin),
        CheckConstraint(f"(origin = '{Origin.REPLACEMENT}') = (replaces IS NOT NULL)", name="replaces"),
        CheckConstraint(f"origin <> '{Origin.TARGETED}' OR reason <> ''", name="reason"),
        UniqueConstraint("audit_id", "unit", "position"),
        UniqueConstraint("audit_id", "unit", "replaces"),
        ForeignKeyConstraint(
            ["audit_id", "unit", "replaces"],
            ["sampled_unit.audit_id", "sampled_unit.unit", "sampled_unit.reference"],
        ),
    )

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]  # in the order of the draw; units that were added later follow
    origin: Mapped[Origin] = mapped_column(stored(Origin), server_default=Origin.RANDOM)
    replaces: Mapped[str | None]  # the drawn unit in whose place it came
    reason_code: Mapped[str | None]  # why that one was replaced: a code of the scheme
    reason: Mapped[str] = mapped_column(Text, server_default="")  # why it was chosen, or more about a replacement
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Population(Base):
    """All units of one kind, as pseudonyms, fixed with their digest before the draw."""

    __tablename__ = "population"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    members: Mapped[list[str]]  # pseudonyms, never names or citizen numbers
    size: Mapped[int]
    digest: Mapped[str]  # SHA-256, hex
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    seed: Mapped[str]  # 32 random bytes, hex, generated after the population was fixed
    algorithm: Mapped[str]
    drawn: Mapped[int]
    source: Mapped[str | None]  # where the list comes from: a code of the scheme; None in edition 1
    declared: Mapped[int | None]  # workers that the agency declared, when it was fixed
    difference: Mapped[str] = mapped_column(Text, default="", server_default="")  # why the list differs from that
    added: Mapped[int] = column_property(  # units beside the draw
        select(func.count())
        .where(
            SampledUnit.audit_id == audit_id,
            SampledUnit.unit == unit,
            SampledUnit.origin != Origin.RANDOM,
        )
        .correlate_except(SampledUnit)
        .scalar_subquery()
    )
