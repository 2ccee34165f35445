"""One case over three years: each reminder, expiry and escalation once, on its day; the same after weeks of downtime.

Clock and workers run each night, or not in ten random weeks in which nobody acts: what somebody does ends terms, and
nobody is reminded of those. A short run leaves out the nights on which nothing falls due.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from audits.core import clock
from portal.stores import database
from portal.work import schedule
from tests.kit.long_runs import SHARE, steps
from tests.machines.memory import told
from tests.machines.three_years import EXPIRED_ON, STEPS, YEARS, People
from tests.machines.world import World

BEGIN, END = date(2027, 1, 4), date(2029, 12, 31)
NOON = time(12)
WEEK = [timedelta(days=days) for days in range(7)]
DOWNTIMES = 10
ACTS = {date.fromisoformat(day): act for day, act in YEARS.items()}
PLANNED = Counter({(kind.value, *step.split()): many for kind, many, said in STEPS for step in said.split(", ")})
NIGHTLY = [
    task
    for task in schedule.PERIODIC_TASKS
    if task.name in {"certificate.effective", "certificate.expired", "deadlines.clock"}
]
_STEPS = """
SELECT d.kind, s.kind, s.planned_on::text, (s.made_at AT TIME ZONE 'Europe/Amsterdam')::date::text
FROM deadline_step s JOIN deadline d ON d.id = s.deadline_id
"""
_EXPIRED = """
SELECT ((convert_from(data, 'UTF8')::json->>'time')::timestamptz AT TIME ZONE 'Europe/Amsterdam')::date::text
FROM ledger_entry WHERE type = 'expired'
"""
_LETTERS = """
SELECT payload->>'term', payload->>'moment', jsonb_array_length(payload->'deadlines') FROM outbox
WHERE kind = 'document.term_letter'
"""
# What is told of terms is counted apart: what was missed is told once, as what it is by then.
_MAIL = """
SELECT kind, payload->>'template' FROM outbox
WHERE kind LIKE 'mail%' AND payload->>'template' NOT IN ('terms', 'agency_terms', 'letter_written')
"""
_DOCUMENTS = "SELECT kind FROM document WHERE kind <> 'term_letter'"


def nights(down: Collection[date]) -> Iterator[date]:
    """Yield the nights of these years on which clock and workers run, in a short run those with something to do."""
    due = {date.fromisoformat(day) for _, _, day in PLANNED} | {date.fromisoformat(EXPIRED_ON), END}
    back = {day + timedelta(days=1) for day in {*down, *ACTS}}
    every = {BEGIN + timedelta(days=days) for days in range((END - BEGIN).days + 1)}
    yield from sorted((every if SHARE == 1 else due | back) - set(down))


def live(world: World, down: Collection[date] = ()) -> dict[str, Any]:
    """Live these years; return what is in the database at the end, by what it is."""
    with world.life() as app:
        people = People(world, app)

        def act(day: date) -> None:
            at(world, day, NOON)
            assert people.do(*ACTS[day]), day

        left = sorted(ACTS)
        for night in nights(down):
            while left and left[0] < night:
                act(left.pop(0))
            at(world, night, time(0, 0, 5))
            assert len(schedule.run_due(app, NIGHTLY)) == len(NIGHTLY)
            people.deliver_all()
        with app.app_context():
            return end_of(database.read())


def at(world: World, day: date, hour: time) -> None:
    """Put the clock on an hour in the Netherlands."""
    world.clock.moment = datetime.combine(day, hour, clock.AMSTERDAM).astimezone(UTC)


def end_of(session: Session) -> dict[str, Any]:
    def rows(query: str) -> Counter[tuple[Any, ...]]:
        return Counter(tuple(row) for row in session.execute(text(query)))

    counted = {"steps": _STEPS, "expired": _EXPIRED, "letters": _LETTERS, "mail": _MAIL, "documents": _DOCUMENTS}
    return {"told": told(session)} | {what: rows(query) for what, query in counted.items()}


def weeks_of_downtime(chance: Random) -> set[date]:
    """Return the nights of ten weeks in which nobody acts, with a night between them at least."""
    down: set[date] = set()
    while len(down) < DOWNTIMES * len(WEEK):
        first = BEGIN + timedelta(days=chance.randrange(1, (END - BEGIN).days - len(WEEK)))
        week = {first + day for day in WEEK}
        around = {day + timedelta(days=away) for day in week for away in (-1, 0, 1)}
        if week.isdisjoint(ACTS) and around.isdisjoint(down):
            down |= week
    return down


def test_a_case_of_three_years_ends_the_same_after_weeks_of_downtime(world: World):
    """Rows, steps of the clock, letters, mails and certificates are those of a clock that ran each night."""
    expected = live(world)
    assert {(kind, step, on): many for (kind, step, on, _), many in expected["steps"].items()} == PLANNED
    assert all(planned == made for _, _, planned, made in expected["steps"])
    assert expected["expired"] == {(EXPIRED_ON,): 1}
    for seed in range(steps(20)):
        down = weeks_of_downtime(Random(seed))  # noqa: S311 - days of a test
        found = live(world, down)
        same = {"told", "mail", "documents"}
        assert {what: found[what] for what in same} == {what: expected[what] for what in same}
        check_caught_up(expected, found, down)


def check_caught_up(expected: dict[str, Any], found: dict[str, Any], down: Collection[date]) -> None:
    """Each step was made on its day, or in the first night after the downtime; a reminder may be overtaken there."""

    def made_on(planned: str) -> str:
        day = date.fromisoformat(planned)
        while day in down:
            day += timedelta(days=1)
        return day.isoformat()

    late = {(kind, step, on, made_on(on)): many for (kind, step, on, _), many in expected["steps"].items()}
    assert found["steps"] == late
    assert found["expired"] == {(made_on(EXPIRED_ON),): 1}
    assert not found["letters"] - expected["letters"]
    assert {moment for _, moment, _ in expected["letters"] - found["letters"]} <= {"remind"}
