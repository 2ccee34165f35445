"""The desk of the office: what waits for whom."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from audits.applications.queries import list_applications
from audits.applications.workflow import ApplicationState
from audits.core.access import Permission
from audits.decisions.independence import barred_from
from audits.inspections.models import Audit
from audits.inspections.queries import list_audits, repairs_of, unplanned_applications
from audits.inspections.workflow import AuditState
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("office", __name__, url_prefix="/office")


@bp.get("/")
@needs(Permission.CASES_VIEW)
def home() -> ResponseReturnValue:
    """The worklists of the roles that this person has; None for those of others."""
    session, actor = database.read(), current_actor()

    def audits(permission: Permission, *states: AuditState) -> list[Audit] | None:
        return list_audits(session, actor, frozenset(states)) if actor.has(permission) else None

    intake = actor.has(Permission.APPLICATION_REVIEW)
    review = audits(Permission.AUDIT_REVIEW, AuditState.REPORTED)
    decide = audits(Permission.DECISION_TAKE, AuditState.REVIEWED)
    waiting = [*(review or []), *(decide or [])]
    return render_template(
        "office/home.html",
        intake=list_applications(session, actor, frozenset({ApplicationState.SUBMITTED})) if intake else None,
        unplanned=unplanned_applications(session, actor) if intake else None,
        running=audits(Permission.AUDIT_PLAN, AuditState.PLANNED, AuditState.IN_PROGRESS),
        review=review,
        decide=decide,
        repairs=repairs_of(session, [audit.id for audit in waiting]) if waiting else {},
        barred=barred_from(session, actor.id, waiting) if waiting else set(),
    )
