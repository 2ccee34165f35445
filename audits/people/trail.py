"""The history of a case or of an agency as people read it, with repeated events merged into one line."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from audits.core.events import Event, EventNote
from audits.people.models import Person

# Events within a task, of which a case has hundreds, and those of accounts: they do not help who asks what happened.
_LEFT_OUT = (
    *("answer.%", "evidence.%", "branch.%", "contact.%", "controller.%", "account.%", "person.%", "certificate.number"),
    *("audit.record", "audit.freeze", "audit.judge_requirement", "finding.add_evidence", "finding.remove_evidence"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history. `who` is None for what the system did."""

    name: str
    who: str | None
    when: datetime  # time of the last event, if several were merged
    reason: str
    times: int = 1
    subject_id: UUID | None = None
    before: str = ""  # states of the subject around a move
    after: str = ""
    kind: str = ""  # of a decision or an audit

    @property
    def about(self) -> str:
        """Return what kind of subject it is about: application, audit, finding, decision, certificate, agency."""
        return self.name.partition(".")[0]


def trail_of(session: Session, subject_ids: Collection[UUID]) -> list[Step]:
    """Return the history of these subjects, newest first. The caller must have access to them."""
    return _steps(session, Event.subject_id.in_(subject_ids))


def trail_of_agency(session: Session, agency_id: UUID) -> list[Step]:
    """Return the history of everything about an agency, newest first, without the work within tasks.

    The caller must have access to the agency.
    """
    within = or_(*(Event.name.like(pattern) for pattern in _LEFT_OUT))
    return _steps(session, Event.agency_id == agency_id, ~within)


def _steps(session: Session, *conditions: ColumnElement[bool]) -> list[Step]:
    # In event format 1 the reason was stored in the event itself.
    reason = func.coalesce(EventNote.data["reason"].astext, Event.data["reason"].astext)
    told = (Event.data[key].astext for key in ("before", "after", "kind"))
    query = (
        select(Event.name, Person.name, Event.happened_at, reason, Event.subject_id, *told)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(EventNote, EventNote.event_id == Event.id)
        .where(*conditions)
        .order_by(Event.id.desc())
    )
    steps: list[Step] = []
    for name, who, when, why, subject_id, before, after, kind in session.execute(query):
        step = Step(name, who, when, why or "", 1, subject_id, before or "", after or "", kind or "")
        if steps and _repeats(steps[-1], step):
            steps[-1] = replace(steps[-1], times=steps[-1].times + 1)
        else:
            steps.append(step)
    return steps


def _repeats(later: Step, step: Step) -> bool:
    return (
        (later.name, later.who, later.kind) == (step.name, step.who, step.kind) and not later.reason and not step.reason
    )
