"""The table of teams."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.core.db import Base, Id, one_of, stored
from audits.people.models import Person
from audits.teams.rules import TeamRole


class TeamMember(Base):
    """A person who goes along in an audit for some time. A trigger gives each a part in it; that bars from deciding."""

    __tablename__ = "team_member"
    __table_args__ = (
        one_of("role", TeamRole),
        Index("uq_team_member_open", "audit_id", "person_id", unique=True, postgresql_where="left_at IS NULL"),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[TeamRole] = mapped_column(stored(TeamRole))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
