"""Who works on an audit: its inspector, who stands in while they are away, and who goes along in the team.

Teams stand above this package, so their table is named here and not imported. The database says the same in
`hands_on` and `my_audits`.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, DateTime, String, Uuid, any_, cast, column, func, or_, select, table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.inspections.models import Audit

_MEMBER = table(
    "team_member",
    column("audit_id", Uuid),
    column("person_id", Uuid),
    column("role", String),
    column("left_at", DateTime(timezone=True)),
)


class Hand(NamedTuple):
    """What somebody may do in an audit: lead it, which includes every move, or judge in it."""

    leads: bool
    judges: bool


def hand_in(session: Session, actor: Actor, audit: Audit) -> Hand:
    """Return what an actor may do in an audit today. Reading it is another matter: see `visible_audits`."""
    if actor.id == audit.inspector_id:
        return Hand(leads=True, judges=True)
    hands = func.hands_on(audit.id).table_valued(
        column("person_id", Uuid), column("leads", Boolean), column("judges", Boolean)
    )
    own = session.execute(select(hands.c.leads, hands.c.judges).where(hands.c.person_id == actor.id)).all()
    return Hand(any(leads for leads, _ in own), any(judges for _, judges in own))


def people_on(session: Session, audit_id: UUID) -> list[UUID]:
    """Return the ids of everybody who works on an audit today."""
    hands = func.hands_on(audit_id).table_valued(column("person_id", Uuid))
    return list(session.scalars(select(hands.c.person_id)))


def works_on(person_id: UUID) -> ColumnElement[bool]:
    """Return the condition for audits on which a person works today in any way."""
    goes_along = select(_MEMBER.c.audit_id).where(_MEMBER.c.person_id == person_id, _MEMBER.c.left_at.is_(None))
    away = select(func.stands_in_for(person_id)).scalar_subquery()
    return or_(
        Audit.inspector_id == person_id,
        Audit.inspector_id == any_(cast(away, ARRAY(Uuid))),
        Audit.id.in_(goes_along),
    )
