"""Figures of appeals, signals and complaints by year, for the committee that watches over impartiality."""

from typing import Any, NamedTuple

from sqlalchemy import Select, String, case, cast, extract, func, literal, select, union_all
from sqlalchemy.orm import Session

from audits.complaints.models import Complaint, Handling
from audits.core.access import Actor, Permission, authorise
from audits.decisions.models import Decision
from audits.disputes.models import Appeal
from audits.disputes.rules import AppealOutcome
from audits.disputes.workflow import OPEN_STATES
from audits.signals.models import Signal

_ZONE = "Europe/Amsterdam"


class Figures(NamedTuple):
    """How many of one sort came in during a year, and what became of them; `days` is the median until the answer."""

    year: int
    about: str
    received: int
    open: int
    upheld: int
    partly: int
    dismissed: int
    other: int
    days: int | None


def dispute_figures(session: Session, actor: Actor) -> list[Figures]:
    """Return the figures, newest year first. Signals that the reader may not see are not counted."""
    authorise(actor, Permission.DISPUTE_HANDLE)
    lines = union_all(_appeals(), _told("signal"), _told("complaint")).subquery()
    year, about, end, days = lines.c.year, lines.c.about, lines.c.end, lines.c.days

    def count(*ends: str) -> object:
        return func.count().filter(end.in_(ends))

    ended = ("open", AppealOutcome.UPHELD, AppealOutcome.PARTLY, AppealOutcome.DISMISSED, "other")
    median = func.percentile_disc(0.5).within_group(days)
    query = select(year, about, func.count(), *(count(each) for each in ended), median)  # type: ignore[call-overload]
    rows = session.execute(query.group_by(year, about).order_by(year.desc(), about))
    return [_figures(tuple(row)) for row in rows]


def _figures(row: tuple[Any, ...]) -> Figures:
    year, about, received, still, upheld, partly, dismissed, other, days = row
    whole = None if days is None else int(days)
    return Figures(int(year), about, received, still, upheld, partly, dismissed, other, whole)


def _appeals() -> Select[tuple[object, ...]]:
    end = case(
        (Appeal.state.in_(sorted(OPEN_STATES)), "open"),
        (Appeal.outcome.is_not(None), cast(Appeal.outcome, String)),
        else_="other",
    )
    answered = func.date(func.timezone(_ZONE, Decision.decided_at)) - Appeal.received_on
    query = select(
        extract("year", Appeal.received_on).label("year"),
        literal("appeal").label("about"),
        end.label("end"),
        answered.label("days"),
    )
    return query.outerjoin(Decision, Decision.id == Appeal.decided_by)


def _told(kind: str) -> Select[tuple[object, ...]]:
    table = Signal if kind == "signal" else Complaint
    came_on = func.date(func.timezone(_ZONE, table.received_at))
    end = case(
        (Handling.answered_at.is_(None), "open"),
        (Handling.verdict == "founded", "upheld"),
        (Handling.verdict == "partly", "partly"),
        (Handling.verdict == "unfounded", "dismissed"),
        else_="other",
    )
    answered = func.date(func.timezone(_ZONE, Handling.answered_at)) - came_on
    query = select(extract("year", came_on), literal(kind), end, answered)
    return query.outerjoin(Handling, Handling.subject_id == table.id)
