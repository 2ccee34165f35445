"""`make bench ONLY=clock`: a night in which a tenth of the deadlines of all certificates falls due, and the worklist.

Of every agency a dozen deadlines are open; on that night the clock reminds of every tenth. CPU is that of this process
and of its backend. The night is run twice more: it must find nothing left, and say so at once.
"""

import resource
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor, Role
from audits.core.calendar import add_working_days
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.people.models import Person, PersonRole
from audits.worklists.models import DeadlineStep
from audits.worklists.queries import Chosen, counts, owners, tasks, turn_of
from audits.worklists.services import work_off
from bench import builds, load
from bench.builds import OURS
from bench.comebacks import Town
from bench.links import fill
from bench.results import Report, Row
from bench.served import Installed, Machine
from bench.sides import Tally
from bench.sizes import Sizes
from portal.host.supervisor import migrate

EACH, TENTH, STAFF = 12, 10, 20
SECONDS, MEGABYTES, PAGE_MS = 60.0, 32.0, 100.0
REMINDED = 5  # working days before the last day of most kinds
KINDS = (DeadlineKind.REPORT, DeadlineKind.DECISION, DeadlineKind.APPLICATION_REVIEW, DeadlineKind.REPORTED_CHANGE)


def main(sizes: Sizes) -> Report:
    """Fill a database, let the clock see all deadlines, then run the night."""
    report = Report("clock")
    with ExitStack() as stack:
        machine = Machine(stack, careless=sizes.small)
        installed = machine.install(replace(builds.us(), name=f"clock {sizes.agencies}"))
        owner = str(installed.seeding["OWNER_DATABASE_URL"])
        migrate(owner)
        town = Town(sizes.agencies, sizes.agencies)
        with machine.connect(installed.database) as connection:
            firms = list(town.firms(sizes.agencies))
            fill(connection, firms)
        engine = create_engine(owner)
        stack.callback(engine.dispose)
        with Session(engine) as session:
            night = add_working_days(clock.today(), 1)
            people = _staff(session)
            expected = _deadlines(session, [firm.id for firm in firms], people, night)
            work_off(session, clock.today())
            session.commit()
            _nights(report, session, machine, installed, night, expected)
            _pages(report, session, machine, installed, people[0], sizes)
    return report


def _staff(session: Session) -> list[UUID]:
    people = [uuid4() for _ in range(STAFF)]
    now = clock.now()
    for number, person in enumerate(people):
        values = {"name": f"Sam {number}", "email": f"sam{number}@body.example", "invited_at": now, "version": 1}
        session.add(Person(id=person, role_rows=[PersonRole(role=Role.PLANNER)], **values))
    session.commit()
    return people


def _deadlines(session: Session, agencies: list[UUID], people: list[UUID], night: date) -> int:
    """Add the deadlines; return of how many the clock reminds that night."""
    soon, far = add_working_days(night, REMINDED), night + timedelta(days=300)
    rows: list[dict[str, Any]] = []
    for number in range(len(agencies) * EACH):
        due_on = soon if number % TENTH == 0 else far + timedelta(days=number % 200)
        rows.append(
            {
                "id": uuid4(),
                "kind": KINDS[number % len(KINDS)],
                "subject_id": uuid4(),
                "agency_id": agencies[number % len(agencies)],
                "due_on": due_on,
                "owner_role": Role.PLANNER,
                "owner_id": people[number % STAFF] if number % 3 else None,
                "opened_at": clock.now() - timedelta(days=60),
            }
        )
    session.execute(insert(Deadline), rows)
    session.commit()
    return len(range(0, len(rows), TENTH))


def _nights(
    report: Report, session: Session, machine: Machine, installed: Installed, night: date, expected: int
) -> None:
    before, memory = session.scalar(select(func.count()).select_from(DeadlineStep)) or 0, _peak()
    run = partial(work_off, session, night)
    row = _timed(f"a night, {expected:,} due", run, 1, machine, installed)
    session.commit()
    made = (session.scalar(select(func.count()).select_from(DeadlineStep)) or 0) - before
    grown = _peak() - memory
    again = _timed("the same night again", run, 2, machine, installed)
    report.rows += [row, again]
    took = row.cpu_ms / 1000
    report.aim("steps made once", f"{expected:,}", f"{made:,}", made == expected)
    report.aim("CPU of the night", f"< {SECONDS:.0f} s on one core", f"{took:.1f} s", took < SECONDS)
    report.aim("memory of the night", f"<= {MEGABYTES:.0f} MB more", f"{grown:.0f} MB", grown <= MEGABYTES)


def _pages(
    report: Report, session: Session, machine: Machine, installed: Installed, person: UUID, sizes: Sizes
) -> None:
    """Ask what a page of the worklist asks, of a planner and of the others."""
    actor, today = Actor(person, frozenset({Role.PLANNER})), clock.today()

    def page() -> None:
        mine = turn_of(session, actor)
        tasks(session, mine, Chosen(), today)
        counts(session, mine, Chosen(), today)
        owners(session)
        session.rollback()

    row = _timed("the worklist", page, sizes.n, machine, installed)
    report.rows.append(row)
    report.aim(
        "a page of the worklist", f"<= {PAGE_MS:.0f} ms", f"{row.wall_ms_p95:.0f} ms", row.wall_ms_p95 <= PAGE_MS
    )


def _timed(case: str, act: Callable[[], Any], times: int, machine: Machine, installed: Installed) -> Row:
    tally = Tally()
    before, own = sum(load.cpu_each(machine.backends(installed.database)).values()), time.process_time()
    for _ in range(times):
        begin = time.monotonic()
        act()
        tally.walls.append(time.monotonic() - begin)
    tally.web = time.process_time() - own
    tally.database = sum(load.cpu_each(machine.backends(installed.database)).values()) - before
    tally.elapsed = sum(tally.walls)
    return tally.row(OURS, case)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
