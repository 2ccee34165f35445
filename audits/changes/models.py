"""Tables of reported changes and their files."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.agencies.rules import ProfileSection
from audits.changes.workflow import OPEN_STATES, ChangeState
from audits.core.access import Actor
from audits.core.db import Base, Id, one_of, stored
from audits.people.models import Person

_OPEN = ", ".join(sorted(f"'{state}'" for state in OPEN_STATES))


class AgencyChange(Base):
    """One change that an agency reports: of fields of a section, or of one row of a list.

    `row_id` is the id of the row of a list, else that of the agency. `before` and `after` hold the changed fields, or
    the whole row; None is a row that is not there. A trigger compares what is stored in the end with `after`.
    """

    __tablename__ = "agency_change"
    __table_args__ = (
        one_of("section", ProfileSection),
        one_of("state", ChangeState),
        CheckConstraint("before IS DISTINCT FROM after", name="differs"),
        UniqueConstraint("id", "agency_id", name="uq_agency_change_agency"),  # target of its files
        Index("uq_agency_change_open", "section", "row_id", unique=True, postgresql_where=f"state IN ({_OPEN})"),
    )

    id: Mapped[Id]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    section: Mapped[ProfileSection] = mapped_column(stored(ProfileSection))
    row_id: Mapped[UUID]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    effective_on: Mapped[date]
    explanation: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[ChangeState] = mapped_column(stored(ChangeState), index=True)
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[datetime]
    due_on: Mapped[date]  # the last day on which the office checks it
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime | None]
    checked_against: Mapped[str] = mapped_column(Text, default="")
    consequences: Mapped[list[str]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(Text, default="")  # for the agency
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))  # by which it was accepted, if any
    version: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    reporter: Mapped[Person] = relationship(foreign_keys=[reported_by])
    files: Mapped[list["AgencyChangeFile"]] = relationship(order_by="AgencyChangeFile.filename", viewonly=True)

    __mapper_args__ = {"version_id_col": version}

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor is staff or one of the agency's own people."""
        return actor.agency_id in {None, self.agency_id}


class AgencyChangeFile(Base):
    """A file that shows a reported change; the bytes live in the store under their hash."""

    __tablename__ = "agency_change_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["change_id", "agency_id"],
            ["agency_change.id", "agency_change.agency_id"],
            name="fk_agency_change_file_agency",
        ),
    )

    id: Mapped[Id]
    change_id: Mapped[UUID] = mapped_column(index=True)
    agency_id: Mapped[UUID]
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    overruled: Mapped[str | None] = mapped_column(Text)  # why what looks like personal numbers in it is none
