"""The plan of an audit for the agency: when, where, by whom, about what. Nothing of one that it does not know of."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from audits.core.access import Permission
from audits.inspections.days import days_of
from audits.inspections.planning import covers_all
from audits.inspections.queries import get_audit
from audits.schemes.queries import with_cycle
from audits.teams.queries import team_of
from portal.doors.agency.door import bp
from portal.stores import database
from portal.web.access import current_actor, needs


@bp.get("/audits/<uuid:audit_id>/plan")
@needs(Permission.AUDIT_VIEW)
def audit_plan(audit_id: UUID) -> ResponseReturnValue:
    """Show the plan. Which requirements were chosen is not in it: the risks behind them may be signals."""
    session = database.read()
    audit = get_audit(session, current_actor(), audit_id)
    scheme = with_cycle(audit.scheme_version)
    return render_template(
        "agency/plan.html",
        audit=audit,
        days=days_of(session, audit.id),
        team=[each for each in team_of(session, audit.id) if each.left_at is None],
        scheme=scheme,
        whole=covers_all(scheme, audit.kind),
        units=[unit for unit in scheme.units.values() if not (unit.is_agency or unit.confidential)],
        may_write=current_actor().agency_id is not None,
    )
