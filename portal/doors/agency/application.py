"""Pages of an own application: start, task list, answers on one page, withdrawal."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.agencies.queries import missing_of
from audits.applications import queries, services
from audits.applications.models import Application
from audits.applications.rules import Progress, answered, progress_of, unanswered
from audits.applications.workflow import APPLICATION_FLOW, OPEN_STATES
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.decisions.readiness import readiness
from portal.doors.agency import layout
from portal.doors.agency.chapters import stand_of
from portal.doors.agency.door import bp, open_case, open_with_details
from portal.doors.agency.remarks import came_back
from portal.forms.fields import textarea_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


class WithdrawForm(Form):
    """The reason for a withdrawal, which may be left out."""

    reason = textarea_field(_l("Reason"), rows=3, max_length=1000)


@bp.post("/applications")
@needs(Permission.APPLICATION_EDIT)
def start() -> ResponseReturnValue:
    """Start an application, or continue the open one."""
    try:
        with database.write() as session:
            found = services.start_application(session, current_actor())
    except RuleError:  # there is an open one, perhaps from the first click of a double click
        running = queries.find_own(database.read(), current_actor())
        if running is None or running.state not in OPEN_STATES:
            raise
        found = running
    return redirect(url_for("agency.application", application_id=found.id), 303)


@bp.get("/applications/<uuid:application_id>")
@needs(Permission.APPLICATION_VIEW)
def application(application_id: UUID) -> ResponseReturnValue:
    """Show the tasks and their progress."""
    case, lacking = open_with_details(application_id)
    found, scheme = case.application, case.scheme
    if not found.is_draft:
        return redirect(url_for("agency.answers", application_id=found.id))
    stand = stand_of(case)
    chapters = progress_of(scheme, stand.standing.answered)
    details = Progress.IN_PROGRESS if lacking else Progress.COMPLETED
    back = came_back(found)
    ready = details is Progress.COMPLETED and all(each.progress is Progress.COMPLETED for each in chapters)
    return render_template(
        "agency/tasks.html",
        application=found,
        scheme=scheme,
        chapters=chapters,
        stand=stand,
        addresses={row.chapter.code: layout.address(case, row.chapter.code, row.next_code) for row in chapters},
        details=details,
        declaration=Progress.NOT_STARTED if ready and not (back and back.left) else Progress.LOCKED,
        back=back,
        may_edit=current_actor().has(Permission.APPLICATION_EDIT),
    )


@bp.get("/applications/<uuid:application_id>/answers")
@needs(Permission.APPLICATION_VIEW)
def answers(application_id: UUID) -> ResponseReturnValue:
    """Show all answers on one page, for checking before submission and reading afterwards."""
    case, session = open_case(application_id), database.read()
    found, scheme = case.application, case.scheme
    given = queries.answers_of(session, found.id)
    said = queries.said_of(session, found.id)
    draft = found.is_draft
    return render_template(
        "agency/answers.html",
        application=found,
        scheme=scheme,
        answers=given,
        not_asked=sorted(given.keys() - {item.code for item in scheme.requirements}),
        broken=queries.complaints_about(session, found) if draft else {},
        evidence=queries.evidence_of(session, found.id),
        left=len(unanswered(scheme, answered(scheme, said))),
        answered=answered(scheme, said),
        ready=readiness(scheme, {code: each.value for code, each in said.items()}) if draft else None,
        missing=missing_of(database.read(), case.agency) if draft else [],
        draft=draft,
        may_change=draft and current_actor().has(Permission.APPLICATION_EDIT),
    )


@bp.get("/applications/<uuid:application_id>/withdraw")
@needs(Permission.APPLICATION_SIGN)
def withdraw(application_id: UUID) -> ResponseReturnValue:
    """Ask to confirm the withdrawal."""
    return _withdraw_page(open_case(application_id).application, WithdrawForm())


@bp.post("/applications/<uuid:application_id>/withdraw")
@needs(Permission.APPLICATION_SIGN)
def withdraw_submitted(application_id: UUID) -> ResponseReturnValue:
    """Withdraw the application."""
    found, form = open_case(application_id).application, WithdrawForm()
    if not form.validate_on_submit():
        return _withdraw_page(found, form), 422
    with database.write() as session:
        services.withdraw_application(session, current_actor(), application_id, reason=form.reason.data or "")
    flash(_("The application is withdrawn."), "success")
    return redirect(url_for("agency.home"), 303)


def _withdraw_page(found: Application, form: WithdrawForm) -> str:
    APPLICATION_FLOW.target(found.state, "withdraw")
    return render_template("agency/withdraw.html", application=found, form=form)
