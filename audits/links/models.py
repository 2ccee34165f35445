"""Tables of traces, and of reports of what links an agency to others."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.core.access import Actor
from audits.core.db import Base, Id, one_of, stored
from audits.links.rules import Sign
from audits.links.traces import TraceKind
from audits.links.workflow import LinkState, LinkVerdict
from audits.people.models import Person


class LinkTrace(Base):
    """One trace of an agency. It stays when the agency changes what left it. Read by the worker alone."""

    __tablename__ = "link_trace"
    __table_args__ = (
        one_of("kind", TraceKind),
        UniqueConstraint(
            "agency_id", "kind", "key", "number", name="uq_link_trace_once", postgresql_nulls_not_distinct=True
        ),
        Index("ix_link_trace_key", "kind", "key", "number"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[TraceKind] = mapped_column(stored(TraceKind))
    key: Mapped[str]
    shown: Mapped[str]
    number: Mapped[int | None]
    noted_at: Mapped[datetime]


class LinkReport(Base):
    """A comparison of one agency with all others that found something, and what a person made of it."""

    __tablename__ = "link_report"
    __table_args__ = (
        one_of("state", LinkState),
        UniqueConstraint("id", "agency_id", name="uq_link_report_agency"),  # target of its hits
        Index("uq_link_report_open", "agency_id", unique=True, postgresql_where="state = 'open'"),
    )

    id: Mapped[Id]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    made_at: Mapped[datetime]
    compared: Mapped[int]  # how many other agencies
    state: Mapped[LinkState] = mapped_column(stored(LinkState), index=True)
    judged_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, server_default="")
    version: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    judge: Mapped[Person | None] = relationship()
    hits: Mapped[list["LinkHit"]] = relationship(
        order_by=lambda: (LinkHit.other_id, LinkHit.weight.desc(), LinkHit.sign), viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor is staff; an agency sees only what it was asked."""
        return actor.agency_id is None


class LinkHit(Base):
    """One sign that links the agency of a report to another, what the agency says of it, and a person's verdict."""

    __tablename__ = "link_hit"
    __table_args__ = (
        one_of("sign", Sign),
        one_of("verdict", LinkVerdict),
        ForeignKeyConstraint(
            ["report_id", "agency_id"], ["link_report.id", "link_report.agency_id"], name="fk_link_hit_agency"
        ),
        UniqueConstraint("report_id", "other_id", "sign", name="uq_link_hit_once"),
        CheckConstraint("agency_id <> other_id", name="other"),
        CheckConstraint("verdict IS DISTINCT FROM 'counts' OR asked_at IS NOT NULL", name="heard"),
    )

    id: Mapped[Id]
    report_id: Mapped[UUID]
    agency_id: Mapped[UUID]
    other_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    other_name: Mapped[str]  # for the agency, which does not see the other
    sign: Mapped[Sign] = mapped_column(stored(Sign))
    here: Mapped[str]
    there: Mapped[str]
    weight: Mapped[Decimal] = mapped_column(Numeric(4, 2))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime | None]
    answer_by: Mapped[date | None]  # the last day for an answer
    answer: Mapped[str] = mapped_column(Text, server_default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    verdict: Mapped[LinkVerdict | None] = mapped_column(stored(LinkVerdict))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    judged_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[datetime | None]

    report: Mapped[LinkReport] = relationship(overlaps="hits")
    other: Mapped[Agency] = relationship(foreign_keys=[other_id])
