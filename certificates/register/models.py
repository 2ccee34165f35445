"""The read model of the public register: one row per agency that is or was public."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from audits.core.calendar import months_after
from audits.core.db import Base, one_of, stored
from certificates.lifecycle import models as _certificates  # noqa: F401  # tables that keys of ours and others name
from certificates.lifecycle.rules import Status
from certificates.lifecycle.workflow import CertificateState
from certificates.register.rules import agency_status, is_applying, may_rely


class RegisterEntry(Base):
    """The public data of one agency, derived from agency, certificate and application.

    `state` is the state of the newest certificate, or null while there is none and the agency has only applied.
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        one_of("state", CertificateState),
        Index("ix_register_entry_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
        # Words and filters in one index, so that it alone finds the entries that have both.
        Index("ix_register_entry_terms", text("array_to_tsvector(words || tags)"), postgresql_using="gin"),
        Index("ix_register_entry_numbers", "numbers", postgresql_using="gin"),
        # Serve the unfiltered list in order, and the three figures, without reading every row.
        Index("ix_register_entry_order", "sort_name", "public_id"),
        Index("ix_register_entry_status", "state", "valid_until"),
        Index("ix_register_entry_updated_at", "updated_at"),
        Index("ix_register_entry_form", "form"),
        Index(
            "ix_register_entry_details",
            "details",
            postgresql_using="gin",
            postgresql_ops={"details": "jsonb_path_ops"},
        ),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)  # country and register number, lower case: nl-12345678
    legal_name: Mapped[str]
    trade_names: Mapped[list[str]]
    former_names: Mapped[list[str]]
    country: Mapped[str]
    register_number: Mapped[str]
    city: Mapped[str]
    listed: Mapped[bool]  # False: reachable by its permanent address, but left out of the search
    applied_on: Mapped[date | None]
    applied_months: Mapped[int] = mapped_column(SmallInteger, server_default=text("3"))  # how long that is shown
    state: Mapped[CertificateState | None] = mapped_column(stored(CertificateState))
    conditional: Mapped[bool]
    provisional: Mapped[bool] = mapped_column(server_default="false")  # suspended, and the agency is still heard
    under_appeal: Mapped[bool] = mapped_column(server_default="false")  # the agency appealed against a decision on it
    since: Mapped[date | None]  # first day of this state
    certificate_id: Mapped[UUID | None] = mapped_column(ForeignKey("certificate.id"))
    certificate_number: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    conditions: Mapped[list[str]]
    condition_terms: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")  # `ConditionTerms`
    # A `Scope` as codes: what is suspended of a certificate that is suspended in part; else empty.
    excepted: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    scope: Mapped[dict[str, Any]]  # a `Scope` as codes; empty without a certificate
    scheme: Mapped[dict[str, Any]]  # code, version, title {nl, en}, sha256
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")  # see `projection`
    sort_name: Mapped[str]  # the folded legal name, for sorting
    folded: Mapped[str]  # every form of every name and of the city, see `search.names`
    near: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", deferred=True)  # for older code
    words: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # every word of all forms
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # what filters ask for: sector:logistics
    form: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0")
    )  # which version of the rules made these three
    numbers: Mapped[list[str]] = mapped_column(ARRAY(Text))  # all its numbers, normalised
    updated_at: Mapped[datetime]  # last change of any column

    @property
    def dated_conditions(self) -> list[tuple[str, date, date | None]]:
        """Return each condition with its last day, and the day on which it was met."""
        return [
            (
                each["text"],
                date.fromisoformat(each["due_on"]),
                date.fromisoformat(met) if (met := each["met_on"]) else None,
            )
            for each in self.condition_terms
        ]

    @property
    def applied_until(self) -> date | None:
        """Return the last day on which an application is shown, if there is one."""
        return months_after(self.applied_on, self.applied_months) if self.applied_on else None

    def status_on(self, day: date) -> Status:
        """Return the public status on `day`."""
        return agency_status(
            day,
            self.state,
            conditional=self.conditional,
            valid_until=self.valid_until,
            applied_until=self.applied_until,
        )

    def since_on(self, day: date) -> date | None:
        """Return the day since which the status of `day` has held."""
        match self.status_on(day):
            case Status.APPLIED:
                return self.applied_on
            case Status.NONE:
                return None
            case Status.EXPIRED if self.valid_until and self.since:
                return max(self.since, self.valid_until + timedelta(days=1))
            case _:
                return self.since

    def applies_again(self, day: date) -> bool:
        """Return whether an agency without a valid certificate has a running application."""
        status = self.status_on(day)
        return not may_rely(status) and status is not Status.APPLIED and is_applying(day, self.applied_until)


class RegisterSlip(Base):
    """A word of the register under each way to write it with one letter less; see `search.folding.deletions`."""

    __tablename__ = "register_slip"

    rest: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
