"""Private notes of the audit team: working papers beside a cell, each of one person. Import the table from `models`.

They are no entries and prove nothing: their writer may change or drop them, the office and who decides never read them,
and they are erased with the lists of the audit.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Select, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core.access import Actor
from audits.core.db import Base
from audits.core.statements import built_once
from audits.people.models import Person

CellKey = tuple[str, str]  # requirement code and unit reference


class PrivateNote(Base):
    """What one person of the audit team wrote down about one requirement at one unit."""

    __tablename__ = "private_note"
    __table_args__ = (
        ForeignKeyConstraint(
            ["audit_id", "unit", "reference"],
            ["sampled_unit.audit_id", "sampled_unit.unit", "sampled_unit.reference"],
        ),
    )

    audit_id: Mapped[UUID] = mapped_column(primary_key=True)
    requirement_code: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)  # empty: dropped by its writer
    written_at: Mapped[datetime]


class Colleague(NamedTuple):
    """The private note of a colleague."""

    name: str
    text: str


class PrivateNotes(NamedTuple):
    """The private notes on one cell: one's own, and those of the others in the team."""

    own: str = ""
    others: Sequence[Colleague] = ()


def private_notes(
    session: Session, actor: Actor, audit_id: UUID, unit: str, *, reference: str | None = None, code: str | None = None
) -> Mapping[CellKey, PrivateNotes]:
    """Return the private notes on one unit, or on one requirement, by cell. The database gives them to the team."""
    found: defaultdict[CellKey, PrivateNotes] = defaultdict(PrivateNotes)
    query, values = _notes(audit_id, unit, reference, code)
    for its_code, its_reference, person_id, name, text in session.execute(query, values).all():
        known = found[its_code, its_reference]
        own = person_id == actor.id
        found[its_code, its_reference] = (
            known._replace(own=text) if own else known._replace(others=[*known.others, Colleague(name, text)])
        )
    return found


def private_digest(text: str) -> str:
    """Return the digest by which a page or a device tells later whether somebody changed a private note on it."""
    return sha256(text.encode()).hexdigest()[:12]


@built_once
def _notes(audit_id: UUID, unit: str, reference: str | None, code: str | None) -> Select[*tuple[Any, ...]]:
    query = select(
        PrivateNote.requirement_code, PrivateNote.reference, PrivateNote.person_id, Person.name, PrivateNote.text
    ).join(Person, Person.id == PrivateNote.person_id)
    query = query.where(PrivateNote.audit_id == audit_id, PrivateNote.unit == unit, PrivateNote.text != "")
    if reference is not None:
        query = query.where(PrivateNote.reference == reference)
    if code is not None:
        query = query.where(PrivateNote.requirement_code == code)
    return query.order_by(PrivateNote.written_at)
