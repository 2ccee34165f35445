"""Plan the days of an audit, change them with a reason, and say how long they were. The caller commits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, moves
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError, missing
from audits.core.flow import Independence
from audits.core.letters import check_given, check_printable, check_reason
from audits.inspections import events as told
from audits.inspections.assignment import hand_in, people_on
from audits.inspections.coverage import time_of
from audits.inspections.days import AuditDay, AuditTime, planned_hours
from audits.inspections.models import Audit
from audits.inspections.planning import MOST_HOURS
from audits.inspections.services.course import AUDITS, record
from audits.inspections.workflow import AuditState

_WITHIN = {AuditState.PLANNED, AuditState.IN_PROGRESS}


@dataclass(frozen=True, slots=True)
class DayPlan:
    """When and where somebody works on an audit, and how long."""

    day: date
    place: str
    hours: Decimal


def plan_day(session: Session, actor: Actor, audit_id: UUID, person_id: UUID, plan: DayPlan) -> AuditDay:
    """Add a day of somebody who works on the audit: its inspector, a deputy or one of the team."""
    audit = _hold(session, actor, audit_id)
    if person_id not in people_on(session, audit.id):
        raise RuleError("This person does not work on this audit.", "person")
    return _say(session, actor, audit, _row(audit, person_id, _checked(plan)), told.AuditDayPlanned)


def change_day(session: Session, actor: Actor, day_id: UUID, plan: DayPlan, *, reason: str) -> AuditDay:
    """Change day, place or hours of a day, with a reason; what was planned before stays on record."""
    before, audit = _load(session, actor, day_id)
    check_reason(reason)
    row = _row(audit, before.person_id, _checked(plan))
    row.supersedes_id, row.reason, row.hours_done = before.id, reason.strip(), before.hours_done
    return _say(session, actor, audit, row, told.AuditDayChanged)


def drop_day(session: Session, actor: Actor, day_id: UUID, *, reason: str) -> AuditDay:
    """Take a day out of the plan, with a reason."""
    before, audit = _load(session, actor, day_id)
    check_reason(reason)
    row = _row(audit, before.person_id, DayPlan(before.day, before.place, before.hours_planned))
    row.supersedes_id, row.reason, row.is_dropped = before.id, reason.strip(), True
    return _say(session, actor, audit, row, told.AuditDayChanged)


def record_hours(session: Session, actor: Actor, day_id: UUID, hours: Decimal) -> AuditDay:
    """Say how long a day was; by who leads the audit, or the person of the day."""
    before = _standing(session, day_id)
    permission = Permission.AUDIT_VIEW
    audit = moves.hold(
        session, AUDITS, actor, before.audit_id, permission, asks=Independence.NO_INTEREST, within=_WITHIN
    )
    if actor.id != before.person_id and not hand_in(session, actor, audit).leads:
        raise NotAllowedError("Only the inspector of this audit may do this.")
    if not 0 <= hours <= MOST_HOURS:
        raise RuleError("Enter hours from 0 to 24, like 7.5.", "hours")
    row = _row(audit, before.person_id, DayPlan(before.day, before.place, before.hours_planned))
    row.supersedes_id, row.hours_done = before.id, hours
    return _say(session, actor, audit, row, told.AuditHoursRecorded)


def explain_time(session: Session, actor: Actor, audit_id: UUID, *, reason: str) -> AuditTime:
    """Say why the planned hours differ from those of the norm; what both are now is kept with it."""
    audit = _hold(session, actor, audit_id)
    check_reason(reason)
    said = AuditTime(
        audit_id=audit.id,
        computed=time_of(session, audit).total,
        planned=planned_hours(session, audit.id),
        reason=reason.strip(),
        said_by=actor.id,
        said_at=clock.now(),
    )
    session.add(said)
    record(session, actor, audit, told.AuditTimeExplained(after=audit.state, reason=said.reason))
    return said


def find_day(session: Session, audit_id: UUID, day_id: UUID) -> AuditDay:
    """Return a day of an audit as it stands, or raise; the caller must have access to the audit."""
    found = _standing(session, day_id)
    if found.audit_id != audit_id:
        raise missing(AuditDay)
    return found


def _hold(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    asks = Independence.NO_INTEREST
    return moves.hold(session, AUDITS, actor, audit_id, Permission.AUDIT_PLAN, asks=asks, within=_WITHIN)


def _load(session: Session, actor: Actor, day_id: UUID) -> tuple[AuditDay, Audit]:
    before = _standing(session, day_id)
    return before, _hold(session, actor, before.audit_id)


def _standing(session: Session, day_id: UUID) -> AuditDay:
    before = session.get(AuditDay, day_id)
    if before is None:
        raise missing(AuditDay)
    if before.is_dropped or session.scalar(select(AuditDay.id).where(AuditDay.supersedes_id == before.id)):
        raise IllegalMoveError("Somebody changed this in the meantime. Reload the page and look again.")
    return before


def _checked(plan: DayPlan) -> DayPlan:
    place = " ".join(plan.place.split())
    check_given(place, "place")
    check_printable(place, "place")
    if not 0 < plan.hours <= MOST_HOURS:
        raise RuleError("Enter hours from 0.5 to 24, like 7.5.", "hours")
    return DayPlan(plan.day, place, plan.hours)


def _row(audit: Audit, person_id: UUID, plan: DayPlan) -> AuditDay:
    return AuditDay(
        id=uuid4(),
        audit_id=audit.id,
        person_id=person_id,
        day=plan.day,
        place=plan.place,
        hours_planned=plan.hours,
        is_dropped=False,
        reason="",
        said_at=clock.now(),
    )


def _say(session: Session, actor: Actor, audit: Audit, row: AuditDay, kind: type[told.AuditDayTold]) -> AuditDay:
    row.said_by = actor.id
    session.add(row)
    session.flush()
    record(session, actor, audit, kind(after=audit.state, person=row.person_id, day=row.day, reason=row.reason))
    return row
