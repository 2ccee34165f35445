"""Tables of complaints about us, and of how these and signals are handled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.complaints.rules import (
    LONGEST_CONTACT,
    LONGEST_MESSAGE,
    Subject,
    Told,
    Verdict,
    complaint_reference,
)
from audits.core.db import Base, Id, one_of, stored
from audits.core.languages import LANGUAGES
from audits.people.models import Person


class Complaint(Base):
    """What somebody complains about us. Never changes; added by `keep_complaint` alone, which the register may call."""

    __tablename__ = "complaint"
    __table_args__ = (
        one_of("about", Subject),
        one_of("language", LANGUAGES),
        CheckConstraint(f"char_length(message) BETWEEN 1 AND {LONGEST_MESSAGE}", name="message"),
        CheckConstraint(f"char_length(contact) <= {LONGEST_CONTACT}", name="contact"),
        Index("ix_complaint_newest", "received_at", "id"),
    )

    id: Mapped[Id]  # whoever knows it reads the answer: see `complaint_state`
    received_at: Mapped[datetime]
    about: Mapped[Subject] = mapped_column(stored(Subject))
    language: Mapped[str]
    message: Mapped[str]
    contact: Mapped[str]  # empty: the sender gave none

    @property
    def reference(self) -> str:
        """Return the number for people."""
        return complaint_reference(self.id)


class Handling(Base):
    """Who handles a complaint or a signal, and what became of it. Until there is a row, nobody has taken it up."""

    __tablename__ = "handling"
    __table_args__ = (
        one_of("told", Told),
        one_of("verdict", Verdict),
        CheckConstraint("(told = 'signal') = (agency_id IS NOT NULL)", name="agency"),
        CheckConstraint("num_nulls(verdict, answered_at) IN (0, 2)", name="answered_whole"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answer"),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)  # of a complaint or a signal
    told: Mapped[Told] = mapped_column(stored(Told))
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))  # that a signal is about
    handler_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]
    verdict: Mapped[Verdict | None] = mapped_column(stored(Verdict))
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    answered_at: Mapped[datetime | None]

    handler: Mapped[Person] = relationship()
