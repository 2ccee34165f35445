"""Tables of the populations of an audit and the units drawn from them. Import them from `models`, as all tables."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Text, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import JSONB
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


class DrawFrom(StrEnum):
    """What is mixed into a draw that nobody steers: a value of the agency, or the next head of our public log."""

    VALUE = "value"
    CHECKPOINT = "checkpoint"


class FixedList(Base):
    """A list that was fixed and not drawn from before a value was mixed in: its digest, and the promised secret."""

    __tablename__ = "fixed_list"
    __table_args__ = (
        one_of("draw_from", DrawFrom),
        ForeignKeyConstraint(["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_fixed_list_agency"),
    )

    audit_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    size: Mapped[int]
    digest: Mapped[str]
    commitment: Mapped[str]  # SHA-256 over the secret, hex
    draw_from: Mapped[DrawFrom] = mapped_column(stored(DrawFrom))
    source: Mapped[str | None]
    declared: Mapped[int | None]
    difference: Mapped[str] = mapped_column(Text, default="", server_default="")
    first_day: Mapped[date | None]  # of the period that the list covers
    last_day: Mapped[date | None]
    fixed_at: Mapped[datetime]
    fixed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class ListOffer(Base):
    """A list that waits to be fixed: asked of the agency, or given by it or by the inspector. It goes when it is fixed.

    An agency sees and fills only what it was asked for.
    """

    __tablename__ = "list_offer"
    __table_args__ = (
        CheckConstraint("num_nulls(content, given_by, given_at) IN (0, 3)", name="given_whole"),
        CheckConstraint("asked_at IS NOT NULL OR content IS NOT NULL", name="asked_or_given"),
        ForeignKeyConstraint(["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_list_offer_agency"),
    )

    audit_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    asked_at: Mapped[datetime | None]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # of `tables.Table`
    file_name: Mapped[str] = mapped_column(default="", server_default="")
    dropped: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # headings of columns never stored
    source: Mapped[str | None]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    given_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime | None]


class DrawSecret(Base):
    """The secret of a draw. The database shows it to nobody before a value was mixed in, and never to an agency."""

    __tablename__ = "draw_secret"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str]  # 32 random bytes, hex


class DrawValue(Base):
    """The value that is mixed into a draw: what somebody said, or the root of a checkpoint."""

    __tablename__ = "draw_value"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    given_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: the root of a checkpoint
    given_at: Mapped[datetime]


class PopulationList(Base):
    """The members of a population, apart from its digest, so that they can be erased when their term ends."""

    __tablename__ = "population_list"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    members: Mapped[list[str]]  # pseudonyms, never names or citizen numbers
    strata: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # per column a value per member


class Population(Base):
    """All units of one kind, fixed with their digest before the draw. Their list is a row of its own."""

    __tablename__ = "population"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    members: Mapped[list[str]] = mapped_column(default=list)  # of an older release; empty since
    size: Mapped[int]
    digest: Mapped[str]  # SHA-256, hex
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    seed: Mapped[str]  # 32 bytes, hex, from a secret and a value, known after the population was fixed
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
