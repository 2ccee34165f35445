"""The table of signals."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.core.db import Base, Id, one_of, stored
from audits.core.languages import WORKERS
from audits.signals.rules import LONGEST_CONTACT, LONGEST_MESSAGE, About, reference


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
