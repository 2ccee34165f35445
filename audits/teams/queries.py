"""Reads of teams."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audits.core.access import Permission
from audits.inspections.coverage import scope_looked_at
from audits.inspections.models import Audit
from audits.people.independence import interested_in
from audits.people.models import Person
from audits.people.queries import held_by
from audits.people.rules import CompetenceKind, Lack, demands_of, lacking
from audits.teams.models import TeamMember
from audits.teams.rules import brings


def team_of(session: Session, audit_id: UUID) -> list[TeamMember]:
    """Return everybody who goes or went along, in the order of joining. The caller must have access to the audit."""
    query = select(TeamMember).where(TeamMember.audit_id == audit_id).options(joinedload(TeamMember.person))
    return list(session.scalars(query.order_by(TeamMember.joined_at, TeamMember.id)))


def candidates(session: Session, agency_id: UUID) -> list[Person]:
    """Return the staff of today who may see audits and have no interest in an agency, sorted by name."""
    query = select(Person).where(Person.agency_id.is_(None), Person.retired_at.is_(None))
    free = session.scalars(query.where(Person.id.not_in(interested_in(agency_id))).order_by(Person.name))
    return [person for person in free if person.actor.has(Permission.AUDIT_VIEW)]


def lacks_of_team(session: Session, audit: Audit, team: Sequence[TeamMember]) -> list[tuple[Person | None, Lack]]:
    """Return what a team lacks on the first day of an audit, together; and who of it had a training that ended.

    None is the team; nothing is missing as long as the body keeps no competences. The caller must have access to the
    audit.
    """
    roles = {audit.inspector: None, **{each.person: each.role for each in team if each.left_at is None}}
    held = held_by(session, [person.id for person in roles])
    if not held:
        return []
    brought = {person: brings(role, held[person.id]) for person, role in roles.items()}
    codes = [each for kept in brought.values() for each in kept if each.kind is not CompetenceKind.TRAINING]
    scope = scope_looked_at(audit)
    demands = demands_of(scope.sectors, scope.recruitment_countries)
    own = [(person, lack) for person, kept in brought.items() for lack in lacking((), kept, audit.planned_on)]
    return [*((None, lack) for lack in lacking(demands, codes, audit.planned_on)), *own]
