"""The plan of an audit as plain values, as a letter has it, and what is different from the one before."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.correspondence.models import SentPlan
from audits.inspections.days import AuditDay, days_of
from audits.inspections.models import Audit
from audits.teams.queries import team_of

LEADS = "inspector"  # beside the codes of TeamRole


@dataclass(frozen=True, slots=True)
class Plan:
    """When, where and by whom. Days are ISO dates; hours are decimals in text. What it is about does not change."""

    first_day: str
    days: list[list[str]]  # day, place, who, hours
    team: list[list[str]]  # name, and LEADS or a code of TeamRole


def plan_of(session: Session, audit: Audit) -> Plan:
    """Return the plan as it is now. The caller must have access to the audit."""
    team = [[each.person.name, each.role.value] for each in team_of(session, audit.id) if each.left_at is None]
    days = [_day(each) for each in days_of(session, audit.id)]
    return Plan(audit.planned_on.isoformat(), days, [[audit.inspector.name, LEADS], *team])


def last_sent(session: Session, audit: Audit) -> SentPlan | None:
    """Return the plan that was sent last."""
    query = select(SentPlan).where(SentPlan.audit_id == audit.id).order_by(SentPlan.number.desc())
    return session.scalar(query.limit(1))


def sent_before(session: Session, sent: SentPlan) -> SentPlan | None:
    """Return the plan that was sent before this one."""
    return session.scalar(
        select(SentPlan).where(SentPlan.audit_id == sent.audit_id, SentPlan.number == sent.number - 1)
    )


def differences(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Return what came and went between two contents: days and people, and the first day if it is another one."""
    return {
        "first_day": now["first_day"] if before["first_day"] != now["first_day"] else None,
        "days_added": _without(now["days"], before["days"]),
        "days_dropped": _without(before["days"], now["days"]),
        "joined": _without(now["team"], before["team"]),
        "left": _without(before["team"], now["team"]),
    }


def plain(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON values."""
    return asdict(plan)


def _without(rows: Sequence[list[str]], others: Sequence[list[str]]) -> list[list[str]]:
    return [row for row in rows if row not in others]


def _day(day: AuditDay) -> list[str]:
    return [day.day.isoformat(), day.place, day.person.name, f"{day.hours_planned.normalize():f}"]
