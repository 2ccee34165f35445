"""Tables of agencies: the legal entity, its branches, the people in control and its contacts."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.rules import AgencyDetails, Holder
from audits.core.access import Actor
from audits.core.db import Base, Id


class Agency(Base):
    """One legal entity; a certificate can never move to another. Lists hold scheme codes or plain names."""

    __tablename__ = "agency"
    __table_args__ = (
        Index("uq_agency_register", "country", "register_number", unique=True),
        Index("ix_agency_iban", "iban", postgresql_where=text("iban <> ''")),
        CheckConstraint("headcount >= 0", name="headcount"),
    )

    id: Mapped[Id]
    legal_name: Mapped[str]
    trade_names: Mapped[list[str]] = mapped_column(default=list)
    former_names: Mapped[list[str]] = mapped_column(default=list)
    country: Mapped[str] = mapped_column(Text)  # ISO 3166-1 alpha-2 of the seat
    register_number: Mapped[str]
    street: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    activities: Mapped[list[str]] = mapped_column(default=list)
    sectors: Mapped[list[str]] = mapped_column(default=list)
    recruitment_countries: Mapped[list[str]] = mapped_column(default=list)
    headcount: Mapped[int] = mapped_column(default=0)
    own_housing: Mapped[bool] = mapped_column(default=False)
    housing_places: Mapped[int] = mapped_column(default=0)
    iban: Mapped[str] = mapped_column(default="")
    account_holder: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    branches: Mapped[list["Branch"]] = relationship(order_by="Branch.name", cascade="all, delete-orphan")
    controlling_persons: Mapped[list["ControllingPerson"]] = relationship(
        order_by="ControllingPerson.name", cascade="all, delete-orphan"
    )
    contacts: Mapped[list["Contact"]] = relationship(order_by="Contact.name", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @property
    def offers_housing(self) -> bool:
        """Return whether workers live through the agency, as it says itself."""
        return self.own_housing

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor is staff or one of the agency's own people."""
        return actor.agency_id in {None, self.id}


class Branch(Base):
    """A place of business or a housing location other than the seat."""

    __tablename__ = "branch"

    id: Mapped[Id]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    street: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    country: Mapped[str]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class ControllingPerson(Base):
    """A person in control: director, owner above 25 percent, proxy, or who in fact runs the business."""

    __tablename__ = "controller"

    id: Mapped[Id]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    function: Mapped[str]
    share_percent: Mapped[float | None]
    since: Mapped[date]
    other_agencies: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class Contact(Base):
    """A person whom the certification body may call or write to about the case."""

    __tablename__ = "contact"

    id: Mapped[Id]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    function: Mapped[str]
    email: Mapped[str] = mapped_column(CITEXT)
    phone: Mapped[str]
    in_register: Mapped[bool] = mapped_column(server_default="false", default=False)  # the person agreed to be named
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class GroupStatement(Base):
    """The group of companies that an agency belongs to, as the office said on a day; empty: to none.

    The newest one of an agency counts. An interest in one agency of a group counts for all: `group_of` of the database.
    """

    __tablename__ = "group_statement"
    __table_args__ = (CheckConstraint("source <> ''", name="source"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str] = mapped_column(CITEXT, index=True)
    source: Mapped[str]
    stated_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    stated_at: Mapped[datetime]


def facts(agency: Agency) -> dict[str, Any]:
    """Return the fields of an agency that people edit, as plain values for events and snapshots."""
    return {field.name: getattr(agency, field.name) for field in fields(AgencyDetails)}


def holder_of(agency: Agency) -> Holder:
    """Return whom a certificate names, as the agency is called now."""
    known = facts(agency)
    names = {field.name: known[field.name] for field in fields(Holder) if field.name in known}
    return Holder(**names | {"trade_names": tuple(agency.trade_names), "sites": 1 + len(agency.branches)})
