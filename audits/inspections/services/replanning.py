"""Change the inspector or the first day of an audit, without losing anything that was recorded."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import moves
from audits.core.access import Actor, Permission
from audits.core.errors import RuleError
from audits.core.flow import Independence
from audits.core.letters import check_given
from audits.core.notices import tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import give_deadline
from audits.inspections import events as told
from audits.inspections import notices
from audits.inspections.models import Audit
from audits.inspections.services.competence import weigh_competence
from audits.inspections.services.course import AUDITS, record
from audits.inspections.services.planning import (
    check_day,
    check_people,
    flush_planned,
    take_part,
    tell_day,
    tell_inspector,
)
from audits.inspections.workflow import AUDIT_FLOW, AuditState


def replan_audit(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    *,
    inspector_id: UUID,
    planned_on: date,
    reason: str,
    despite: str = "",
) -> Audit:
    """Give the audit another inspector, or another first day before it starts; both must know, and why.

    Verdicts, samples and findings stay; whoever had the audit keeps the part in it that bars from deciding on it.
    `despite` says why this inspector, if a competence is missing.
    """
    asks, within = Independence.NO_INTEREST, AUDIT_FLOW.unfinished
    audit = moves.hold(session, AUDITS, actor, audit_id, Permission.AUDIT_PLAN, asks=asks, within=within)
    before, day = audit.inspector_id, audit.planned_on
    check_given(reason)
    if (inspector_id, planned_on) == (before, day):
        raise RuleError("Choose another inspector or another day.", "inspector")
    if planned_on != day:
        if audit.state is not AuditState.PLANNED:
            raise RuleError("The audit has started; its first day cannot change.", "planned_on")
        check_day(planned_on)
    if inspector_id != before:
        check_people(session, actor, audit, inspector_id)
    audit.inspector_id, audit.planned_on = inspector_id, planned_on
    take_part(session, audit, inspector_id, actor.id)
    change = told.AuditReplanned(
        after=audit.state,
        inspector_before=before,
        inspector=inspector_id,
        day_before=day,
        day=planned_on,
        reason=reason.strip(),
    )
    record(session, actor, audit, change)
    weigh_competence(session, actor, audit, despite)
    give_deadline(session, DeadlineKind.REPORT, audit.id, inspector_id)
    flush_planned(session)
    _tell(session, audit, before, day)
    return audit


def _tell(session: Session, audit: Audit, before: UUID, day: date) -> None:
    tell_inspector(session, audit)
    if audit.inspector_id != before:
        tell_person(session, before, notices.AuditTaken(reference=audit.reference))
    if audit.planned_on != day:
        tell_day(session, audit)
