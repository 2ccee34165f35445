"""The workflows of audits and findings, and the independence that their moves require."""

from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session, joinedload

from audits.core import events, moves
from audits.core.access import Actor, Permission
from audits.core.errors import NotAllowedError, NotFoundError, missing
from audits.core.events import EventData
from audits.core.flow import Independence
from audits.core.moves import Course
from audits.core.statements import built_once
from audits.inspections.assignment import hand_in
from audits.inspections.models import Audit, Finding
from audits.inspections.queries import visible_audits
from audits.inspections.workflow import AUDIT_FLOW, FINDING_FLOW, AuditState
from audits.people import independence
from audits.schemes.text import Requirement, SchemeText


def load_fieldwork(session: Session, actor: Actor, audit: UUID | Audit, *, by_team: bool = False) -> Audit:
    """Return an own audit in progress, locked, so that no verdict is saved while it is reported.

    `audit` is an id, or a row that is locked already. `by_team` admits members of its team too, who judge and write
    down what they found.
    """
    return moves.hold(
        session,
        AUDITS,
        actor,
        audit,
        Permission.AUDIT_CONDUCT,
        asks=Independence.TEAM if by_team else Independence.OWN,
        within={AuditState.IN_PROGRESS},
    )


def lock_audit(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Return one audit with its version of the norm, locked until the transaction ends, or raise NotFoundError."""
    query, values = _locked(actor, audit_id)
    audit = session.scalar(query, values, execution_options={"populate_existing": True})
    if audit is None:
        raise missing(Audit)
    return audit


def requirement_in(scheme: SchemeText, code: str) -> Requirement:
    """Return a requirement of a norm, or raise NotFoundError."""
    try:
        return scheme.requirement(code)
    except KeyError:
        raise NotFoundError("The norm has no such requirement.") from None


def record(session: Session, actor: Actor, audit: Audit, told: EventData) -> None:
    """Record an event about an audit that does not change its state."""
    events.record(session, told, subject_id=audit.id, actor=actor, agency_id=audit.agency_id)


def _check(session: Session, actor: Actor, audit: Audit, asks: Independence) -> None:
    # Other staff can see an audit; only its inspector, a deputy and its team work on it.
    if asks is Independence.OWN and not hand_in(session, actor, audit).leads:
        raise NotAllowedError("Only the inspector of this audit may do this.")
    if asks is Independence.TEAM and not hand_in(session, actor, audit).judges:
        raise NotAllowedError("Only the inspector and members of the team of this audit may do this.")
    if asks in {Independence.NO_INTEREST, Independence.OWN, Independence.TEAM}:
        independence.check_no_interest(session, actor, audit.agency_id)
    if asks is Independence.OUTSIDER:
        independence.check_outsider(session, actor, audit.agency_id)


def _check_finding(session: Session, actor: Actor, finding: Finding, asks: Independence) -> None:
    _check(session, actor, finding.audit, asks)


@built_once
def _locked(actor: Actor, audit_id: UUID) -> Select[Audit]:
    query = visible_audits(actor).where(Audit.id == audit_id).options(joinedload(Audit.scheme_version))
    return query.with_for_update(of=Audit)


AUDITS = Course(Audit, AUDIT_FLOW, _check)
FINDINGS = Course(Finding, FINDING_FLOW, _check_finding)
