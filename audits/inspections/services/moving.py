"""The steps that every verb on an audit shares: load and lock, authorise, move, record."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import events
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError
from audits.inspections.models import Audit, Participant
from audits.inspections.workflow import AUDIT_FLOW, AuditState
from audits.people.models import Interest


def load(session: Session, audit_id: UUID) -> Audit:
    """The audit, locked until the transaction ends, so that no verdict slips in behind a report."""
    audit = session.get(Audit, audit_id, with_for_update=True)
    if audit is None:
        raise NotFoundError("There is no such audit.")
    return audit


def move(session: Session, actor: Actor, audit: Audit, name: str, **data: Any) -> None:
    """Authorise and make one move of the flow, with its event."""
    step = AUDIT_FLOW.moves[name]
    authorise(actor, step.permission, audit)
    if step.permission is Permission.AUDIT_CONDUCT:
        check_own(audit, actor)
    before = audit.state
    audit.state = AUDIT_FLOW.target(before, name)
    record(session, actor, audit, name, before=before.value, after=audit.state.value, **data)


def record(session: Session, actor: Actor, audit: Audit, name: str, **data: Any) -> None:
    """Note what happened to the audit."""
    events.record(session, f"audit.{name}", subject_id=audit.id, actor=actor, agency_id=audit.agency_id, **data)


def load_fieldwork(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """An own audit that is in progress, locked."""
    audit = load(session, audit_id)
    authorise(actor, Permission.AUDIT_CONDUCT, audit)
    check_own(audit, actor)
    if audit.state is not AuditState.IN_PROGRESS:
        raise IllegalMoveError("This step is not possible now. The case has moved on; please look again.")
    return audit


def check_own(audit: Audit, actor: Actor) -> None:
    """Other roles let staff see an audit; only its own inspector works on it."""
    if actor.id != audit.inspector_id:
        raise NotAllowedError("Only the inspector of this audit may do this.")


def check_outsider(session: Session, audit: Audit, actor: Actor) -> None:
    """The file is judged by somebody who took no part in the evaluation and has no interest in the agency."""
    shared = select(Participant.person_id).where(Participant.audit_id == audit.id, Participant.person_id == actor.id)
    if actor.id in {audit.planner_id, audit.inspector_id} or session.scalar(shared):
        raise NotAllowedError("You took part in this audit. Somebody else must do this.")
    if session.scalar(select(Interest.id).where(Interest.person_id == actor.id, Interest.agency_id == audit.agency_id)):
        raise NotAllowedError("You have declared an interest in this agency. Somebody else must do this.")
