"""Reads of teams."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audits.core.access import Permission
from audits.people.independence import interested_in
from audits.people.models import Person
from audits.teams.models import TeamMember


def team_of(session: Session, audit_id: UUID) -> list[TeamMember]:
    """Return everybody who goes or went along, in the order of joining. The caller must have access to the audit."""
    query = select(TeamMember).where(TeamMember.audit_id == audit_id).options(joinedload(TeamMember.person))
    return list(session.scalars(query.order_by(TeamMember.joined_at, TeamMember.id)))


def candidates(session: Session, agency_id: UUID) -> list[Person]:
    """Return the staff of today who may see audits and have no interest in an agency, sorted by name."""
    query = select(Person).where(Person.agency_id.is_(None), Person.retired_at.is_(None))
    free = session.scalars(query.where(Person.id.not_in(interested_in(agency_id))).order_by(Person.name))
    return [person for person in free if person.actor.has(Permission.AUDIT_VIEW)]
