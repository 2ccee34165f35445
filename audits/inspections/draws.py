"""Reads of draws: lists that wait for a value, their members, and what was mixed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Integer, Text, Uuid, column, func, select
from sqlalchemy.orm import Session

from audits.core.errors import NotFoundError
from audits.inspections.models import Audit, DrawSecret, DrawValue, FixedList, ListOffer, Population, PopulationList
from audits.inspections.stratified import lines_of
from audits.schemes.text import Unit


@dataclass(frozen=True, slots=True)
class AskedDraw:
    """A draw as an agency knows it: how many units, and the promise of the secret."""

    audit_id: UUID
    unit: str
    size: int
    commitment: str
    fixed_at: datetime


def find_fixed(session: Session, audit_id: UUID, unit: str) -> FixedList | None:
    """Return the fixed list of one kind of unit, or None. The caller must have access to the audit."""
    return session.get(FixedList, (audit_id, unit))


def find_list(session: Session, audit_id: UUID, unit: str) -> PopulationList | None:
    """Return the members of a population; None if they were erased. The caller must have access to the audit."""
    return session.get(PopulationList, (audit_id, unit))


def find_offer(session: Session, audit_id: UUID, unit: str) -> ListOffer | None:
    """Return the list that waits to be fixed, or None; an agency sees only what it was asked for."""
    return session.get(ListOffer, (audit_id, unit))


def asked_of_agency(session: Session, agency_id: UUID) -> list[ListOffer]:
    """Return the lists that an agency was asked for, and that are not fixed."""
    asked = select(ListOffer).where(ListOffer.agency_id == agency_id, ListOffer.asked_at.is_not(None))
    return list(session.scalars(asked.order_by(ListOffer.asked_at)))


def members_of(session: Session, population: Population) -> list[str]:
    """Return the members of a population, or raise NotFoundError if they were erased."""
    listed = find_list(session, population.audit_id, population.unit)
    if listed is None:
        raise NotFoundError("This list was erased when its term ended; its digest is kept.")
    return listed.members


def hashed_lines(session: Session, kind: Unit, population: Population) -> list[str]:
    """Return the lines of a list as they were hashed, or raise NotFoundError if it was erased."""
    members, listed = members_of(session, population), find_list(session, population.audit_id, population.unit)
    if kind.strata is None or listed is None:
        return members
    return lines_of(dict(zip(members, listed.strata.get(kind.strata.by, []), strict=True)))


def periods_of(session: Session, audit_id: UUID) -> dict[str, list[str]]:
    """Return the first and last day that the list of each kind of unit covers, where that was said."""
    query = select(FixedList.unit, FixedList.first_day, FixedList.last_day)
    said = session.execute(query.where(FixedList.audit_id == audit_id, FixedList.first_day.is_not(None))).all()
    return {unit: [first.isoformat(), last.isoformat()] for unit, first, last in said if first and last}


def mixed_into(session: Session, audit_id: UUID, unit: str) -> DrawValue | None:
    """Return the value that is mixed into a draw, or None if it is not there yet."""
    return session.get(DrawValue, (audit_id, unit))


def secret_of(session: Session, audit_id: UUID, unit: str) -> str | None:
    """Return the secret of a draw. None before a value was mixed in, for an agency, and in draws of older releases."""
    opened = session.get(DrawSecret, (audit_id, unit))
    return opened.secret if opened else None


def waiting_for_agency(session: Session) -> list[AskedDraw]:
    """Return the draws for which the agency that is signed in was asked for a value and has not given one."""
    names = ("audit_id", "unit", "size", "commitment", "fixed_at", "given")
    kinds: tuple[Any, ...] = (Uuid, Text, Integer, Text, DateTime(timezone=True), Boolean)
    asked = func.draws_for_agency().table_valued(*map(column, names, kinds))
    rows = session.execute(select(asked).where(~asked.c.given)).all()
    return [AskedDraw(*row[:-1]) for row in rows]


def last_size(session: Session, audit: Audit, unit: str) -> int | None:
    """Return how many units the list of the agency's last audit before this one had, or None."""
    query = select(Population.size).join(Audit, Audit.id == Population.audit_id)
    before = query.where(Audit.agency_id == audit.agency_id, Audit.id != audit.id, Population.unit == unit)
    return session.scalar(before.order_by(Population.frozen_at.desc()).limit(1))
