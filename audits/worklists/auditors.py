"""What the figures about audits are made of: every reported audit of a time, in a fixed number of statements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.access import Actor
from audits.inspections.coverage import hours_for
from audits.inspections.days import AuditDay, as_they_stand
from audits.inspections.models import Audit, Finding, Population, Verdict
from audits.inspections.queries import visible_audits
from audits.inspections.workflow import GONE, FindingState
from audits.people.models import Person
from audits.schemes.cycle import AuditKind
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import VerdictKind
from audits.teams.models import TeamMember
from audits.teams.rules import TeamRole
from audits.worklists.measures import Audited, Spread, spreads

SHORTEST_NOTE = 40  # characters; shorter notes are alike by nature
_Ids = Select[UUID]


@dataclass(frozen=True, slots=True)
class Figures:
    """The audits of a time, the spread between inspectors, and the findings on each requirement."""

    audits: list[Audited]
    spreads: list[Spread]
    findings: list[tuple[str, int]]  # requirement code and how many, the most frequent first


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read beside the audits, by their ids."""

    judged: Mapping[UUID, Counter[str]]
    hours: Mapping[UUID, Decimal]
    drawn: Mapping[UUID, Mapping[str, int]]
    people: Mapping[UUID, tuple[str, ...]]
    notes: Mapping[UUID, tuple[int, int]]
    findings: Mapping[UUID, list[Any]]


def figures(session: Session, actor: Actor, first: date, last: date, only: UUID | None = None) -> Figures:
    """Return what the audits that were reported in a time say; `only` limits them to those that a person led.

    None is in it that the actor could not open.
    """
    chosen = _chosen(actor, first, last, only)
    audits = _audits(session, chosen)
    ids = chosen.with_only_columns(Audit.id)
    kinds = {audit.scheme_version_id: scheme_of_version(audit.scheme_version).verdicts for audit in audits}
    judged, units = _judged(session, ids, {audit.id: audit for audit in audits}, kinds)
    findings, frequent = _findings(session, ids)
    people, notes = _people(session, ids, audits), _notes(session, ids)
    read = _Read(judged, _hours(session, ids), _drawn(session, ids), people, notes, findings)
    found = spreads((code, person, bad, assessed) for (code, person), (bad, assessed) in units.items())
    return Figures([_audited(audit, read) for audit in audits], found, frequent.most_common())


def _chosen(actor: Actor, first: date, last: date, only: UUID | None) -> Select[Audit]:
    begin, end = clock.midnight(first), clock.midnight(last + timedelta(days=1))
    query = visible_audits(actor).where(Audit.reported_at >= begin, Audit.reported_at < end, Audit.is_live)
    return query.where(Audit.inspector_id == only) if only else query


def _audits(session: Session, chosen: Select[Audit]) -> list[Audit]:
    query = chosen.options(
        joinedload(Audit.agency).selectinload(Agency.branches),
        joinedload(Audit.scheme_version),
        joinedload(Audit.inspector).lazyload(Person.role_rows),
        selectinload(Audit.chosen),
    )
    return list(session.scalars(query.order_by(Audit.reported_at, Audit.id)))


def _audited(audit: Audit, read: _Read) -> Audited:
    counts, found = read.judged.get(audit.id, Counter()), read.findings.get(audit.id, [])
    codes = {row.requirement_code for row in audit.chosen}
    drawn = read.drawn.get(audit.id, {})
    norm = hours_for(audit.agency, audit.scheme_version, audit.kind, drawn=drawn, only=codes, risks=audit.risks)
    notes, repeated = read.notes.get(audit.id, (0, 0))
    today, closed = clock.today(), [each for each in found if each.state is FindingState.CLOSED and each.verified_at]
    open_ones = [each for each in found if each.state is not FindingState.CLOSED]
    return Audited(
        people=read.people[audit.id],
        required=norm.total,
        spent=read.hours.get(audit.id),
        verdicts=counts["verdicts"],
        assessed=counts["assessed"],
        nonconforming=counts["nonconforming"],
        bulk=counts["bulk"],
        notes=notes,
        repeated=repeated,
        is_initial=audit.kind is AuditKind.INITIAL,
        blocking=sum(each.blocks for each in found),
        days_to_close=tuple((clock.day_of(each.verified_at) - _reported_on(audit)).days for each in closed),
        open=len(open_ones),
        overdue=sum(each.due_on is not None and each.due_on < today for each in open_ones),
    )


def _reported_on(audit: Audit) -> date:
    if audit.reported_at is None:
        raise LookupError(f"audit {audit.id} is not reported")
    return clock.day_of(audit.reported_at)


