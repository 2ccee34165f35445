"""Read what earlier audits of the same agency found and judged, also for an inspector who made none of them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from audits.core.statements import built_once
from audits.inspections.workflow import FindingState


class EarlierFinding(NamedTuple):
    """A finding of an earlier audit of the same agency."""

    id: UUID
    code: str
    audit: str
    number: int
    day: date
    grade: str
    state: FindingState
    said: str  # the text for the agency


class EarlierVerdict(NamedTuple):
    """How often a verdict was given on a requirement, in the newest earlier audit that looked at it."""

    audit: str
    day: date
    value: str
    units: int


class Earlier(NamedTuple):
    """What earlier audits of the same agency found, newest first, and judged by requirement, most frequent first."""

    found: list[EarlierFinding]
    judged: Mapping[str, list[EarlierVerdict]]


def found_before(session: Session, audit_id: UUID) -> list[EarlierFinding]:
    """Return the findings of earlier audits of the same agency, newest first.

    The database gives them to who works on this audit, and to staff with cases.
    """
    query, values = _found_before(audit_id)
    return [EarlierFinding(*row)._replace(state=FindingState(row.state)) for row in session.execute(query, values)]


def earlier(session: Session, audit_id: UUID) -> Earlier:
    """Return findings and verdicts of earlier audits of the same agency, in one statement; to the same people."""
    query, values = _earlier(audit_id)
    found, counted = session.execute(query, values).one()
    judged: defaultdict[str, list[EarlierVerdict]] = defaultdict(list)
    for each in counted or ():
        verdict = EarlierVerdict(*(each[name] for name in EarlierVerdict._fields))
        judged[each["code"]].append(verdict._replace(day=date.fromisoformat(each["day"])))
    return Earlier([_finding(each) for each in found or ()], judged)


def _finding(plain: Mapping[str, Any]) -> EarlierFinding:
    found = EarlierFinding(*(plain[name] for name in EarlierFinding._fields))
    day, state = date.fromisoformat(plain["day"]), FindingState(plain["state"])
    return found._replace(id=UUID(plain["id"]), day=day, state=state)


@built_once
def _found_before(audit_id: UUID) -> Select[*tuple[Any, ...]]:
    return select(func.found_before(audit_id).table_valued(*EarlierFinding._fields))


@built_once
def _earlier(audit_id: UUID) -> Select[*tuple[Any, ...]]:
    parts = (func.found_before(audit_id).alias("found"), func.judged_before(audit_id).alias("judged"))
    return select(
        *(select(func.jsonb_agg(func.to_jsonb(part.column))).select_from(part).scalar_subquery() for part in parts)
    )
