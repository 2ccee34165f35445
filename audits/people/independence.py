"""Who may not judge a case: one rule for intake, planning, review, and decisions of every kind.

ISO/IEC 17065 clauses 4.2 (interests, also in companies of its group, and for a time afterwards), 7.6.2 (nobody decides
on what they evaluated) and 7.11 (suspension, withdrawal and reduction are decisions too). A cycle begins with the
application that led to the newest certificate: all audits since then count, cancelled ones too. Triggers enforce the
same in the database. Tables of audits are named here, not imported, because every aggregate imports this module.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    Subquery,
    Uuid,
    any_,
    cast,
    column,
    exists,
    false,
    func,
    or_,
    select,
    table,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.core.errors import N_, NotAllowedError
from audits.core.statements import built_once

_IDS = ("id", "agency_id", "planner_id", "inspector_id")
_AUDIT = table("audit", *(column(name, Uuid) for name in _IDS), column("reference", String), column("state", String))
_PARTICIPANT = table("audit_participant", column("audit_id", Uuid), column("person_id", Uuid))
_VERDICT = table("verdict", column("audit_id", Uuid), column("recorded_by", Uuid))


class Judged(Protocol):
    """The part of an audit that independence depends on."""

    @property
    def id(self) -> UUID:
        """Return its id."""
        ...

    @property
    def agency_id(self) -> UUID:
        """Return the id of the agency that it evaluates."""
        ...


class Bar(StrEnum):
    """Reasons why a person may not judge a case; `WORDS` has their texts."""

    TOOK_PART = "took_part"
    INTEREST = "interest"


WORDS = {
    Bar.TOOK_PART: N_("You took part in the audit of this agency. Somebody else must do this."),
    Bar.INTEREST: N_("You have an interest in this agency. Somebody else must do this."),
}
BAR_OF_CONSTRAINT = {"four_eyes": Bar.TOOK_PART, "no_tie": Bar.INTEREST}


def bar_of(session: Session, agency_id: UUID, person_id: UUID) -> Bar | None:
    """Return why this person may neither review an audit of this agency nor decide about it, or None."""
    query, values = _bars(agency_id, person_id, clock.today())
    return bar_in(*session.execute(query, values).one())


def bar_in(took_part: bool, interested: bool) -> Bar | None:
    """Return the bar that the columns `bars` say."""
    if took_part:
        return Bar.TOOK_PART
    return Bar.INTEREST if interested else None


def barred_from(session: Session, person_id: UUID, audits: Iterable[Judged]) -> set[UUID]:
    """Return the audits among these on which this person may not decide."""
    part, ids = _part(), [audit.id for audit in audits]
    shared = exists().where(_of_cycle(part, _AUDIT.c.agency_id), part.c.person_id == person_id)
    query = select(_AUDIT.c.id).where(_AUDIT.c.id.in_(ids))
    return set(session.scalars(query.where(or_(shared, _interested(person_id, _AUDIT.c.agency_id, clock.today())))))


def barred_people(agency_id: UUID) -> Select[UUID]:
    """Select the ids of everybody who may not decide about this agency, for a NOT IN."""
    part = _part()
    shared = select(part.c.person_id).where(_of_cycle(part, agency_id))
    return select(union(shared, interested_in(agency_id)).subquery().c.person_id)


def interested_in(agency_id: UUID) -> Select[UUID]:
    """Select the ids of everybody whose interest in this agency or its group counts today."""
    counting = func.interests_in(agency_id, clock.today()).table_valued(column("person_id", Uuid))
    return select(counting.c.person_id)


def is_interested(person_id: UUID, agency_id: UUID | SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Return the condition that the interest of a person in an agency or its group counts today."""
    return _interested(person_id, agency_id, clock.today())


def rotated_out(session: Session, agency_id: UUID, version_id: UUID, besides: UUID | None = None) -> set[UUID]:
    """Return who judged as many audits of this agency in a row as the version of the norm permits.

    `besides` is an audit that does not count: the one that is given to somebody.
    """
    return set(session.scalar(select(func.rotated_out(agency_id, version_id, besides))) or [])


