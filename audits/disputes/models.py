"""The table of appeals."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.core.access import Actor
from audits.core.db import Base, Id, one_of, stored
from audits.decisions.models import Decision
from audits.disputes.rules import AppealOutcome
from audits.disputes.workflow import AppealState
from audits.people.models import Person


class Appeal(Base):
    """An appeal of an agency against one decision. What it said never changes, and what became of it is added."""

    __tablename__ = "appeal"
    __table_args__ = (
        one_of("state", AppealState),
        one_of("outcome", AppealOutcome),
        CheckConstraint("(state = 'decided') = (num_nonnulls(outcome, decided_by) = 2)", name="decided"),
        CheckConstraint("num_nulls(handler_id, taken_at) IN (0, 2)", name="taken_whole"),
        Index("uq_appeal_decision", "decision_id", unique=True, postgresql_where="state <> 'withdrawn'"),
    )

    id: Mapped[Id]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    state: Mapped[AppealState] = mapped_column(stored(AppealState))
    reasons: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date]  # on paper: the day on which the letter came in
    until: Mapped[date]  # the last day of the term, as it was then
    late_because: Mapped[str] = mapped_column(Text, default="", server_default="")  # as the agency explains it
    on_paper: Mapped[bool]
    lodged_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # of the agency; on paper, of the office
    lodged_at: Mapped[datetime]
    handler_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # or who refused it
    taken_at: Mapped[datetime | None]
    late_answer: Mapped[str] = mapped_column(Text, default="", server_default="")  # why it is admitted, or refused
    hearing_on: Mapped[date | None]
    heard: Mapped[str] = mapped_column(Text, default="", server_default="")  # what was said, or why nobody was heard
    outcome: Mapped[AppealOutcome | None] = mapped_column(stored(AppealOutcome))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    version: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    contested: Mapped[Decision] = relationship(foreign_keys=[decision_id])
    decision: Mapped[Decision | None] = relationship(foreign_keys=[decided_by])
    handler: Mapped[Person | None] = relationship(foreign_keys=[handler_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_late(self) -> bool:
        """Return whether it came after the last day of the term."""
        return self.received_on > self.until

    @property
    def stands(self) -> bool:
        """Return whether it was not taken back."""
        return self.state is not AppealState.WITHDRAWN

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor is staff or belongs to the agency."""
        return actor.agency_id in {None, self.agency_id}
