"""How a worklist is cut: by last day, by whose turn it is, by how long work waits, by risk. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from audits.core.calendar import working_days_between
from audits.schemes.cycle import Measure, Priority

FRIDAY_TO_SUNDAY = 6


class When(StrEnum):
    """Groups of tasks by their last day, the most urgent first."""

    LATE = "late"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


class Turn(StrEnum):
    """Whose turn it is."""

    MINE = "mine"
    OTHERS = "others"


AGES = (5, 10, 20)  # working days; longer is the last group


def when(due_on: date, today: date) -> When:
    """Return the group of a task by its last day; a week ends on Sunday."""
    if due_on < today:
        return When.LATE
    if due_on == today:
        return When.TODAY
    return When.WEEK if due_on <= end_of_week(today) else When.LATER


def end_of_week(today: date) -> date:
    """Return the Sunday of the week."""
    return today + timedelta(days=FRIDAY_TO_SUNDAY - today.weekday())


@dataclass(frozen=True, slots=True)
class Age:
    """How many tasks wait for so many working days, and how many of them are late. `most` None: longer than all."""

    least: int
    most: int | None
    tasks: int
    late: int


def ages(terms: Iterable[tuple[date, date, int]], today: date) -> tuple[Age, ...]:
    """Count tasks by how long they wait: given are days on which some were opened and are due, and how many."""
    counted = [[0, 0] for _ in range(len(AGES) + 1)]
    for opened_on, due_on, number in terms:
        waits = working_days_between(opened_on, today)
        place = next((place for place, most in enumerate(AGES) if waits <= most), len(AGES))
        counted[place][0] += number
        counted[place][1] += number * (due_on < today)
    bounds = zip((0, *(most + 1 for most in AGES)), (*AGES, None), strict=True)
    return tuple(Age(least, most, *found) for (least, most), found in zip(bounds, counted, strict=True))


@dataclass(frozen=True, slots=True)
class RiskPart:
    """What one measure adds to the risk of an agency: so many were counted, and weigh so much."""

    measure: Measure
    count: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk of an agency by the formula of the scheme, with its parts in the order of the scheme."""

    parts: tuple[RiskPart, ...]

    @property
    def total(self) -> Decimal:
        """Return the sum of the parts."""
        return sum((part.points for part in self.parts), Decimal(0))


def risk_of(priority: Priority, counts: Mapping[Measure, int]) -> Risk:
    """Return the risk that follows from what was counted; what was not counted is none."""
    return Risk(
        tuple(
            RiskPart(measure, count, min(weight.each * count, weight.most))
            for measure, weight in priority.weights.items()
            for count in (counts.get(measure, 0),)
        )
    )


def planning_order(due_on: date | None, risk: Risk, priority: Priority, today: date) -> tuple[int, date, Decimal]:
    """Return what an audit to be planned is sorted by: the last day while that is near, otherwise the risk."""
    if due_on is not None and due_on <= today + timedelta(days=priority.soon_days):
        return 0, due_on, -risk.total
    return 1, date.min, -risk.total
