"""The read model of the public register: one row per agency that is or was publicly listed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from audits.core.db import Base, one_of, stored
from certificates.workflow import CertificateState


class RegisterEntry(Base):
    """What the public sees of one agency. Rebuilt from agency, certificate and application; never a source itself.

    `state` is the state of the newest certificate, or null while there is none and the agency has only applied.
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        one_of("state", CertificateState),
        Index("ix_register_entry_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
        Index("ix_register_entry_near", "near", postgresql_using="gin"),
        Index("ix_register_entry_numbers", "numbers", postgresql_using="gin"),
        Index("ix_register_entry_legal_name", "legal_name"),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)  # country and register number, lower case: nl-12345678
    legal_name: Mapped[str]
    trade_names: Mapped[list[str]]
    former_names: Mapped[list[str]]
    country: Mapped[str]
    register_number: Mapped[str]
    city: Mapped[str]
    listed: Mapped[bool]  # False: only the permanent address answers, the search is silent
    applied_on: Mapped[date | None]
    state: Mapped[CertificateState | None] = mapped_column(stored(CertificateState))
    conditional: Mapped[bool]
    since: Mapped[date | None]  # the day of the last change of state
    certificate_id: Mapped[UUID | None] = mapped_column(ForeignKey("certificate.id"))
    certificate_number: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    conditions: Mapped[list[str]]
    scope: Mapped[dict[str, Any]]  # activities, sectors, own_housing, recruitment_countries
    scheme: Mapped[dict[str, Any]]  # code, version, title {nl, en}, sha256
    folded: Mapped[str]  # all names, lower case, without accents
    near: Mapped[list[str]] = mapped_column(ARRAY(Text))  # every word and what is left of it less one letter
    numbers: Mapped[list[str]] = mapped_column(ARRAY(Text))  # every number it can be found by, bare
    updated_at: Mapped[datetime]
