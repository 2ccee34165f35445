"""End the account of somebody of the staff, and give what they have in hand to somebody else, in one act."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Date, RowMapping, String, Uuid, column, func, select
from sqlalchemy.orm import Session

from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import N_, RuleError
from audits.core.notices import tell_person
from audits.inspections.events import AuditReplanned
from audits.inspections.notices import AuditAssigned
from audits.inspections.workflow import AuditState
from audits.people.models import Person
from audits.people.queries import people_with
from audits.people.services import retire_person
from audits.teams.events import TeamLeft
from audits.teams.notices import WorkTakenOver
from audits.teams.rules import TeamRole

REASON = N_("The account was ended.")  # kept in the file of each audit, in English as events are


class InHand(NamedTuple):
    """Something that waits for a person: an audit that they lead, or one in which they go along (`member_id`)."""

    audit_id: UUID
    reference: str
    agency_id: UUID
    state: AuditState
    planned_on: date
    planner_id: UUID
    member_id: UUID | None
    role: TeamRole | None


def in_hand(session: Session, actor: Actor, person_id: UUID) -> list[InHand]:
    """Return what somebody of the staff has in hand, for who manages people."""
    authorise(actor, Permission.PERSON_MANAGE)
    ids = (column(name, Uuid) for name in ("audit_id", "agency_id", "planner_id", "member_id"))
    texts = (column(name, String) for name in ("reference", "state", "role"))
    work = func.work_in_hand(person_id).table_valued(*ids, *texts, column("planned_on", Date))
    query = select(*(work.c[name] for name in InHand._fields)).order_by(work.c.reference)
    return [_in_hand(row) for row in session.execute(query).mappings()]


def successors(session: Session, person_id: UUID) -> list[Person]:
    """Return who can take over audits: every other inspector."""
    return [each for each in people_with(session, Role.INSPECTOR) if each.id != person_id]


def end_account(session: Session, actor: Actor, person_id: UUID, successor_id: UUID | None = None) -> Person:
    """End an account; an inspector takes over the audits, if there are any, and everybody concerned is told.

    RuleError at `successor` without one, and for one who cannot lead all of these audits. No verdict is lost: what was
    recorded stays under the name of who recorded it.
    """
    authorise(actor, Permission.PERSON_MANAGE)
    session.get_one(Person, person_id, with_for_update=True)
    work = in_hand(session, actor, person_id)
    led = [each for each in work if each.member_id is None]
    if led:
        _check_successor(session, person_id, successor_id)
    for each in work:
        _record(session, actor, each, person_id, successor_id)
    session.flush()
    if work:
        session.execute(select(func.hand_over(person_id, successor_id, clock.now())))
        session.expire_all()
    for each in led:
        _tell(session, actor, each, successor_id)
    return retire_person(session, actor, person_id)


def _in_hand(row: RowMapping) -> InHand:
    coded = {"state": AuditState(row["state"]), "role": TeamRole(row["role"]) if row["role"] else None}
    return InHand(**{**row, **coded})


def _check_successor(session: Session, person_id: UUID, successor_id: UUID | None) -> None:
    if successor_id not in {each.id for each in successors(session, person_id)}:
        raise RuleError("Choose who takes over the audits.", "successor")
    refused = list(session.scalar(select(func.cannot_take(person_id, successor_id))) or [])
    if refused:
        raise RuleError(
            "This person cannot take over %(audits)s: for a tie, as the planner, or after too many audits in a row."
            " Choose somebody else, or let a planner give these to another inspector first.",
            "successor",
            audits=", ".join(refused),
        )


def _record(session: Session, actor: Actor, each: InHand, person_id: UUID, successor_id: UUID | None) -> None:
    if each.role is not None:
        left = TeamLeft(after=each.state, person=person_id, role=each.role, reason=REASON)
        events.record(session, left, subject_id=each.audit_id, actor=actor, agency_id=each.agency_id)
    elif successor_id is not None:
        given = AuditReplanned(
            after=each.state,
            inspector_before=person_id,
            inspector=successor_id,
            day_before=each.planned_on,
            day=each.planned_on,
            reason=REASON,
        )
        events.record(session, given, subject_id=each.audit_id, actor=actor, agency_id=each.agency_id)


def _tell(session: Session, actor: Actor, each: InHand, successor_id: UUID | None) -> None:
    if successor_id is not None:
        assigned = AuditAssigned(reference=each.reference, day=each.planned_on)
        tell_person(session, successor_id, assigned, subject_id=each.audit_id)
    if each.planner_id != actor.id:
        tell_person(session, each.planner_id, WorkTakenOver(reference=each.reference), subject_id=each.audit_id)
