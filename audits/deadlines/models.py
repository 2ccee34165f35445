"""The table of deadlines."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from audits.core.access import Role
from audits.core.db import Base, Id, one_of, stored
from audits.deadlines.rules import DeadlineKind


class Deadline(Base):
    """A term that began with an event: what must be done, about which subject, by whom, until when.

    Its owner may change and `done_at` does once; a trigger asks for the act. The clock alone moves `next_on`.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        one_of("kind", DeadlineKind),
        Index(
            "uq_deadline_open",
            "kind",
            "subject_id",
            "from_on",
            unique=True,
            postgresql_where="done_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_deadline_next", "next_on", "due_on", "id", postgresql_where="done_at IS NULL"),
        Index("ix_deadline_due", "due_on", "id", postgresql_where="done_at IS NULL"),
    )

    id: Mapped[Id]
    kind: Mapped[DeadlineKind] = mapped_column(stored(DeadlineKind))
    subject_id: Mapped[UUID]
    # None: about us, or what somebody told in confidence.
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), index=True)
    from_on: Mapped[date | None]  # the first day on which it may be done; None: from the start
    due_on: Mapped[date]
    owner_role: Mapped[Role] = mapped_column(stored(Role))  # anybody with this role, until it is given to one person
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    # The day of the next step of the clock; a day long past: the clock has not seen it yet; None: nothing follows.
    next_on: Mapped[date | None] = mapped_column(server_default="0001-01-01")