def agencies_in_hand(session: Session, person_id: UUID) -> list[UUID]:
    """Return the ids of the agencies whose unfinished audits a person has as inspector."""
    unfinished = _AUDIT.c.state.not_in(("concluded", "cancelled"))
    query = select(_AUDIT.c.agency_id).where(_AUDIT.c.inspector_id == person_id, unfinished)
    return list(session.scalars(query.distinct()))


def has_interest(session: Session, person_id: UUID, agency_id: UUID) -> bool:
    """Return whether an interest of this person in the agency or its group counts today."""
    query, values = _interest(person_id, agency_id, clock.today())
    return session.scalar(query, values) or False


def shared_audits(session: Session, person_id: UUID, agency_id: UUID) -> list[tuple[UUID, str, UUID]]:
    """Return the audits of this cycle in which a person has a part: id, reference, and who planned it."""
    part = _part()
    own = select(part.c.audit_id).where(_of_cycle(part, agency_id), part.c.person_id == person_id)
    query = select(_AUDIT.c.id, _AUDIT.c.reference, _AUDIT.c.planner_id).where(_AUDIT.c.id.in_(own))
    return [(row[0], row[1], row[2]) for row in session.execute(query.order_by(_AUDIT.c.reference))]


def team_is_tied(session: Session, audit_id: UUID) -> bool:
    """Return whether somebody of the team declared an interest, and nobody untied has looked at the file since."""
    return session.scalar(select(func.tied_team(audit_id))) or False


def check_outsider(session: Session, actor: Actor, agency_id: UUID) -> None:
    """Raise NotAllowedError for an actor who took part in an audit of this cycle or has an interest in the agency."""
    if bar := bar_of(session, agency_id, actor.id):
        raise NotAllowedError(WORDS[bar])


def check_no_interest(session: Session, actor: Actor, agency_id: UUID) -> None:
    """Raise NotAllowedError for an actor who has an interest in the agency."""
    if has_interest(session, actor.id, agency_id):
        raise NotAllowedError(WORDS[Bar.INTEREST])


def refusal_of(constraint: str | None) -> NotAllowedError | None:
    """Return the error for a violated trigger: an interest was declared between check and commit. None: another one."""
    bar = BAR_OF_CONSTRAINT.get(constraint or "")
    return NotAllowedError(WORDS[bar]) if bar else None


def bars(agency_id: UUID, person_id: UUID, today: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return two columns, for a statement that asks more: whether the person took part, and has an interest."""
    # Not by EXISTS: to find that none of the verdicts is this person's, PostgreSQL would read those of all audits.
    part = _part()
    own = func.bool_or(part.c.person_id == person_id)
    shared = select(func.coalesce(own, false())).where(_of_cycle(part, agency_id)).scalar_subquery()
    return shared, _interested(person_id, agency_id, today)


@built_once
def _bars(agency_id: UUID, person_id: UUID, today: date) -> Select[bool, bool]:
    return select(*bars(agency_id, person_id, today))


@built_once
def _interest(person_id: UUID, agency_id: UUID, today: date) -> Select[bool]:
    return select(_interested(person_id, agency_id, today))


def _part() -> Subquery:
    """Select who took part in which audit: planned it, was assigned to it, joined it, or recorded a verdict in it."""
    return union_all(
        select(_AUDIT.c.id.label("audit_id"), _AUDIT.c.planner_id.label("person_id")),
        select(_AUDIT.c.id, _AUDIT.c.inspector_id),
        select(_PARTICIPANT.c.audit_id, _PARTICIPANT.c.person_id),
        select(_VERDICT.c.audit_id, _VERDICT.c.recorded_by),
    ).subquery("part")


def _of_cycle(part: Subquery, agency_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    """Return the condition for audits of the present cycle of an agency, cancelled ones too; see walls/decision.sql."""
    # Once and not for each row. Named, because it would correlate with the next SELECT around it only.
    once = select(func.cycle_audits(agency_id)).correlate(_AUDIT).scalar_subquery()
    return part.c.audit_id == any_(cast(once, ARRAY(Uuid)))


def _interested(person_id: UUID, agency_id: UUID | SQLColumnExpression[UUID], today: date) -> ColumnElement[bool]:
    return func.has_interest(person_id, agency_id, today, type_=Boolean)
