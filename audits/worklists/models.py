"""The table of what the clock did."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
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
