"""Reads of decisions. Every list starts from what the actor may see."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from audits.core.access import Actor, Permission
from audits.core.statements import built_once
from audits.decisions.models import Decision
from audits.inspections.models import Audit
from audits.inspections.queries import visible_audits
from audits.people.models import Person


def visible_decisions(actor: Actor) -> Select[Decision]:
    """Select what the actor may see: an agency its own, an inspector those on own audits, staff with cases all."""
    query = select(Decision)
    if actor.agency_id is not None:
        return query.where(Decision.agency_id == actor.agency_id)
    if actor.has(Permission.CASES_VIEW):
        return query
    return query.where(Decision.audit_id.in_(visible_audits(actor).with_only_columns(Audit.id)))


def find_decision(session: Session, actor: Actor, audit_id: UUID) -> Decision | None:
    """Return the decision on an audit, or None."""
    query, values = _decision(actor, audit_id)
    return session.scalar(query, values)


@built_once
def _decision(actor: Actor, audit_id: UUID) -> Select[Decision]:
    return visible_decisions(actor).where(Decision.audit_id == audit_id).options(_decider())


def _decider() -> LoaderOption:
    """Load the decider without roles, which no page of a decision shows."""
    return joinedload(Decision.decider).lazyload(Person.role_rows)
