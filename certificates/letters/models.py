"""The table of letters. What a letter says is in its sealed document."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.core.db import Base, Id, one_of, stored
from audits.deadlines.rules import DeadlineKind
from audits.people.models import Person
from audits.worklists.letters import Moment


class Letter(Base):
    """A letter to an agency: about a decision, its terms of one kind, or the plan of an audit. What is posted stays so.

    Its document is about the decision, or about the letter itself.
    """

    __tablename__ = "letter"
    __table_args__ = (
        one_of("moment", Moment),
        CheckConstraint(
            "num_nonnulls(kind, moment) = CASE num_nonnulls(decision_id, plan_id) WHEN 0 THEN 2 ELSE 0 END"
            " AND num_nonnulls(decision_id, plan_id) < 2",
            name="about",
        ),
        CheckConstraint("num_nulls(posted_on, posted_by, noted_at) IN (0, 3)", name="posted_whole"),
        CheckConstraint("by_post OR NOT only_post AND posted_on IS NULL", name="by_post"),
        CheckConstraint("posted_on >= written_on", name="posted_after"),
        Index("ix_letter_to_post", "written_on", "id", postgresql_where="by_post AND posted_on IS NULL"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("sent_plan.id"), unique=True)
    kind: Mapped[DeadlineKind | None] = mapped_column(stored(DeadlineKind))
    moment: Mapped[Moment | None] = mapped_column(stored(Moment))
    written_on: Mapped[date]
    only_post: Mapped[bool]  # nobody at the agency had an account: it reaches them on paper alone
    by_post: Mapped[bool]
    posted_on: Mapped[date | None]
    posted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # who noted it
    noted_at: Mapped[datetime | None]

    agency: Mapped[Agency] = relationship()
    poster: Mapped[Person | None] = relationship(foreign_keys=[posted_by])

    @property
    def subject_id(self) -> UUID:
        """Return what its document is about."""
        return self.decision_id or self.id
