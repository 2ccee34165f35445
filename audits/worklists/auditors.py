"""Reads of the figures about audits: from what was counted of every report, in a fixed number of statements.

Verdicts are counted once, by `tallying`. What goes on after a report, hours and findings, is counted here, in the
database: a page of a year of a large body reads some hundred rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, Subquery, cast, func, select, true
from sqlalchemy.dialects.postgresql import DATE
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor, Permission
from audits.inspections.days import AuditDay, as_they_stand
from audits.inspections.models import Audit, Finding
from audits.inspections.queries import visible_audits
from audits.inspections.workflow import GONE, FindingState
from audits.people.models import Person
from audits.worklists.measures import Audited, Spread, spreads
from audits.worklists.models import AuditTally, RequirementTally
from audits.worklists.tallying import uncounted

_People = tuple[UUID, ...]


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
    chosen = _chosen(actor, first, last, only)
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


def _chosen(actor: Actor, first: date, last: date, only: UUID | None) -> CTE:
    query = select(AuditTally).where(AuditTally.reported_on.between(first, last))
    return query.where(_led_by(AuditTally.inspector_id, actor, only)).cte("chosen")


def _led_by(inspector: Any, actor: Actor, only: UUID | None) -> ColumnElement[bool]:
    """Return the condition for audits of one inspector; who has no cases has their own alone."""
    person = only or (None if actor.has(Permission.CASES_VIEW) else actor.id)
    return inspector == person if person else true()


def _summed(session: Session, chosen: CTE) -> dict[_People, dict[str, Any]]:
    """Sum what audits add, by the people who did them."""
    hours, found = _hours(chosen), _found(chosen)
    said = hours.c.hours.is_not(None)
    blocked = func.coalesce(found.c.blocks, False)
    sums: dict[str, ColumnElement[Any]] = {
        "audits": func.count(),
        "required": func.sum(chosen.c.required).filter(said),
        "spent": func.sum(hours.c.hours),
        "timed": func.sum(chosen.c.verdicts).filter(said),
        **{name: func.sum(chosen.c[name]) for name in ("verdicts", "assessed", "nonconforming", "bulk")},
        **{name: func.sum(chosen.c[name]) for name in ("notes", "repeated")},
        "initial": func.count().filter(chosen.c.is_initial),
        "first_time": func.count().filter(chosen.c.is_initial, ~blocked),
        **{name: func.sum(found.c[name]) for name in ("open", "overdue")},
    }
    query = select(chosen.c.people, *(func.coalesce(each, 0).label(name) for name, each in sums.items()))
    query = query.select_from(chosen).outerjoin(hours, hours.c.audit_id == chosen.c.audit_id)
    query = query.outerjoin(found, found.c.audit_id == chosen.c.audit_id).group_by(chosen.c.people)
    rows = session.execute(query.order_by(chosen.c.people)).mappings()
    return {tuple(row["people"]): {name: row[name] for name in sums} for row in rows}


def _hours(chosen: CTE) -> Subquery:
    """Select the hours that were done, of audits of which somebody said them."""
    query = select(AuditDay.audit_id, func.sum(AuditDay.hours_done).label("hours"))
    query = query.where(AuditDay.audit_id.in_(select(chosen.c.audit_id)), AuditDay.hours_done.is_not(None))
    return as_they_stand(query).group_by(AuditDay.audit_id).subquery()


def _found(chosen: CTE) -> Subquery:
    """Select of each audit with findings how they stand."""
    is_open = Finding.state != FindingState.CLOSED
    columns = (
        func.bool_or(Finding.blocks).label("blocks"),
        func.count().filter(is_open).label("open"),
        func.count().filter(is_open, Finding.due_on < clock.today()).label("overdue"),
    )
    return _standing(select(Finding.audit_id, *columns), chosen).group_by(Finding.audit_id).subquery()


def _standing(query: Select[*tuple[Any, ...]], chosen: CTE) -> Select[*tuple[Any, ...]]:
    return query.where(Finding.audit_id.in_(select(chosen.c.audit_id)), Finding.state.not_in(sorted(GONE)))


def _closed(session: Session, chosen: CTE) -> dict[_People, dict[int, int]]:
    """Count the closed findings by the people who audited and the days from the report."""
    here = func.timezone(clock.AMSTERDAM.key, Finding.verified_at)
    days = (cast(here, DATE) - chosen.c.reported_on).label("days")
    query = select(chosen.c.people, days, func.count()).join(chosen, chosen.c.audit_id == Finding.audit_id)
    query = query.where(Finding.state == FindingState.CLOSED, Finding.verified_at.is_not(None))
    found = defaultdict[_People, dict[int, int]](dict)
    for people, number, times in session.execute(query.group_by(chosen.c.people, days)):
        found[tuple(people)][number] = times
    return found


def _frequent(session: Session, chosen: CTE) -> list[tuple[str, int]]:
    query = _standing(select(Finding.requirement_code, func.count()), chosen).group_by(Finding.requirement_code)
    query = query.order_by(func.count().desc(), Finding.requirement_code)
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
