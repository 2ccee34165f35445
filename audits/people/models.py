"""Tables of people: of the agencies and of the certification body."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.core.access import AGENCY_ROLES, Actor, Role
from audits.core.db import Base, Id, one_of, stored
from audits.core.languages import DEFAULT, LANGUAGES
from audits.people.rules import SECOND_PERSON, CompetenceKind, InterestKind


class Person(Base):
    """A person. Sign-in data belongs to the portal. People of an agency have `agency_id`, staff have none."""

    __tablename__ = "person"
    __table_args__ = (one_of("language", LANGUAGES),)

    id: Mapped[Id]
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(CITEXT, unique=True)
    language: Mapped[str] = mapped_column(default=DEFAULT)
    daily_mail: Mapped[bool] = mapped_column(default=False, server_default="false")  # one message a day
    invited_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    agency: Mapped[Agency | None] = relationship()
    role_rows: Mapped[list["PersonRole"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    __mapper_args__ = {"version_id_col": version}

    @property
    def roles(self) -> frozenset[Role]:
        """Return the present roles; none for a retired person."""
        return frozenset() if self.retired_at else frozenset(row.role for row in self.role_rows)

    @property
    def actor(self) -> Actor:
        """Return this person as the actor that services take."""
        return Actor(self.id, self.roles, self.agency_id)

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor manages this person: an owner in the own agency, an administrator among staff."""
        return actor.agency_id == self.agency_id


class PersonRole(Base):
    """One role of one person. A trigger keeps agency roles with agency people and staff roles with staff."""

    __tablename__ = "person_role"
    __table_args__ = (one_of("role", (role.value for role in Role if role is not Role.SYSTEM)),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(stored(Role), primary_key=True)


class RoleRequest(Base):
    """A role asked for by one administrator, which another confirms or declines; the database then adds the role."""

    __tablename__ = "role_request"
    __table_args__ = (
        one_of("role", sorted(role.value for role in SECOND_PERSON)),
        CheckConstraint("asked_by <> person_id", name="not_own"),
        CheckConstraint("granted IS NOT TRUE OR answered_by NOT IN (asked_by, person_id)", name="second_person"),
        CheckConstraint("num_nulls(answered_by, answered_at, granted) IN (0, 3)", name="answered_whole"),
        Index("uq_role_request_open", "person_id", "role", unique=True, postgresql_where=text("answered_at IS NULL")),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(stored(Role))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    granted: Mapped[bool | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    asker: Mapped[Person] = relationship(foreign_keys=[asked_by])


class Interest(Base):
    """An interest of an inspector, planner, reviewer or decider in an agency; never changed or deleted.

    The person declared it, or the office recorded it and says where it knows it from. It counts the same. Only the
    office corrects one, by a row that supersedes it. When it counts: `interests_in` of the database.
    """

    __tablename__ = "tie"
    __table_args__ = (
        one_of("kind", InterestKind),
        UniqueConstraint("id", "person_id", "agency_id"),
        UniqueConstraint("supersedes_id"),
        ForeignKeyConstraint(
            ["supersedes_id", "person_id", "agency_id"],
            ["tie.id", "tie.person_id", "tie.agency_id"],
            name="fk_tie_supersedes",
        ),
        CheckConstraint("recorded_by <> person_id", name="not_own"),
        CheckConstraint("(recorded_by IS NULL) = (source = '')", name="source"),
        CheckConstraint("until >= since", name="period"),
        CheckConstraint("supersedes_id IS NULL OR recorded_by IS NOT NULL", name="corrected"),
        CheckConstraint("kind <> 'none' OR supersedes_id IS NOT NULL", name="none"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    kind: Mapped[InterestKind] = mapped_column(
        stored(InterestKind), default=InterestKind.OTHER, server_default=InterestKind.OTHER
    )
    nature: Mapped[str]
    since: Mapped[date | None]  # None: not known
    until: Mapped[date | None]  # None: it goes on
    declared_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="", server_default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    supersedes_id: Mapped[UUID | None]

    agency: Mapped[Agency] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Absence(Base):
    """A time in which somebody of the staff is away, and who stands in; ended early or not at all, never changed."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="period"),
        CheckConstraint("deputy_id <> person_id", name="deputy"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    deputy: Mapped[Person] = relationship(foreign_keys=[deputy_id])


class Competence(Base):
    """What somebody of the staff can do, as somebody else recorded it; ended or not at all, never changed."""

    __tablename__ = "competence"
    __table_args__ = (
        one_of("kind", CompetenceKind),
        CheckConstraint("btrim(value) <> ''", name="value"),
        CheckConstraint("recorded_by <> person_id", name="not_own"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[CompetenceKind] = mapped_column(stored(CompetenceKind))
    value: Mapped[str] = mapped_column(Text)  # a code of a sector or language, or the name of a training
    valid_until: Mapped[date | None]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    recorder: Mapped[Person] = relationship(foreign_keys=[recorded_by])


def roles_match(roles: frozenset[Role], agency_id: UUID | None) -> bool:
    """Return whether these roles belong to somebody of an agency (id given) or of the staff (None)."""
    return bool(roles) and (roles <= AGENCY_ROLES if agency_id else not roles & AGENCY_ROLES)


class SmallBody(Base):
    """What was said of the size of the certification body, and why; the newest row counts, and none is ever changed."""

    __tablename__ = "small_body"
    __table_args__ = (CheckConstraint("because <> ''", name="because"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    allowed: Mapped[bool]  # a planner may also audit
    because: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime]
