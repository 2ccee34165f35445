"""Make the steps of the clock that fall due: once each, however often and however late it runs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from audits.core import clock, outbox
from audits.core.access import AGENCY_ROLES, Role
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.people.queries import absences_within, people_with, without_deputy
from audits.worklists.clock import StepKind, due, next_on, plan
from audits.worklists.letters import OF_STEP, Moment, letters
from audits.worklists.models import DeadlineStep
from audits.worklists.notices import AgencyTerms, Terms

BATCH = 500  # deadlines at once: memory stays flat


@dataclass
class Worked:
    """What one run of the clock did: steps, those that came a day or more too late, and whom it told of how many."""

    steps: int = 0
    late: int = 0
    people: dict[UUID, Counter[StepKind]] = field(default_factory=lambda: defaultdict(Counter))
    agencies: dict[UUID, Counter[StepKind]] = field(default_factory=lambda: defaultdict(Counter))
    letters: dict[tuple[UUID, DeadlineKind, Moment], list[UUID]] = field(default_factory=lambda: defaultdict(list))


class _Waiting(NamedTuple):
    """An open deadline that the clock must look at, and how many of its steps were made."""

    id: UUID
    kind: DeadlineKind
    agency_id: UUID | None
    from_on: date | None
    due_on: date
    owner_role: Role
    owner_id: UUID | None
    opened_at: datetime
    next_on: date | None
    done: int


def work_off(session: Session, today: date) -> Worked:
    """Make every step that falls due by a day, in the order of their days, and send each person one message.

    A run that is missed, doubled or raced changes nothing: a step is a row that exists once, what another run
    claimed is skipped, and what was missed follows in the next.
    """
    worked, readers = Worked(), _Readers(session, today)
    for batch in _batches(session, today):
        steps: list[dict[str, Any]] = []
        moved: list[dict[str, Any]] = []
        for row in batch:
            planned = plan(row.kind, clock.day_of(row.opened_at), row.due_on, row.from_on)
            made = due(planned, row.done, today)
            values = {"deadline_id": row.id, "made_at": clock.now()}
            steps += [values | {"kind": step.kind, "planned_on": step.on} for step in made]
            moved.append({"id": row.id, "next_on": next_on(planned, row.done + len(made))})
            worked.late += sum(step.on < today for step in made)
            # What was missed is told as what it is by now, but a term that nobody wrote of yet is not begun in silence.
            told = bool(made) and _note(worked, readers, row, made[-1].kind)
            if row.next_on == date.min and not told:  # the clock sees it for the first time
                _write(worked, row, Moment.OPEN)
        worked.steps += len(steps)
        if steps:
            session.execute(insert(DeadlineStep), steps)
        session.execute(update(Deadline), moved)
    _tell(session, worked)
    return worked


def _batches(session: Session, today: date) -> Iterator[Sequence[_Waiting]]:
    """Yield the open deadlines with something to do, each locked; those of another run are left out."""
    done = select(func.count()).where(DeadlineStep.deadline_id == Deadline.id).correlate(Deadline).scalar_subquery()
    query = select(
        *(Deadline.id, Deadline.kind, Deadline.agency_id, Deadline.from_on, Deadline.due_on),
        *(Deadline.owner_role, Deadline.owner_id, Deadline.opened_at, Deadline.next_on, done),
    ).where(Deadline.done_at.is_(None), Deadline.next_on <= today)
    query = query.order_by(Deadline.next_on, Deadline.due_on, Deadline.id).limit(BATCH)
    query = query.with_for_update(skip_locked=True, of=Deadline)
    while rows := session.execute(query).all():
        yield [_Waiting(*row) for row in rows]


def _note(worked: Worked, readers: "_Readers", row: _Waiting, kind: StepKind) -> bool:
    """Note whom a step is told; return whether a letter tells the agency."""
    written = _write(worked, row, OF_STEP[kind])
    if not written and row.agency_id and row.owner_role in AGENCY_ROLES:
        worked.agencies[row.agency_id][kind] += 1
    for person in readers.of(row, kind):
        worked.people[person][kind] += 1
    return written


def _write(worked: Worked, row: _Waiting, moment: Moment) -> bool:
    """Note that a letter tells the agency of this; return False if there is none for that."""
    if row.agency_id is None or (row.kind, moment) not in letters():
        return False
    worked.letters[row.agency_id, row.kind, moment].append(row.id)
    return True


def _tell(session: Session, worked: Worked) -> None:
    """Queue a message to each person, and the letters; an agency hears of a term by its letter if it has one."""
    for (agency, kind, moment), terms in worked.letters.items():
        about = {"agency_id": str(agency), "term": kind.value, "moment": moment.value}
        outbox.enqueue(session, "document.term_letter", **about, deadlines=[str(each) for each in terms])
    for person, counts in worked.people.items():
        tell_person(session, person, Terms(near=_near(counts), over=counts[StepKind.ESCALATE]))
    for agency, counts in worked.agencies.items():
        tell_agency(session, agency, AgencyTerms(near=_near(counts), over=counts[StepKind.ESCALATE]))


def _near(counts: Mapping[StepKind, int]) -> int:
    return sum(number for kind, number in counts.items() if kind is not StepKind.ESCALATE)


class _Readers:
    """Who is told of a deadline on a day: its owner or all with the role, who stands in, and of a late one others."""

    def __init__(self, session: Session, today: date) -> None:
        self._session = session
        self._roles: dict[Role, frozenset[UUID]] = {}
        away = absences_within(session, today, today)
        alone = without_deputy(away)
        self._deputies = {each.person_id: each.deputy_id for each in away if each.id not in alone}
        self._unattended = {each.person_id for each in away if each.id in alone}

    def of(self, row: _Waiting, kind: StepKind) -> frozenset[UUID]:
        """Return their ids: nobody of the staff while an agency must act and is in time.

        Who plans is told also where owner and deputy are both away.
        """
        owners = frozenset() if row.owner_role in AGENCY_ROLES else self._owners(row)
        told = owners | {self._deputies[owner] for owner in owners & self._deputies.keys()}
        if kind is StepKind.ESCALATE or owners & self._unattended:
            told |= self._with(Role.ADMINISTRATOR if row.owner_role is Role.PLANNER else Role.PLANNER)
        return told

    def _owners(self, row: _Waiting) -> frozenset[UUID]:
        return frozenset({row.owner_id}) if row.owner_id else self._with(row.owner_role)

    def _with(self, role: Role) -> frozenset[UUID]:
        if role not in self._roles:
            self._roles[role] = frozenset(person.id for person in people_with(self._session, role))
        return self._roles[role]
