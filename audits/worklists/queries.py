"""Reads of what waits for whom."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, false, func, not_, or_, select, text, true
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core.access import Actor, Role
from audits.core.statements import one_page
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.people.models import Person
from audits.people.queries import stands_in_for
from audits.worklists.models import DeadlineStep
from audits.worklists.rules import Age, Turn, When, ages, end_of_week, when

PAGE_SIZE = 50


class Task(NamedTuple):
    """An open deadline, as a worklist shows it."""

    id: UUID
    kind: DeadlineKind
    subject_id: UUID
    agency_id: UUID | None
    agency: str | None
    from_on: date | None
    due_on: date
    opened_at: datetime
    owner_role: Role
    owner_id: UUID | None
    owner: str | None
    reminded: int  # steps that the clock made
    mine: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the worklist is asked for; all, if nothing is."""

    when: When | None = None
    turn: Turn | None = None
    kind: DeadlineKind | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open tasks there are of each group; those of a kind are counted within the other filters."""

    whens: Counter[When]
    turns: Counter[Turn]
    kinds: Counter[DeadlineKind]
    ages: tuple[Age, ...]

    @property
    def all(self) -> int:
        """Return the number of all open tasks."""
        return self.whens.total()


Mine = ColumnElement[bool]


def turn_of(session: Session, actor: Actor) -> Mine:
    """Return the condition that it is somebody's turn: their own, of those they stand in for, or of their roles."""
    people = [actor.id, *(each.person_id for each in stands_in_for(session, actor.id))]
    roles = sorted(actor.roles)
    return or_(
        func.coalesce(Deadline.owner_id.in_(people), false()),
        and_(Deadline.owner_id.is_(None), Deadline.owner_role.in_(roles)),
    )


def tasks(session: Session, mine: Mine, chosen: Chosen, today: date, page: int = 1) -> list[Task]:
    """Return the open tasks that are asked for, the earliest last day first: those of a page, and one more."""
    steps = select(func.count()).where(DeadlineStep.deadline_id == Deadline.id).correlate(Deadline).scalar_subquery()
    query = select(
        *(Deadline.id, Deadline.kind, Deadline.subject_id, Deadline.agency_id, Agency.legal_name, Deadline.from_on),
        *(Deadline.due_on, Deadline.opened_at, Deadline.owner_role, Deadline.owner_id, Person.name, steps, mine),
    ).outerjoin(Agency, Agency.id == Deadline.agency_id)
    query = query.outerjoin(Person, Person.id == Deadline.owner_id).where(*_asked(chosen, mine, today))
    query = one_page(query.order_by(Deadline.due_on, Deadline.id), page, PAGE_SIZE)
    return [Task(*row) for row in session.execute(query)]


def counts(session: Session, mine: Mine, chosen: Chosen, today: date) -> Counts:
    """Count the open tasks by last day and turn, and by kind within the groups that are chosen."""
    opened_on = cast(func.timezone("Europe/Amsterdam", Deadline.opened_at), Date)
    query = select(Deadline.kind, Deadline.due_on, opened_on, mine.label("mine"), func.count())
    query = query.where(Deadline.done_at.is_(None)).group_by(Deadline.kind, Deadline.due_on, opened_on, text("mine"))
    whens, turns, kinds = Counter[When](), Counter[Turn](), Counter[DeadlineKind]()
    waiting: list[tuple[date, date, int]] = []
    for kind, due_on, opened, own, number in session.execute(query):
        group, turn = when(due_on, today), Turn.MINE if own else Turn.OTHERS
        whens[group] += number
        turns[turn] += number
        if chosen.when in {None, group} and chosen.turn in {None, turn}:
            kinds[kind] += number
        waiting.append((opened, due_on, number))
    return Counts(whens, turns, kinds, ages(waiting, today))


def owners(session: Session) -> Sequence[tuple[UUID, str]]:
    """Return who has an open task of their own, by name."""
    query = select(Person.id, Person.name).where(
        Person.id.in_(select(Deadline.owner_id).where(Deadline.done_at.is_(None)))
    )
    return [(person, name) for person, name in session.execute(query.order_by(Person.name, Person.id))]


def due_by(session: Session, day: date) -> Sequence[tuple[Deadline, str | None]]:
    """Return the open deadlines whose last day is `day` or earlier, each with its agency, earliest first."""
    query = select(Deadline, Agency.legal_name).outerjoin(Agency, Agency.id == Deadline.agency_id)
    query = query.where(Deadline.done_at.is_(None), Deadline.due_on <= day)
    return [(term, name) for term, name in session.execute(query.order_by(Deadline.due_on, Deadline.id))]


def _asked(chosen: Chosen, mine: Mine, today: date) -> list[ColumnElement[bool]]:
    due_on, sunday = Deadline.due_on, end_of_week(today)
    groups: dict[When | None, ColumnElement[bool]] = {
        None: true(),
        When.LATE: due_on < today,
        When.TODAY: due_on == today,
        When.WEEK: and_(due_on > today, due_on <= sunday),
        When.LATER: due_on > sunday,
    }
    turns: dict[Turn | None, ColumnElement[bool]] = {None: true(), Turn.MINE: mine, Turn.OTHERS: not_(mine)}
    asked = [Deadline.done_at.is_(None), groups[chosen.when], turns[chosen.turn]]
    asked += [Deadline.kind == chosen.kind] if chosen.kind else []
    return [*asked, Deadline.owner_id == chosen.person] if chosen.person else asked
