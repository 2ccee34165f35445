"""Count what reported audits add to the figures about audits, so that a page need not read a year of verdicts.

A worker does it within a minute of a report, and what an older release reported in the same way; a command counts all
anew. The sums are copies: nothing else reads them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, func, or_, select, text, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased, joinedload, lazyload, selectinload

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.calendar import months_after
from audits.core.db import table_of
from audits.inspections.coverage import hours_for
from audits.inspections.days import AnySelect, AuditDay, as_they_stand
from audits.inspections.models import Audit, Population, Verdict
from audits.schemes.cycle import AuditKind
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from audits.teams.models import TeamMember
from audits.teams.rules import TeamRole
from audits.worklists.models import AuditTally, NoteTally, RequirementTally

SHORTEST_NOTE = 40  # characters; shorter notes are alike by nature
BATCH = 200  # audits in one transaction
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('figures.tally'))"
Place = tuple[UUID, datetime | None, UUID]
"""Where a reported audit stands in the order of counting: its inspector, the moment of its report, itself."""

_PLACE = select(Audit.inspector_id, Audit.reported_at, Audit.id)
_Month = tuple[UUID, date]  # inspector and first day


def tally_new(session: Session) -> int:
    """Count some audits whose last report is not counted yet; return how many these were."""
    ids = [each[-1] for each in session.execute(_in_order(uncounted(_PLACE)))]
    tally(session, ids)
    return len(ids)


def tally_again(session: Session, after: Place | None = None) -> Place | None:
    """Count some audits anew, those that follow a place; return the place of the last of them, or None at the end."""
    query = _PLACE.where(Audit.reported_at.is_not(None))
    query = query.where(tuple_(*_PLACE.selected_columns) > after) if after else query
    places = [(inspector_id, moment, audit_id) for inspector_id, moment, audit_id in session.execute(_in_order(query))]
    tally(session, [audit_id for _, _, audit_id in places])
    return places[-1] if len(places) == BATCH else None


def uncounted(query: AnySelect) -> AnySelect:
    """Limit a query of audits to those whose last report is not counted yet."""
    counted = (AuditTally.audit_id == Audit.id) & (AuditTally.reported_at == Audit.reported_at)
    return query.where(Audit.reported_at.is_not(None), ~exists().where(counted))


def tally(session: Session, audit_ids: Collection[UUID]) -> None:
    """Count these reported audits, instead of what was counted of them before."""
    if not audit_ids:
        return
    session.execute(text(_LOCK))  # two that share a note would each overlook the other
    before = select(AuditTally.inspector_id, AuditTally.reported_on).where(AuditTally.audit_id.in_(audit_ids))
    months = {_month(inspector, day) for inspector, day in session.execute(before)}
    rows = _rows(session, audit_ids)
    row = insert(AuditTally)
    changed = {name: row.excluded[name] for name in rows[0] if name not in {"audit_id", "notes", "repeated"}}
    session.execute(row.on_conflict_do_update(index_elements=["audit_id"], set_=changed), rows)
    session.execute(select(func.count_findings(AuditTally.audit_id)).where(AuditTally.audit_id.in_(audit_ids)))
    _count_notes(session, audit_ids)
    _count_requirements(session, months | {_month(each["inspector_id"], each["reported_on"]) for each in rows})


def _month(inspector_id: UUID, day: date) -> _Month:
    return inspector_id, day.replace(day=1)


def _in_order(query: Select[*Place]) -> Select[*Place]:
    """Put audits of one inspector and month together: the month is then counted once or twice, not for each batch."""
    return query.order_by(*_PLACE.selected_columns).limit(BATCH)


def _rows(session: Session, audit_ids: Collection[UUID]) -> list[dict[str, Any]]:
    query = select(Audit).where(Audit.id.in_(audit_ids))
    query = query.options(
        joinedload(Audit.agency).selectinload(Agency.branches),
        joinedload(Audit.scheme_version),
        lazyload(Audit.inspector),
        selectinload(Audit.chosen),
    )
    judged, drawn, members = _judged(session, audit_ids), _drawn(session, audit_ids), _members(session, audit_ids)
    spent = _hours(session, audit_ids)
    return [
        _row(audit, judged.get(audit.id, Counter()), drawn.get(audit.id, {}), members.get(audit.id, []))
        | {"spent": spent.get(audit.id)}
        for audit in session.scalars(query)
    ]


def _row(audit: Audit, judged: Counter[str], drawn: Mapping[str, int], members: Sequence[UUID]) -> dict[str, Any]:
    if audit.reported_at is None:
        raise LookupError(f"audit {audit.id} is not reported")
    codes = {row.requirement_code for row in audit.chosen}
    norm = hours_for(audit.agency, audit.scheme_version, audit.kind, drawn=drawn, only=codes, risks=audit.risks)
    return {
        "audit_id": audit.id,
        "inspector_id": audit.inspector_id,
        "people": [audit.inspector_id, *(each for each in members if each != audit.inspector_id)],
        "reported_at": audit.reported_at,
        "reported_on": clock.day_of(audit.reported_at),
        "is_initial": audit.kind is AuditKind.INITIAL,
        "required": norm.total,
        **{name: judged[name] for name in ("verdicts", "assessed", "nonconforming", "bulk")},
        "notes": 0,
        "repeated": 0,
    }


def _judged(session: Session, audit_ids: Collection[UUID]) -> dict[UUID, Counter[str]]:
    query = select(Verdict.audit_id, Verdict.scheme_version_id, Verdict.value, Verdict.bulk, func.count())
    query = query.where(Verdict.audit_id.in_(audit_ids))
    query = query.group_by(Verdict.audit_id, Verdict.scheme_version_id, Verdict.value, Verdict.bulk)
    found = defaultdict[UUID, Counter[str]](Counter)
    for audit_id, version_id, value, bulk, number in session.execute(query):
        kind = scheme_of_version(session.get_one(SchemeVersion, version_id)).verdicts[value]
        found[audit_id].update(verdicts=number, bulk=number * bulk)
        found[audit_id].update(assessed=number * kind.assessed, nonconforming=number * kind.nonconforming)
    return found


def _hours(session: Session, audit_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """Sum the hours that were done, of audits of which somebody said them; nobody says any after the report."""
    query = select(AuditDay.audit_id, func.sum(AuditDay.hours_done)).where(AuditDay.audit_id.in_(audit_ids))
    query = as_they_stand(query.where(AuditDay.hours_done.is_not(None))).group_by(AuditDay.audit_id)
    return {audit_id: hours for audit_id, hours in session.execute(query) if hours is not None}


def _drawn(session: Session, audit_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    query = select(Population.audit_id, Population.unit, Population.drawn).where(Population.audit_id.in_(audit_ids))
    found = defaultdict[UUID, dict[str, int]](dict)
    for audit_id, unit, drawn in session.execute(query):
        found[audit_id][unit] = drawn
    return found


def _members(session: Session, audit_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return who judged beside the inspector; who joined after the report did not."""
    query = select(TeamMember.audit_id, TeamMember.person_id).join(Audit, Audit.id == TeamMember.audit_id).distinct()
    query = query.where(TeamMember.audit_id.in_(audit_ids), TeamMember.role == TeamRole.MEMBER)
    query = query.where(TeamMember.joined_at <= Audit.reported_at)
    found = defaultdict[UUID, list[UUID]](list)
    for audit_id, person_id in session.execute(query.order_by(TeamMember.person_id)):
        found[audit_id].append(person_id)
    return found


