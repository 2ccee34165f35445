"""The start page of staff: work lists by role."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from audits.applications.pleas import waiting_pleas
from audits.applications.queries import list_applications
from audits.applications.workflow import ApplicationState
from audits.certification.queries import visits_to_plan
from audits.changes.queries import special_audits, waiting_changes
from audits.changes.workflow import CHANGE_FLOW
from audits.conditions.queries import waiting_conditions
from audits.core import clock
from audits.core.access import Permission
from audits.deadlines.rules import due
from audits.decisions.proposals import open_proposals
from audits.disputes.queries import waiting_appeals
from audits.findings.queries import open_questions
from audits.inspections.models import Audit
from audits.inspections.queries import LIST_LIMIT, list_audits, unplanned_applications
from audits.inspections.repairs import repairs_of
from audits.inspections.workflow import AUDIT_FLOW
from audits.links.queries import open_reports
from audits.people.independence import barred_from
from audits.people.queries import absences_to_come, stands_in_for
from certificates.lifecycle.queries import hearings, urgent_tasks
from portal.doors.office.door import bp
from portal.language import changed
from portal.stores import database
from portal.web.access import current_actor, needs

_WAITING = {each: CHANGE_FLOW.waiting_for(each) for each in (Permission.CHANGE_CHECK, Permission.CERTIFICATE_CHANGE)}


@bp.get("/")
@needs(Permission.CASES_VIEW)
def home() -> ResponseReturnValue:
    """Show the work lists of the person's roles; the lists of other roles are None."""
    session, actor = database.read(), current_actor()

    def audits(permission: Permission) -> list[Audit] | None:
        return list_audits(session, actor, AUDIT_FLOW.waiting_for(permission)) if actor.has(permission) else None

    intake = actor.has(Permission.APPLICATION_REVIEW)
    review = audits(Permission.AUDIT_REVIEW)
    decide = audits(Permission.DECISION_TAKE)
    urgent = urgent_tasks(session, actor) if actor.has(Permission.CERTIFICATE_CHANGE) else []
    waiting = [*(review or []), *(decide or []), *(task.audit for task in urgent)]
    checking, changing = actor.has(Permission.CHANGE_CHECK), actor.has(Permission.CERTIFICATE_CHANGE)
    return _page(
        intake=list_applications(session, actor, frozenset({ApplicationState.SUBMITTED})) if intake else None,
        links=open_reports(session) if intake else [],
        pleas=waiting_pleas(session) if intake else [],
        unplanned=unplanned_applications(session, actor) if intake else None,
        reported=waiting_changes(session, actor, _WAITING[Permission.CHANGE_CHECK]) if checking else [],
        special=special_audits(session, actor) if checking else [],
        referred=waiting_changes(session, actor, _WAITING[Permission.CERTIFICATE_CHANGE]) if changing else [],
        title_of=changed.title,
        today=clock.today(),
        visits=visits_to_plan(session, actor, clock.today()) if actor.has(Permission.AUDIT_PLAN) else [],
        urgent=urgent,
        hearings=hearings(session, actor) if actor.has(Permission.CERTIFICATE_CHANGE) else [],
        conditions=waiting_conditions(session, actor, clock.today()) if changing else [],
        appeals=waiting_appeals(session, actor) if changing else [],
        proposals=open_proposals(session, actor) if actor.has(Permission.DECISION_TAKE) else [],
        late={task.id for task in due((task.deadline for task in urgent), clock.today())},
        running=audits(Permission.AUDIT_PLAN),
        review=review,
        questions=open_questions(session, actor) if actor.has(Permission.AUDIT_REVIEW) else [],
        decide=decide,
        repairs=repairs_of(session, [audit.id for audit in waiting]) if waiting else {},
        stands_in=stands_in_for(session, actor.id),
        absences=absences_to_come(session) if actor.has(Permission.AUDIT_PLAN) else [],
        barred=barred_from(session, actor.id, waiting) if waiting else set(),
    )


def _page(**shown: Any) -> str:
    """Return the page. `cut`: a list is as long as any here may be, and the worklist has what comes after it."""
    cut = any(isinstance(each, list) and len(each) >= LIST_LIMIT for each in shown.values())
    return render_template("office/home.html", cut=cut, most=LIST_LIMIT, **shown)
