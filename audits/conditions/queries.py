"""Reads of conditions. Every list starts from what the actor may see."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from audits.conditions.models import Condition, ConditionFile, ConditionProof
from audits.conditions.workflow import UNMET, ConditionState
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import missing
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind

LIST_LIMIT = 200


def visible_conditions(actor: Actor) -> Select[Condition]:
    """Select what the actor may see: an agency its own, staff with cases all."""
    query = select(Condition)
    if actor.agency_id is not None:
        return query.where(Condition.agency_id == actor.agency_id)
    return query if actor.has(Permission.CASES_VIEW) else query.where(false())


def get_condition(session: Session, actor: Actor, condition_id: UUID) -> Condition:
    """Return one condition with its proof, or raise NotFoundError."""
    query = visible_conditions(actor).where(Condition.id == condition_id)
    rounds = selectinload(Condition.proofs)
    query = query.options(joinedload(Condition.agency), rounds.joinedload(ConditionProof.submitter))
    found = session.scalar(query.options(rounds.selectinload(ConditionProof.files)))
    if found is None:
        raise missing(Condition)
    return found


def conditions_of(session: Session, actor: Actor, audit_id: UUID) -> list[Condition]:
    """Return the conditions of a grant on this audit, in order."""
    query = visible_conditions(actor).where(Condition.audit_id == audit_id)
    return list(session.scalars(query.order_by(Condition.position)))


def unmet(session: Session, audit_id: UUID) -> Sequence[Condition]:
    """Return the conditions of a grant on this audit that are not met yet, in order."""
    query = select(Condition).where(Condition.audit_id == audit_id, Condition.state.in_(sorted(UNMET)))
    return session.scalars(query.order_by(Condition.position)).all()


class ConditionTask(NamedTuple):
    """A condition that waits for the office: its proof to judge by a day, or nothing came in time."""

    condition: Condition
    judge_by: date | None


def waiting_conditions(session: Session, actor: Actor, on: date) -> list[ConditionTask]:
    """Return the conditions of living certificates with proof to judge, or that are overdue, the earliest due first."""
    authorise(actor, Permission.CASES_VIEW)
    judging = (Deadline.subject_id == Condition.id) & Deadline.done_at.is_(None)
    judging &= Deadline.kind == DeadlineKind.CONDITION_PROOF
    query = select(Condition, Deadline.due_on).outerjoin(Deadline, judging)
    late = (Condition.state == ConditionState.OPEN) & (Condition.due_on < on)
    query = query.where(late | (Condition.state == ConditionState.SUBMITTED))
    query = query.where(func.living_certificate(Condition.agency_id, on).is_not(None))
    query = query.options(joinedload(Condition.agency)).order_by(Condition.due_on, Condition.id).limit(LIST_LIMIT)
    return [ConditionTask(*row) for row in session.execute(query)]


def get_file(session: Session, actor: Actor, file_id: UUID) -> ConditionFile:
    """Return a file of a proof that the actor may see, or raise NotFoundError."""
    proofs = select(ConditionProof.id).join(Condition, Condition.id == ConditionProof.condition_id)
    seen = visible_conditions(actor).with_only_columns(Condition.id)
    mine = proofs.where(Condition.id.in_(seen))
    file = session.scalar(select(ConditionFile).where(ConditionFile.id == file_id, ConditionFile.proof_id.in_(mine)))
    if file is None:
        raise missing(ConditionFile)
    return file
