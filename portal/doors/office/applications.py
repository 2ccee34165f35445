"""Pages for the intake of applications and the planning of audits."""

from collections import Counter
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications import queries, services
from audits.applications.models import Application
from audits.applications.workflow import APPLICATION_FLOW, ApplicationState
from audits.certification.queries import cycle_of_holder
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.deadlines.queries import last_day
from audits.deadlines.rules import DeadlineKind
from audits.inspections.coverage import hours_for
from audits.inspections.queries import audits_of, find_live_audit
from audits.inspections.services import plan_audit
from audits.links.queries import reports_of
from audits.people.trail import trail_of
from audits.schemes.cycle import AuditKind
from audits.schemes.queries import scheme_of_version, with_cycle
from certificates.documents.queries import find_document
from certificates.documents.stages import DocumentKind
from portal.doors.office.forms import IntakeForm, PlanForm, ReasonForm
from portal.doors.office.inspectors import offer_inspectors, show_lacks
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("applications", __name__, url_prefix="/applications")

DONE = {
    "accept": _l("The application is accepted. Now plan the audit."),
    "refuse": _l("The application is not taken on. The agency has been told why."),
}


@bp.get("/")
@needs(Permission.CASES_VIEW)
def list_applications() -> ResponseReturnValue:
    """List all cases, newest first, or those that match a name or number."""
    text, page = request.args.get("q", ""), asked_page()
    found = queries.search_applications(database.read(), current_actor(), text, page)
    return render_template("office/applications.html", found=Page(found, page, queries.PAGE_SIZE), text=text)


@bp.get("/<uuid:application_id>")
@needs(Permission.CASES_VIEW)
def show_application(application_id: UUID) -> ResponseReturnValue:
    """Show the whole self-assessment, with the possible moves."""
    return _page(application_id, IntakeForm())


@bp.post("/<uuid:application_id>/review")
@needs(Permission.APPLICATION_REVIEW)
def review_application(application_id: UUID) -> ResponseReturnValue:
    """Accept or refuse (ISO/IEC 17065 clause 7.3)."""
    form = IntakeForm()
    if form.validate_on_submit():
        try:
            _review(application_id, form)
        except RuleError as error:
            form.complain(error)
        else:
            flash(str(DONE[form.outcome.data]), "success")
            if form.outcome.data == "accept":
                return redirect(url_for("office.applications.plan", application_id=application_id), 303)
            return redirect(url_for("office.home"), 303)
    return _page(application_id, form), 422


@bp.get("/<uuid:application_id>/plan")
@needs(Permission.AUDIT_PLAN)
def plan(application_id: UUID) -> ResponseReturnValue:
    """Ask for inspector and date."""
    session, actor = database.read(), current_actor()
    application = queries.get_application(session, actor, application_id)
    if audit := find_live_audit(session, actor, application_id):
        return redirect(url_for("office.audits.show_audit", audit_id=audit.id), 303)
    if application.state is not ApplicationState.ACCEPTED:
        raise IllegalMoveError("An audit can be planned once the application is accepted.")
    return _plan_page(application, PlanForm())


@bp.post("/<uuid:application_id>/plan")
@needs(Permission.AUDIT_PLAN)
def plan_submitted(application_id: UUID) -> ResponseReturnValue:
    """Assign the inspector."""
    form = PlanForm()
    application = queries.get_application(database.read(), current_actor(), application_id)
    offer_inspectors(form, application.agency_id, application.scheme_version_id)
    form.offer_risks(with_cycle(application.scheme_version))
    if form.validate_on_submit():
        try:
            with database.write() as session:
                audit = plan_audit(
                    session,
                    current_actor(),
                    application_id,
                    inspector_id=UUID(form.inspector.data),
                    planned_on=form.planned_on.data,
                    announced=not form.unannounced.data,
                    risks=form.risks.data or (),
                    despite=form.despite.data or "",
                )
                audit_id = audit.id
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The audit is planned. The inspector has been told."), "success")
            return redirect(url_for("office.audits.show_audit", audit_id=audit_id), 303)
    return _plan_page(application, form), 422


@bp.get("/<uuid:application_id>/close")
@needs(Permission.APPLICATION_REVIEW)
def close(application_id: UUID) -> ResponseReturnValue:
    """Ask for the reason to close an accepted application."""
    return _close_page(application_id, ReasonForm())


@bp.post("/<uuid:application_id>/close")
@needs(Permission.APPLICATION_REVIEW)
def close_submitted(application_id: UUID) -> ResponseReturnValue:
    """Close it without a decision; the register shows it no longer."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.close_application(session, current_actor(), application_id, reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The application is closed. The agency has been told why."), "success")
            return redirect(url_for("office.applications.show_application", application_id=application_id), 303)
    return _close_page(application_id, form), 422


def _close_page(application_id: UUID, form: ReasonForm) -> str:
    application = queries.get_application(database.read(), current_actor(), application_id)
    APPLICATION_FLOW.target(application.state, "close")
    return render_template("office/close.html", application=application, form=form)


def _page(application_id: UUID, form: IntakeForm) -> str:
    session, actor = database.read(), current_actor()
    application = queries.get_application(session, actor, application_id)
    reviewing = actor.has(Permission.APPLICATION_REVIEW) and application.state is ApplicationState.SUBMITTED
    audits = [] if reviewing else audits_of(session, actor, application_id)
    answers, scheme = queries.answers_of(session, application_id), scheme_of_version(application.scheme_version)
    submissions = queries.submissions_of(session, application_id)
    submission, before = [*submissions, None, None][:2]
    kind = DocumentKind.SUBMISSION_RECEIPT
    return render_template(
        "office/application.html",
        application=application,
        submission=submission,
        remarks=queries.remarks_on(session, submission) if submission else {},
        came_back=queries.remarks_on(session, before) if before else {},
        is_again=before is not None,
        due_on=last_day(session, DeadlineKind.RETURNED, application_id) if application.is_draft else None,
        receipt=find_document(session, actor, kind, submission.id) if submission else None,
        agency=application.agency,
        scheme=scheme,
        answers=answers,
        counts=Counter(answer.value for answer in answers.values()),
        evidence=queries.evidence_of(session, application_id),
        agreement=queries.agreement_of(application),
        acceptance=queries.acceptance_of(session, application),
        audit=next((audit for audit in audits if audit.is_live), None),
        cancelled=[audit for audit in audits if not audit.is_live],
        links=reports_of(session, application.agency_id),
        trail_steps=trail_of(session, [application_id]),
        form=form if reviewing else None,
    )


def _review(application_id: UUID, form: IntakeForm) -> None:
    actor, note = current_actor(), form.note.data or ""
    with database.write() as session:
        match form.outcome.data:
            case "accept":
                services.accept_application(session, actor, application_id, note=note)
            case _:
                services.refuse_application(session, actor, application_id, reason=note)


def _plan_page(application: Application, form: PlanForm) -> str:
    left_out = offer_inspectors(form, application.agency_id, application.scheme_version_id)
    renews = cycle_of_holder(database.read(), application.agency_id) is not None
    kind, scheme = AuditKind.RENEWAL if renews else AuditKind.INITIAL, with_cycle(application.scheme_version)
    form.offer_risks(scheme)
    hours = hours_for(application.agency, application.scheme_version, kind, risks=form.risks.data or ())
    return render_template(
        "office/plan.html",
        application=application,
        form=form,
        left_out=left_out,
        lacking=show_lacks(form, application.stated, application.scheme_version),
        scheme=scheme,
        hours=hours,
    )
