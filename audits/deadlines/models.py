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

    Its owner may change and `done_at` does once; a trigger asks for the act.
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
    )

    id: Mapped[Id]
    kind: Mapped[DeadlineKind] = mapped_column(stored(DeadlineKind))
    subject_id: Mapped[UUID]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    from_on: Mapped[date | None]  # the first day on which it may be done; None: from the start
    due_on: Mapped[date]
    owner_role: Mapped[Role] = mapped_column(stored(Role))  # anybody with this role, until it is given to one person
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
