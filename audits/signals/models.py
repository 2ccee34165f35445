"""Tables of signals: from anybody, and from authorities."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.core.db import Base, Id, one_of, stored
from audits.core.languages import WORKERS
from audits.people.models import Person
from audits.signals.rules import LONGEST_CONTACT, LONGEST_MESSAGE, LONGEST_REFERENCE, About, Source, reference


class Signal(Base):
    """What somebody told about an agency. Never changes; the agency and the inspectors of its cases never see it.

    It is added by `keep_signal` alone, which the register may call.
    """

    __tablename__ = "signal"
    __table_args__ = (
        one_of("about", About),
        one_of("language", WORKERS),
        CheckConstraint(f"char_length(message) BETWEEN 1 AND {LONGEST_MESSAGE}", name="message"),
        CheckConstraint(f"char_length(contact) <= {LONGEST_CONTACT}", name="contact"),
        Index("ix_signal_newest", "received_at", "id"),
    )

    id: Mapped[Id]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    received_at: Mapped[datetime]
    about: Mapped[About] = mapped_column(stored(About))
    language: Mapped[str]  # of the page on which it was written, not always that of the message
    message: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True)
    contact: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True)  # empty: the sender wants no answer

    agency: Mapped[Agency] = relationship()

    @property
    def reference(self) -> str:
        """Return the number that the sender keeps."""
        return reference(self.id)


class AuthoritySignal(Base):
    """What an authority told the office about an agency. It counts until a day, or until somebody ends it.

    What it says never changes. The agency and the inspectors of its cases never see it.
    """

    __tablename__ = "authority_signal"
    __table_args__ = (
        one_of("source", Source),
        one_of("about", About),
        CheckConstraint(f"char_length(text) BETWEEN 1 AND {LONGEST_MESSAGE}", name="text"),
        CheckConstraint(f"char_length(reference) <= {LONGEST_REFERENCE}", name="reference"),
        CheckConstraint("until >= received_on", name="until"),
        CheckConstraint("num_nulls(ended_by, ended_at) IN (0, 2)", name="ended_whole"),
        CheckConstraint("(ended_at IS NULL) = (ended_because = '')", name="ended_because"),
        Index("ix_authority_signal_agency", "agency_id", "until"),
    )

    id: Mapped[Id]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    source: Mapped[Source] = mapped_column(stored(Source))
    reference: Mapped[str]  # of the authority; may be empty
    about: Mapped[About] = mapped_column(stored(About))
    text: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date]
    until: Mapped[date]  # the last day on which it counts, by the scheme as it was then
    noted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str] = mapped_column(Text, default="", server_default="")

    agency: Mapped[Agency] = relationship()
    noter: Mapped[Person] = relationship(foreign_keys=[noted_by])

    def counts_on(self, day: date) -> bool:
        """Return whether it counts on a day."""
        return self.ended_at is None and self.received_on <= day <= self.until
