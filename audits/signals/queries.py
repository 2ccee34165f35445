"""Reads of signals, for those who may and have no interest in the agency."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, ColumnExpressionArgument, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session, joinedload, undefer

from audits.core.access import Actor, Permission, authorise
from audits.core.errors import missing
from audits.core.statements import one_page
from audits.people.independence import is_interested
from audits.people.models import Person
from audits.signals.models import AuthoritySignal, Signal

PAGE_SIZE = 50


def list_signals(session: Session, actor: Actor, page: int = 1) -> list[Signal]:
    """Return one page of signals without what they say, newest first, and one more if there is another page."""
    query = _visible(actor).order_by(Signal.received_at.desc(), Signal.id.desc())
    return list(session.scalars(one_page(query, page, PAGE_SIZE)))


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


def authority_signals(session: Session, actor: Actor, agency_id: UUID) -> list[AuthoritySignal]:
    """Return what authorities told about an agency, newest first. The caller records who read it."""
    query = _from_authorities(actor).where(AuthoritySignal.agency_id == agency_id)
    query = query.options(joinedload(AuthoritySignal.noter).lazyload(Person.role_rows))
    return list(session.scalars(query.limit(PAGE_SIZE)))


def get_authority_signal(session: Session, actor: Actor, signal_id: UUID) -> AuthoritySignal:
    """Return one signal from an authority, or raise NotFoundError."""
    query = _from_authorities(actor).where(AuthoritySignal.id == signal_id).options(joinedload(AuthoritySignal.agency))
    found = session.scalar(query)
    if found is None:
        raise missing(AuthoritySignal)
    return found


def list_living(session: Session, actor: Actor, on: date) -> list[AuthoritySignal]:
    """Return the newest signals from authorities that count on a day, about any agency."""
    query = _from_authorities(actor).where(_counts(on)).options(joinedload(AuthoritySignal.agency))
    return list(session.scalars(query.limit(PAGE_SIZE)))


def living_signals(session: Session, agency_ids: Collection[UUID], on: date) -> dict[UUID, int]:
    """Return how many signals from authorities count on a day about each of these agencies; those without are left out.

    For the risk of an agency and for who plans audits. The database counts none for those who may not see them.
    """
    query = select(AuthoritySignal.agency_id, func.count()).where(
        AuthoritySignal.agency_id.in_(agency_ids), _counts(on)
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(AuthoritySignal.agency_id))}


def living_count(agency_id: ColumnExpressionArgument[UUID], on: date) -> ScalarSelect[int]:
    """Return the same for the agency of each row of another query, as one of its columns."""
    counted = select(func.count()).select_from(AuthoritySignal)
    return counted.where(AuthoritySignal.agency_id == agency_id, _counts(on)).scalar_subquery()


def _from_authorities(actor: Actor) -> Select[AuthoritySignal]:
    authorise(actor, Permission.SIGNAL_VIEW)
    query = select(AuthoritySignal).where(~is_interested(actor.id, AuthoritySignal.agency_id))
    return query.order_by(AuthoritySignal.received_on.desc(), AuthoritySignal.noted_at.desc(), AuthoritySignal.id)


def _counts(on: date) -> ColumnElement[bool]:
    return AuthoritySignal.ended_at.is_(None) & (AuthoritySignal.received_on <= on) & (AuthoritySignal.until >= on)
