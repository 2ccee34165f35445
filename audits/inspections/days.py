"""Tables of the days of an audit, and why its time differs from that of the norm; and how they are read.

A day is changed by a row that supersedes it, with a reason. Who only says how long it was needs none.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    Select,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from audits.core.db import Base, Id
from audits.people.models import Person

AnySelect = TypeVar("AnySelect", bound=Select[*tuple[Any, ...]])


class AuditDay(Base):
    """A day on which somebody works on an audit, at a place, with the hours planned and done."""

    __tablename__ = "audit_day"
    __table_args__ = (
        CheckConstraint("supersedes_id IS NULL OR reason <> '' OR hours_done IS NOT NULL", name="reason"),
        CheckConstraint("NOT is_dropped OR supersedes_id IS NOT NULL", name="dropped"),
        CheckConstraint(
            "hours_planned > 0 AND hours_planned <= 24 AND hours_done BETWEEN 0 AND 24",
            name="hours",
        ),
        ForeignKeyConstraint(
            ["supersedes_id", "audit_id"], ["audit_day.id", "audit_day.audit_id"], name="fk_audit_day_supersedes"
        ),
        UniqueConstraint("id", "audit_id"),
        UniqueConstraint("supersedes_id"),
        Index("ix_audit_day_person_id_day", "person_id", "day"),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    place: Mapped[str]
    hours_planned: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    hours_done: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    is_dropped: Mapped[bool] = mapped_column(server_default="false", default=False)
    reason: Mapped[str] = mapped_column(Text, server_default="", default="")
    supersedes_id: Mapped[UUID | None]
    said_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class AuditTime(Base):
    """Why a planner keeps to other hours than the norm has for an audit; the newest one of an audit counts."""

    __tablename__ = "audit_time"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), index=True)
    computed: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    planned: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    reason: Mapped[str] = mapped_column(Text)
    said_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]


def days_of(session: Session, audit_id: UUID) -> list[AuditDay]:
    """Return the days of an audit as they stand, in their order. The caller must have access to the audit."""
    query = as_they_stand(select(AuditDay).where(AuditDay.audit_id == audit_id))
    query = query.options(joinedload(AuditDay.person).lazyload(Person.role_rows))
    return list(session.scalars(query.order_by(AuditDay.day, AuditDay.said_at, AuditDay.id)))


def changes_of_days(session: Session, audit_id: UUID) -> list[AuditDay]:
    """Return every row that changed a day for a reason, oldest first."""
    query = select(AuditDay).where(AuditDay.audit_id == audit_id, AuditDay.reason != "")
    query = query.options(joinedload(AuditDay.person).lazyload(Person.role_rows))
    return list(session.scalars(query.order_by(AuditDay.said_at, AuditDay.id)))


def busy_elsewhere(session: Session, days: Sequence[AuditDay]) -> set[UUID]:
    """Return the ids of those days on which the person has a day of another audit too."""
    other, later = aliased(AuditDay), aliased(AuditDay)
    query = select(AuditDay.id).join(
        other,
        (other.person_id == AuditDay.person_id) & (other.day == AuditDay.day) & (other.audit_id != AuditDay.audit_id),
    )
    query = query.outerjoin(later, later.supersedes_id == other.id)
    query = query.where(AuditDay.id.in_([each.id for each in days]), later.id.is_(None), other.is_dropped.is_(False))
    return set(session.scalars(query))


def time_explained(session: Session, audit_id: UUID) -> AuditTime | None:
    """Return what a planner said last about the time of an audit."""
    query = select(AuditTime).where(AuditTime.audit_id == audit_id).order_by(AuditTime.id.desc())
    return session.scalar(query.limit(1))


def planned_hours(session: Session, audit_id: UUID) -> Decimal:
    """Return the sum of the planned hours of an audit."""
    query = select(func.coalesce(func.sum(AuditDay.hours_planned), 0)).select_from(AuditDay)
    return Decimal(session.scalar(as_they_stand(query.where(AuditDay.audit_id == audit_id))) or 0)


def as_they_stand(query: AnySelect) -> AnySelect:
    """Limit a query of days to those that no later row took the place of, and that were not dropped."""
    later = aliased(AuditDay)
    query = query.outerjoin(later, later.supersedes_id == AuditDay.id)
    return query.where(later.id.is_(None), AuditDay.is_dropped.is_(False))
