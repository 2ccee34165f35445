"""The table of notes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.core.db import Base, Id
from audits.notes.rules import LONGEST_NOTE
from audits.people.models import Person


class StaffNote(Base):
    """What somebody of the office wrote down about an agency. It never changes; its writer can take it back."""

    __tablename__ = "staff_note"
    __table_args__ = (
        CheckConstraint(f"char_length(text) BETWEEN 1 AND {LONGEST_NOTE}", name="text"),
        Index("ix_staff_note_agency", "agency_id", "written_at"),
    )

    id: Mapped[Id]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    writer: Mapped[Person] = relationship()
