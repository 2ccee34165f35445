"""What happened to a case, told for people: who did what when, with repetitions in one line."""

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
    """One line of the trail. `who` is None for what the portal did by itself."""

    name: str
    who: str | None
    when: datetime  # of the last one, if it happened several times in a row
    reason: str
    times: int = 1


def trail_of(session: Session, subject_ids: Collection[UUID]) -> list[Step]:
    """All that happened to these things, newest first. The caller has got them first."""
    # In format 1 the reason stood in the event itself.
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
