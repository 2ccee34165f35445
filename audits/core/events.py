"""The audit trail: one append-only row per move or edit, in the same transaction as what it tells of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Identity, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core import clock
from audits.core.access import Actor
from audits.core.db import Base, Txid


class Event(Base):
    """What happened, by whom, when. A trigger refuses UPDATE and DELETE."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    happened_at: Mapped[datetime]
    name: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    actor_id: Mapped[UUID]
    agency_id: Mapped[UUID | None] = mapped_column(index=True)
    data: Mapped[dict[str, Any]]
    txid: Mapped[Txid]

    __mapper_args__ = {"eager_defaults": False}


def record(
    session: Session, name: str, *, subject_id: UUID, actor: Actor, agency_id: UUID | None = None, **data: Any
) -> None:
    """Add one event. `name` is `subject.verb`; `data` holds plain values: before, after, reason."""
    session.add(
        Event(
            name=name,
            subject_id=subject_id,
            actor_id=actor.id,
            agency_id=agency_id,
            happened_at=clock.now(),
            data=data,
        )
    )


def history(session: Session, subject_id: UUID) -> list[Event]:
    """All that happened to one thing, oldest first."""
    return list(session.scalars(select(Event).where(Event.subject_id == subject_id).order_by(Event.id)))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What differs, as {field: [old, new]}, for the data of an edit event."""
    return {key: [before.get(key), value] for key, value in after.items() if before.get(key) != value}
