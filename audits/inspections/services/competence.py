"""Ask for a reason where an inspector lacks a competence for an audit; it bars nobody (ISO/IEC 17065 clause 6.1.2)."""

from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import RuleError
from audits.core.events import codes
from audits.core.letters import check_printable
from audits.inspections import events as told
from audits.inspections.coverage import scope_looked_at
from audits.inspections.models import Audit
from audits.inspections.services.course import record
from audits.people.queries import held_by
from audits.people.rules import demands_of, lacking


def weigh_competence(session: Session, actor: Actor, audit: Audit, despite: str) -> None:
    """Record why the inspector of an audit is chosen without a competence for it, on its first day.

    RuleError at `despite` if there is something to explain, and no reason.
    """
    held = held_by(session, [audit.inspector_id]).get(audit.inspector_id)
    if held is None:  # this body keeps no competences
        return
    scope = scope_looked_at(audit)
    lacks = lacking(demands_of(scope.sectors, scope.recruitment_countries), held, audit.planned_on)
    if not lacks:
        return
    if not despite.strip():
        raise RuleError(
            "This inspector lacks a competence for this audit. Choose somebody else, or give the reason.", "despite"
        )
    check_printable(despite, "despite")
    event = told.CompetenceLacking(
        after=audit.state,
        person=audit.inspector_id,
        day=audit.planned_on,
        lacks=codes(each.demand.code for each in lacks),
        reason=despite.strip(),
    )
    record(session, actor, audit, event)
