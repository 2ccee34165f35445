"""Reads of the figures about audits: from what was counted of every report, in a fixed number of statements.

Verdicts are counted once, by `tallying`, and findings with each change: a page about a year of a large body sums a row
for each audit, in the database. Row policies make joins dear, so that there are none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, case, column, func, select, true
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor, Permission
from audits.inspections.models import Audit
from audits.inspections.queries import visible_audits
from audits.people.models import Person
from audits.worklists.measures import Audited, Spread, spreads
from audits.worklists.models import AuditTally, RequirementTally
from audits.worklists.tallying import uncounted

_People = tuple[UUID, ...]
_Chosen = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The audits of a time, the spread between inspectors, and the findings on each requirement."""

    audits: list[Audited]  # one for each people who audit together
    spreads: list[Spread]
    findings: list[tuple[str, int]]  # requirement code and how many, the most frequent first
    uncounted: int  # reports that a worker has still to count

    @property
    def number(self) -> int:
        """Return how many audits these are."""
        return sum(each.audits for each in self.audits)


def figures(session: Session, actor: Actor, first: date, last: date, only: UUID | None = None) -> Figures:
    """Return what the audits that were reported in a time say; `only` limits them to those that a person led.

    `first` is the first day of a month: requirements are counted by whole months. None is in it that the actor could
    not open.
    """
    chosen = (AuditTally.reported_on.between(first, last), _led_by(AuditTally.inspector_id, actor, only))
    closed, summed = _closed(session, chosen), _summed(session, chosen)
    shown = _names(session, {person for people in summed for person in people})
    audits = [
        Audited(tuple(shown[person] for person in people), **sums, closed=closed.get(people, {}))
        for people, sums in summed.items()
    ]
    return Figures(
        audits,
        spreads(_requirements(session, actor, first, only)),
        _frequent(session, chosen),
        _uncounted(session, actor, first, only),
    )


def _led_by(inspector: Any, actor: Actor, only: UUID | None) -> ColumnElement[bool]:
    """Return the condition for audits of one inspector; who has no cases has their own alone."""
    person = only or (None if actor.has(Permission.CASES_VIEW) else actor.id)
    return inspector == person if person else true()


def _summed(session: Session, chosen: _Chosen) -> dict[_People, dict[str, Any]]:
    """Sum what audits add, by the people who did them."""
    tally = AuditTally
    said, late = tally.spent.is_not(None), func.unnest(tally.due).table_valued(column("day", Date)).render_derived()
    overdue = select(func.count()).select_from(late).where(late.c.day < clock.today()).scalar_subquery()
    sums: dict[str, ColumnElement[Any]] = {
        "audits": func.count(),
        "required": func.sum(tally.required).filter(said),
        "spent": func.sum(tally.spent),
        "timed": func.sum(tally.verdicts).filter(said),
        **{name: func.sum(getattr(tally, name)) for name in ("verdicts", "assessed", "nonconforming", "bulk")},
        **{name: func.sum(getattr(tally, name)) for name in ("notes", "repeated")},
        "initial": func.count().filter(tally.is_initial),
        "first_time": func.count().filter(tally.is_initial, ~tally.blocked),
        "open": func.sum(tally.open_findings),
        "overdue": func.sum(case((func.cardinality(tally.due) > 0, overdue), else_=0)),
    }
    query = select(tally.people, *(func.coalesce(each, 0).label(name) for name, each in sums.items()))
    rows = session.execute(query.where(*chosen).group_by(tally.people).order_by(tally.people)).mappings()
    return {tuple(row["people"]): {name: row[name] for name in sums} for row in rows}


def _closed(session: Session, chosen: _Chosen) -> dict[_People, dict[int, int]]:
    """Count the closed findings by the people who audited and the days from the report."""
    days = func.unnest(AuditTally.closed)
    each = select(AuditTally.people, days.label("days")).where(*chosen).subquery()
    query = select(each.c.people, each.c.days, func.count()).group_by(each.c.people, each.c.days)
    found = defaultdict[_People, dict[int, int]](dict)
    for people, number, times in session.execute(query):
        found[tuple(people)][number] = times
    return found


def _frequent(session: Session, chosen: _Chosen) -> list[tuple[str, int]]:
    each = select(func.unnest(AuditTally.found).label("code")).where(*chosen).subquery()
    query = select(each.c.code, func.count()).group_by(each.c.code).order_by(func.count().desc(), each.c.code)
    return [(code, number) for code, number in session.execute(query)]


def _requirements(session: Session, actor: Actor, first: date, only: UUID | None) -> list[tuple[str, str, int, int]]:
    """Return by requirement and inspector how many units fell short, and how many were assessed."""
    tally = RequirementTally
    sums = (func.sum(tally.nonconforming), func.sum(tally.assessed))
    query = select(tally.requirement_code, tally.inspector_id, *sums).where(tally.month >= first)
    query = query.where(_led_by(tally.inspector_id, actor, only)).group_by(tally.requirement_code, tally.inspector_id)
    return [(code, str(person), bad, assessed) for code, person, bad, assessed in session.execute(query)]


def _names(session: Session, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return names of which no two people have the same."""
    query = select(Person.id, Person.name).where(Person.id.in_(list(ids))).order_by(Person.name, Person.id)
    namesakes = defaultdict[str, list[UUID]](list)
    for person_id, name in session.execute(query):
        namesakes[name].append(person_id)
    return {
        person_id: name if place == 1 else f"{name} ({place})"
        for name, those in namesakes.items()
        for place, person_id in enumerate(those, 1)
    }


def _uncounted(session: Session, actor: Actor, first: date, only: UUID | None) -> int:
    query = uncounted(visible_audits(actor)).where(Audit.reported_at >= clock.midnight(first))
    query = query.where(Audit.inspector_id == only) if only else query
    return session.scalar(query.with_only_columns(func.count())) or 0
