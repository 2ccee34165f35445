"""Reads for the desk: the units of a kind with their progress, and the verdicts on one unit or in one cell."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from audits.core.errors import NotFoundError
from audits.core.statements import built_once, rows
from audits.inspections.grading import Origin
from audits.inspections.models import CellFile, PrivateNote, SampledUnit, Verdict
from audits.inspections.queries import SAME_UNIT, VERDICT, VerdictRow
from audits.people.models import Person


class UnitStand(NamedTuple):
    """A unit of the sample: its place in the draw, how many requirements are judged on it, and how many fall short."""

    reference: str
    place: int
    origin: Origin
    done: int
    short: int


class Drawn(NamedTuple):
    """A unit of the sample: its reference, its place in the draw, and how it came in."""

    reference: str
    place: int
    origin: Origin


class StoredCell(NamedTuple):
    """A verdict as it is stored now, with who gave it and when."""

    row: VerdictRow
    by: str
    at: datetime


class MatrixCell(NamedTuple):
    """A verdict as the matrix needs it."""

    value: str
    version: int
    is_noted: bool


def units_on(session: Session, audit_id: UUID, unit: str, falling: Collection[str]) -> list[UnitStand]:
    """Return the units of one kind in the order of the draw; `falling` are the nonconforming verdicts of the scheme.

    The caller must have access to the audit, as for all reads of this module.
    """
    query, values = _units(audit_id, unit, list(falling))
    return [UnitStand(*row) for row in rows(session, query, values)]


def cells_on(session: Session, audit_id: UUID, unit: str, code: str) -> tuple[list[Drawn], dict[str, VerdictRow], bool]:
    """Return the units of one kind in the order of the draw, the verdicts on a requirement by unit, and one thing more.

    That is whether there are private notes or files on it, which only then are worth a statement each.
    """
    query, values = _cells_on(audit_id, unit, code)
    found = rows(session, query, values).all()
    units = [Drawn(reference, place, origin) for reference, place, origin, *_ in found]
    seen = {row[0]: VerdictRow(*row[4:]) for row in found if row[4] is not None}
    return units, seen, any(row[3] for row in found)


def verdicts_at(session: Session, audit_id: UUID, unit: str, reference: str) -> dict[str, VerdictRow]:
    """Return the verdicts on one unit by requirement code."""
    query, values = _at(audit_id, unit, reference)
    return {code: VerdictRow(*said) for code, *said in rows(session, query, values).all()}


def reference_at(session: Session, audit_id: UUID, unit: str, place: int) -> str:
    """Return the reference of the unit at a place of the draw, or raise NotFoundError."""
    query, values = _reference(audit_id, unit, place)
    reference = rows(session, query, values).scalar()
    if reference is None:
        raise NotFoundError("This unit is not in the sample.")
    return reference


def cell_at(session: Session, audit_id: UUID, code: str, unit: str, place: int) -> tuple[str, StoredCell | None]:
    """Return the reference of the unit at a place of the draw, and its verdict; NotFoundError if there is no such."""
    query, values = _cell_at(audit_id, code, unit, place)
    found = rows(session, query, values).one_or_none()
    if found is None:
        raise NotFoundError("This unit is not in the sample.")
    reference, name, at, *said = found
    return reference, None if at is None else StoredCell(VerdictRow(*said), name, at)


def matrix_of(session: Session, audit_id: UUID, unit: str) -> dict[tuple[str, int], MatrixCell]:
    """Return the verdicts on a kind of unit by requirement code and place of the unit, without their notes."""
    query, values = _matrix(audit_id, unit)
    found = rows(session, query, values).all()
    return {(code, place): MatrixCell(value, version, noted) for code, place, value, version, noted in found}


@built_once
def _units(audit_id: UUID, unit: str, falling: Collection[str]) -> Select[*tuple[Any, ...]]:
    done = func.count(Verdict.value)
    query = select(
        SampledUnit.reference,
        SampledUnit.position,
        SampledUnit.origin,
        done,
        done.filter(Verdict.value.in_(falling)),
    )
    query = query.outerjoin(Verdict, SAME_UNIT).where(SampledUnit.audit_id == audit_id, SampledUnit.unit == unit)
    query = query.group_by(SampledUnit.audit_id, SampledUnit.unit, SampledUnit.reference)
    return query.order_by(SampledUnit.position)


@built_once
def _cells_on(audit_id: UUID, unit: str, code: str) -> Select[*tuple[Any, ...]]:
    more = (
        exists().where(its.audit_id == audit_id, its.unit == unit, its.requirement_code == code)
        for its in (PrivateNote, CellFile)
    )
    query = select(SampledUnit.reference, SampledUnit.position, SampledUnit.origin, or_(*more), *VERDICT)
    query = query.outerjoin(Verdict, and_(SAME_UNIT, Verdict.requirement_code == code))
    query = query.where(SampledUnit.audit_id == audit_id, SampledUnit.unit == unit)
    return query.order_by(SampledUnit.position)


@built_once
def _at(audit_id: UUID, unit: str, reference: str) -> Select[*tuple[Any, ...]]:
    query = select(Verdict.requirement_code, *VERDICT)
    return query.where(Verdict.audit_id == audit_id, Verdict.unit == unit, Verdict.reference == reference)


@built_once
def _reference(audit_id: UUID, unit: str, place: int) -> Select[str]:
    return select(SampledUnit.reference).where(
        SampledUnit.audit_id == audit_id, SampledUnit.unit == unit, SampledUnit.position == place
    )


@built_once
def _cell_at(audit_id: UUID, code: str, unit: str, place: int) -> Select[*tuple[Any, ...]]:
    query = select(SampledUnit.reference, Person.name, Verdict.recorded_at, *VERDICT)
    query = query.select_from(SampledUnit).outerjoin(Verdict, and_(SAME_UNIT, Verdict.requirement_code == code))
    query = query.outerjoin(Person, Person.id == Verdict.recorded_by)
    return query.where(SampledUnit.audit_id == audit_id, SampledUnit.unit == unit, SampledUnit.position == place)


@built_once
def _matrix(audit_id: UUID, unit: str) -> Select[*tuple[Any, ...]]:
    query = select(
        Verdict.requirement_code, SampledUnit.position, Verdict.value, Verdict.version, Verdict.note != literal("")
    )
    return query.join(SampledUnit, SAME_UNIT).where(Verdict.audit_id == audit_id, Verdict.unit == unit)