def _count_notes(session: Session, audit_ids: Collection[UUID]) -> None:
    """Note which texts stand in these audits; count again in them, and in others that share a text with them."""
    touched = _sharing(session, audit_ids) | set(audit_ids)
    session.execute(delete(NoteTally).where(NoteTally.audit_id.in_(audit_ids)))
    words = func.sha256(func.convert_to(Verdict.note, "UTF8"))
    told = select(words, Verdict.audit_id).where(Verdict.audit_id.in_(audit_ids)).distinct()
    told = told.where(func.char_length(Verdict.note) >= SHORTEST_NOTE)
    session.execute(insert(NoteTally).from_select(["digest", "audit_id"], told))
    touched |= _sharing(session, audit_ids)
    note, other = aliased(NoteTally), aliased(NoteTally)
    again = exists().where(other.digest == note.digest, other.audit_id != note.audit_id)
    counts = select(func.count()).where(note.audit_id == AuditTally.audit_id)
    values = {"notes": counts.scalar_subquery(), "repeated": counts.where(again).scalar_subquery()}
    session.execute(
        update(AuditTally).where(AuditTally.audit_id.in_(touched)).values(values),
        execution_options={"synchronize_session": False},
    )


def _sharing(session: Session, audit_ids: Collection[UUID]) -> set[UUID]:
    """Return the other audits whose count changes with these: of texts that one other audit has, and no third."""
    texts = select(NoteTally.digest).where(NoteTally.audit_id.in_(audit_ids)).distinct().subquery()
    there = select(NoteTally.audit_id).where(NoteTally.digest == texts.c.digest, NoteTally.audit_id.not_in(audit_ids))
    others = there.limit(2).lateral()  # a text that thousands have is looked up no further
    found = func.array_agg(others.c.audit_id)
    query = select(found).select_from(texts).join(others, true()).group_by(texts.c.digest).having(func.count() == 1)
    return {audit_id for (audit_id,) in session.scalars(query)}


def _count_requirements(session: Session, months: Iterable[_Month]) -> None:
    """Count how requirements were judged in whole months of inspectors."""
    listed = sorted(months)
    here = tuple_(RequirementTally.inspector_id, RequirementTally.month).in_(listed)
    session.execute(delete(RequirementTally).where(here))
    month = func.date_trunc("month", AuditTally.reported_on).cast(table_of(RequirementTally).c.month.type)
    columns = (AuditTally.inspector_id, month, Verdict.requirement_code, Verdict.scheme_version_id, Verdict.value)
    query = select(*columns, func.count()).join(AuditTally, AuditTally.audit_id == Verdict.audit_id)
    query = query.where(or_(*(_in_month(*each) for each in listed))).group_by(*columns)
    found = defaultdict[tuple[UUID, date, str], Counter[str]](Counter)
    for inspector_id, first, code, version_id, value, number in session.execute(query):
        kind = scheme_of_version(session.get_one(SchemeVersion, version_id)).verdicts[value]
        counted = found[inspector_id, first, code]
        counted.update(assessed=number * kind.assessed, nonconforming=number * kind.nonconforming)
    rows = [
        {"inspector_id": inspector_id, "month": first, "requirement_code": code, **counted}
        for (inspector_id, first, code), counted in found.items()
    ]
    if rows:
        session.execute(insert(RequirementTally), rows)


def _in_month(inspector_id: UUID, first: date) -> Any:
    day = AuditTally.reported_on
    return and_(AuditTally.inspector_id == inspector_id, day >= first, day < months_after(first, 1))