def _judged(
    session: Session, ids: _Ids, audits: Mapping[UUID, Audit], kinds: Mapping[UUID, Mapping[str, VerdictKind]]
) -> tuple[dict[UUID, Counter[str]], dict[tuple[str, str], tuple[int, int]]]:
    """Count verdicts by audit, and by requirement and inspector those that fell short among the assessed."""
    query = select(Verdict.audit_id, Verdict.requirement_code, Verdict.value, Verdict.bulk, func.count())
    query = query.where(Verdict.audit_id.in_(ids))
    query = query.group_by(Verdict.audit_id, Verdict.requirement_code, Verdict.value, Verdict.bulk)
    by_audit = defaultdict[UUID, Counter[str]](Counter)
    units = defaultdict[tuple[str, str], tuple[int, int]](lambda: (0, 0))
    for audit_id, code, value, bulk, number in session.execute(query):
        audit = audits[audit_id]
        kind = kinds[audit.scheme_version_id][value]
        assessed, bad = number * kind.assessed, number * kind.nonconforming
        by_audit[audit_id].update(verdicts=number, assessed=assessed, nonconforming=bad, bulk=number * bulk)
        key = (code, str(audit.inspector_id))
        units[key] = units[key][0] + bad, units[key][1] + assessed
    return by_audit, units


def _hours(session: Session, ids: _Ids) -> dict[UUID, Decimal]:
    """Sum the hours that were done, of audits of which somebody said them."""
    query = select(AuditDay.audit_id, func.sum(AuditDay.hours_done)).where(AuditDay.audit_id.in_(ids))
    query = as_they_stand(query.where(AuditDay.hours_done.is_not(None))).group_by(AuditDay.audit_id)
    return {audit_id: hours for audit_id, hours in session.execute(query) if hours is not None}


def _drawn(session: Session, ids: _Ids) -> dict[UUID, dict[str, int]]:
    query = select(Population.audit_id, Population.unit, Population.drawn).where(Population.audit_id.in_(ids))
    found = defaultdict[UUID, dict[str, int]](dict)
    for audit_id, unit, drawn in session.execute(query):
        found[audit_id][unit] = drawn
    return found


def _people(session: Session, ids: _Ids, audits: Iterable[Audit]) -> dict[UUID, tuple[str, ...]]:
    """Return who judged in each audit, by names of which no two people have the same; who leads it comes first."""
    query = select(TeamMember.audit_id, Person.id, Person.name).join(Person, Person.id == TeamMember.person_id)
    query = query.where(TeamMember.audit_id.in_(ids), TeamMember.role == TeamRole.MEMBER)
    found = {audit.id: {audit.inspector_id: audit.inspector.name} for audit in audits}
    for audit_id, person_id, name in session.execute(query):
        found[audit_id][person_id] = name
    namesakes = defaultdict[str, list[UUID]](list)
    for person_id, name in sorted({each for people in found.values() for each in people.items()}, key=str):
        namesakes[name].append(person_id)
    shown = {
        person_id: name if place == 1 else f"{name} ({place})"
        for name, those in namesakes.items()
        for place, person_id in enumerate(those, 1)
    }
    return {audit_id: tuple(shown[person_id] for person_id in people) for audit_id, people in found.items()}


def _notes(session: Session, ids: _Ids) -> dict[UUID, tuple[int, int]]:
    """Count the notes of each audit, and those whose words stand in another audit of this time too."""
    told = select(Verdict.audit_id, func.md5(Verdict.note).label("words")).distinct()
    told = told.where(Verdict.audit_id.in_(ids), func.char_length(Verdict.note) >= SHORTEST_NOTE)
    notes = told.cte("notes")
    again = select(notes.c.words).group_by(notes.c.words).having(func.count() > 1).subquery()
    query = select(notes.c.audit_id, func.count(), func.count(again.c.words))
    query = query.outerjoin(again, again.c.words == notes.c.words).group_by(notes.c.audit_id)
    return {audit_id: (number, repeated) for audit_id, number, repeated in session.execute(query)}


def _findings(session: Session, ids: _Ids) -> tuple[dict[UUID, list[Any]], Counter[str]]:
    columns = (Finding.requirement_code, Finding.state, Finding.blocks, Finding.due_on, Finding.verified_at)
    query = select(Finding.audit_id, *columns).where(Finding.audit_id.in_(ids), Finding.state.not_in(sorted(GONE)))
    by_audit, frequent = defaultdict[UUID, list[Any]](list), Counter[str]()
    for row in session.execute(query):
        by_audit[row.audit_id].append(row)
        frequent[row.requirement_code] += 1
    return by_audit, frequent
