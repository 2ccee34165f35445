"""Reads of signals, for those who may and have no interest in the agency."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, undefer

from audits.core.access import Actor, Permission, authorise
from audits.core.errors import missing
from audits.people.independence import is_interested
from audits.signals.models import Signal

PAGE_SIZE = 50


def list_signals(session: Session, actor: Actor, page: int = 1) -> list[Signal]:
    """Return one page of signals without what they say, newest first, and one more if there is another page."""
    query = _visible(actor).order_by(Signal.received_at.desc(), Signal.id.desc())
    return list(session.scalars(query.limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)))


def get_signal(session: Session, actor: Actor, signal_id: UUID) -> Signal:
    """Return one signal with what it says. The caller records who read it."""
    query = _visible(actor).where(Signal.id == signal_id).options(undefer(Signal.message), undefer(Signal.contact))
    found = session.scalar(query)
    if found is None:
        raise missing(Signal)
    return found


def _visible(actor: Actor) -> Select[Signal]:
    authorise(actor, Permission.SIGNAL_VIEW)
    return select(Signal).where(~is_interested(actor.id, Signal.agency_id)).options(joinedload(Signal.agency))
