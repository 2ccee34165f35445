"""State which agencies belong to one group of companies, in which interests count for all of them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency, GroupStatement
from audits.core import clock, events
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import RuleError, missing
from audits.core.letters import check_printable
from audits.people import independence
from audits.people.events import GroupStated
from audits.people.models import Interest
from audits.people.queries import agencies_of_group
from audits.people.services.interests import tell_planners


def state_group(session: Session, actor: Actor, agency_id: UUID, *, name: str, source: str) -> GroupStatement:
    """State the group of an agency, or with an empty name that it belongs to none, and where the office knows it from.

    NotAllowedError for an actor with an interest in it. Planners of audits in which an interest counts now are told.
    """
    authorise(actor, Permission.AUDIT_PLAN)
    if session.get(Agency, agency_id, with_for_update=True) is None:
        raise missing(Agency)
    independence.check_no_interest(session, actor, agency_id)
    name = " ".join(name.split())
    check_printable(name, "name")
    if not source.strip():
        raise RuleError("Say where the office knows this from.", field="source")
    stated = GroupStatement(
        agency_id=agency_id, name=name, source=source.strip(), stated_by=actor.id, stated_at=clock.now()
    )
    session.add(stated)
    session.flush()
    events.record(session, GroupStated(), subject_id=agency_id, actor=actor, agency_id=agency_id)
    for interest in session.scalars(
        select(Interest).where(Interest.agency_id.in_(agencies_of_group(session, agency_id)))
    ):
        tell_planners(session, actor, interest)
    return stated
