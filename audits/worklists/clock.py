"""What the clock does about an open deadline, and on which days: remind, say that it may begin, escalate. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from audits.core.calendar import add_working_days, working_days_before
from audits.deadlines.rules import DeadlineKind


class StepKind(StrEnum):
    """What the clock does."""

    BEGIN = "begin"  # from now on it may be done
    REMIND = "remind"  # its last day is near
    ESCALATE = "escalate"  # its last day is over: others are told too


@dataclass(frozen=True, order=True, slots=True)
class Step:
    """One act of the clock, and the day on which it falls due."""

    on: date
    kind: StepKind


@dataclass(frozen=True, slots=True)
class _Before:
    """How many days before the last day somebody is reminded; days of the calendar, or working days."""

    days: tuple[int, ...]
    working: bool = True

    def on(self, due_on: date) -> list[date]:
        if self.working:
            return [working_days_before(due_on, days) for days in self.days]
        return [due_on - timedelta(days=days) for days in self.days]


_USUAL = _Before((5, 1))
_REMINDERS: Mapping[DeadlineKind, _Before] = {
    DeadlineKind.CORRECTIVE_ACTION: _Before((14, 7, 1)),
    DeadlineKind.CONDITION: _Before((14, 7, 1)),
    DeadlineKind.SUSPENSION: _Before((14, 7, 1)),
    DeadlineKind.RENEWAL: _Before((90, 42, 21), working=False),
    DeadlineKind.CRITICAL_FINDING: _Before((1,)),
    DeadlineKind.DRAFT: _Before((28, 7), working=False),
    DeadlineKind.EVIDENCE_REQUEST: _Before((2,)),
}


def plan(kind: DeadlineKind, opened_on: date, due_on: date, from_on: date | None = None) -> tuple[Step, ...]:
    """Return every step of a deadline in the order of its days, each later than the day on which it was opened.

    It escalates on the first working day after its last day: nobody is late on a Sunday.
    """
    steps = {Step(day, StepKind.REMIND) for day in _REMINDERS.get(kind, _USUAL).on(due_on) if day > opened_on}
    if from_on and opened_on < from_on < due_on:
        steps = {step for step in steps if step.on > from_on} | {Step(from_on, StepKind.BEGIN)}
    return tuple(sorted(steps | {Step(add_working_days(due_on, 1), StepKind.ESCALATE)}))


def due(steps: tuple[Step, ...], done: int, on: date) -> tuple[Step, ...]:
    """Return the steps that fall due by a day, of which the first `done` were made."""
    return tuple(step for step in steps[done:] if step.on <= on)


def next_on(steps: tuple[Step, ...], done: int) -> date | None:
    """Return the day of the next step once `done` were made; None if there is none."""
    return steps[done].on if done < len(steps) else None
