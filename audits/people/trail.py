"""The history of a case as people read it, with repeated events merged into one line."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.core.events import Event, EventNote
from audits.people.models import Person


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history. `who` is None for what the system did."""

    name: str
    who: str | None
    when: datetime  # time of the last event, if several were merged
    reason: str
    times: int = 1


def trail_of(session: Session, subject_ids: Collection[UUID]) -> list[Step]:
    """Return the history of these subjects, newest first. The caller must have access to them."""
    # In event format 1 the reason was stored in the event itself.
    reason = func.coalesce(EventNote.data["reason"].astext, Event.data["reason"].astext)
    query = (
        select(Event.name, Person.name, Event.happened_at, reason)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(EventNote, EventNote.event_id == Event.id)
        .where(Event.subject_id.in_(subject_ids))
        .order_by(Event.id.desc())
    )
    steps: list[Step] = []
    for name, who, when, reason in session.execute(query):
        step = Step(name, who, when, reason or "")
        if steps and _repeats(steps[-1], step):
            steps[-1] = replace(steps[-1], times=steps[-1].times + 1)
        else:
            steps.append(step)
    return steps


def _repeats(later: Step, step: Step) -> bool:
    return (later.name, later.who) == (step.name, step.who) and not later.reason and not step.reason
