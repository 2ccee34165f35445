"""Three years of terms with the clock moved: each reminder, beginning and escalation once, on the right day.

The days were counted by hand with the calendar beside: Christmas of 2026, Easter of 2027 with the change to summer time
on the day before, the equated days of 2027 and 2028, and the change to winter time of 2028.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.worklists.models import DeadlineStep
from audits.worklists.services import work_off
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.people import make_person
from tests.kit.long_runs import steps

K = DeadlineKind
BEGIN, END = date(2026, 12, 1), date(2029, 12, 1)
# Of each term: its kind, the first day on which it may be done, its last day, and what the clock does on which day.
TERMS = (
    (K.CORRECTIVE_ACTION, None, "2027-01-04", "2026-12-11 2026-12-22 2026-12-31", "2027-01-05"),
    (K.REPORT, None, "2027-03-30", "2027-03-19 2027-03-25", "2027-03-31"),
    (K.DECISION, None, "2027-05-10", "2027-04-28 2027-05-04", "2027-05-11"),
    (K.RENEWAL, "2027-09-01", "2027-11-30", "2027-10-19 2027-11-09", "2027-12-01"),
    (K.SUSPENSION, None, "2028-05-29", "2028-05-04 2028-05-16 2028-05-24", "2028-05-30"),
    (K.REPORTED_CHANGE, None, "2028-10-30", "2028-10-23 2028-10-27", "2028-10-31"),
    (K.APPLICATION_REVIEW, None, "2029-11-01", "2029-10-25 2029-10-31", "2029-11-02"),
)


def expected():
    found = {(kind, "remind", date.fromisoformat(day)) for kind, _, _, days, _ in TERMS for day in days.split()}
    found |= {(kind, "escalate", date.fromisoformat(day)) for kind, *_, day in TERMS}
    return found | {(kind, "begin", date.fromisoformat(day)) for kind, day, *_ in TERMS if day}


@pytest.fixture
def kinds(session, monkeypatch):
    """Open every term at the beginning; return the kind of each deadline."""
    at(monkeypatch, BEGIN, time(12))
    owner, agency = make_person(session, Role.DECIDER), make_agency(session)
    for kind, first, last, *_ in TERMS:
        days = {"from_on": first and date.fromisoformat(first), "due_on": date.fromisoformat(last)}
        about = {"subject_id": uuid4(), "agency_id": agency.id, "owner_role": Role.DECIDER, "owner_id": owner.id}
        open_deadline(session, kind, **about, **days)
    session.flush()


def at(monkeypatch, day, hour):
    """Put the clock on an hour in the Netherlands."""
    moment = datetime.combine(day, hour, clock.AMSTERDAM).astimezone(UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)


def nights():
    """Yield the nights around everything that happens, and those on which the clock is changed."""
    near = {day + timedelta(days=away) for _, _, day in expected() for away in range(-4, 11)}
    changes = {
        date(year, month, day) for year, month, day in ((2027, 3, 28), (2027, 10, 31), (2028, 3, 26), (2028, 10, 29))
    }
    yield from sorted(day for day in near | changes if BEGIN < day <= END)


def made(session):
    """Return what the clock did, with the day in the Netherlands on which it did it."""
    query = select(Deadline.kind, DeadlineStep.kind, DeadlineStep.planned_on, DeadlineStep.made_at)
    rows = session.execute(query.join(Deadline, Deadline.id == DeadlineStep.deadline_id)).all()
    return [((kind, step.value, planned), clock.day_of(made_at)) for kind, step, planned, made_at in rows]


def messages(session):
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail"))
    return sum(item.payload["template"] == "terms" for item in items)


@pytest.mark.usefixtures("kinds")
def test_each_step_is_made_once_in_the_first_seconds_of_its_day(session, monkeypatch):
    for day in nights():
        at(monkeypatch, day, time(0, 0, 5))
        work_off(session, clock.today())
        at(monkeypatch, day, time(23, 59, 55))  # and nothing is left for the rest of the day
        work_off(session, clock.today())
    done = made(session)
    assert sorted(step for step, _ in done) == sorted(expected())
    assert all(planned == made_on for (_, _, planned), made_on in done)
    assert messages(session) == len({day for _, _, day in expected()})


@pytest.mark.parametrize("seed", range(steps(200)))
@pytest.mark.usefixtures("kinds")
def test_weeks_without_a_clock_end_in_the_same_state(session, monkeypatch, seed):
    random = Random(seed)  # noqa: S311 - days of a test
    down = {
        first + timedelta(days=day)
        for first in random.sample([day for _, _, day in sorted(expected())], 10)
        for day in range(-random.randrange(7), 7)
    } - {END}
    for day in [*nights(), END]:
        if day not in down:
            at(monkeypatch, day, time(random.randrange(24), random.randrange(60)))
            work_off(session, clock.today())
    done = made(session)
    assert sorted(step for step, _ in done) == sorted(expected())
    assert all(made_on >= planned for (_, _, planned), made_on in done)
    assert messages(session) <= len({day for _, _, day in expected()})
