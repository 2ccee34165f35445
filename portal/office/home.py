"""The desk of the office: what waits for whom."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from audits.applications.queries import list_applications
from audits.applications.workflow import ApplicationState
from audits.core.access import Permission
from audits.inspections.queries import list_audits, unplanned_applications
from audits.inspections.workflow import AuditState
from portal import database
from portal.access import current_actor, needs

bp = Blueprint("office", __name__, url_prefix="/office")


@bp.get("/")
@needs(Permission.CASES_VIEW)
def home() -> ResponseReturnValue:
    """The worklists of the roles that this person has."""
    session, actor = database.read(), current_actor()
    lists: dict[str, object] = {"intake": None, "unplanned": None, "running": None, "review": None, "decide": None}
    if actor.has(Permission.APPLICATION_REVIEW):
        lists["intake"] = list_applications(session, actor, frozenset({ApplicationState.SUBMITTED}))
        lists["unplanned"] = unplanned_applications(session, actor)
    if actor.has(Permission.AUDIT_PLAN):
        lists["running"] = list_audits(session, actor, frozenset({AuditState.PLANNED, AuditState.IN_PROGRESS}))
    if actor.has(Permission.AUDIT_REVIEW):
        lists["review"] = list_audits(session, actor, frozenset({AuditState.REPORTED}))
    if actor.has(Permission.DECISION_TAKE):
        lists["decide"] = list_audits(session, actor, frozenset({AuditState.REVIEWED}))
    return render_template("office/home.html", lists=lists)
