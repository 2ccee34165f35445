"""Reads of the figures about audits: from what was counted of every report, in a fixed number of statements.

Verdicts are counted once, by `tallying`, and findings with each change: a page about a year of a large body sums a row
for each audit, in the database. Row policies make joins dear, so that there are none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, case, column, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

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
    summed = _summed(session, chosen)
    shown = _names(session, {person for people in summed for person in people})
    frequent = Counter[str]()
    for sums in summed.values():
        frequent.update(sums.pop("found").split())
    return Figures(
        [Audited(tuple(shown[person] for person in people), **sums) for people, sums in summed.items()],
        spreads(_requirements(session, actor, first, only)),
        sorted(frequent.items(), key=lambda each: (-each[1], each[0])),
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
    listed = {"closed": _joined(tally.closed), "found": _joined(tally.found)}
    query = select(tally.people, *(func.coalesce(each, 0).label(name) for name, each in sums.items()))
    query = query.add_columns(*(each.label(name) for name, each in listed.items()))
    rows = session.execute(query.where(*chosen).group_by(tally.people).order_by(tally.people)).mappings()
    return {
        tuple(row["people"]): {
            **{name: row[name] for name in (*sums, "found")},
            "closed": {int(days): times for days, times in Counter(row["closed"].split()).items()},
        }
        for row in rows
    }


def _joined(lists: InstrumentedAttribute[list[Any]]) -> ColumnElement[str]:
    """Return all items of lists in one text, with spaces between: a tenth of the cost of a row for each."""
    return func.string_agg(func.array_to_string(lists, " "), " ")


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
