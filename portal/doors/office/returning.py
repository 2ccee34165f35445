"""Pages on which an application is sent back, with remarks on its questions, and on which it is compared afterwards."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications import services
from audits.applications.differences import differences
from audits.applications.models import Application, QuestionRemark
from audits.applications.queries import (
    answer_to,
    evidence_of,
    get_application,
    last_two_submissions,
    remarks_on,
    scheme_to_agency,
    submissions_of,
)
from audits.applications.rules import LONGEST_EXPLANATION
from audits.applications.workflow import APPLICATION_FLOW
from audits.core import clock
from audits.core.access import Permission
from audits.core.calendar import add_working_days
from audits.core.errors import RuleError
from audits.deadlines.rules import RETURNED_WORKING_DAYS
from portal.forms.fields import UNREMARKED, date_field, textarea_field
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("returning", __name__, url_prefix="/applications/<uuid:application_id>")


class RemarkForm(Form):
    """What the agency must do about one question."""

    text = textarea_field(
        _l("What must the agency do?"),
        hint=_l("The agency reads this once you send the application back. Leave it empty to take it back."),
        required=UNREMARKED,
        max_length=LONGEST_EXPLANATION,
        rows=4,
    )


class ReturnForm(Form):
    """Why an application goes back, and until when."""

    note = textarea_field(
        _l("Explanation for the agency"),
        hint=_l("The agency reads this above the remarks on questions."),
        required=_l("Give the reason."),
        rows=4,
    )
    due_on = date_field(_l("Last day for the agency"), required=_l("Enter the day."))


@bp.get("/questions/<code>/remark")
@needs(Permission.APPLICATION_REVIEW)
def remark(application_id: UUID, code: str) -> ResponseReturnValue:
    """Show a question with its answer, and the remark on it so far."""
    application = _reviewed(application_id)
    written = _remarks(application).get(code)
    return _remark_page(application, code, RemarkForm(text=written.text if written else ""))


@bp.post("/questions/<code>/remark")
@needs(Permission.APPLICATION_REVIEW)
def remark_submitted(application_id: UUID, code: str) -> ResponseReturnValue:
    """Keep the remark, or take it back; the agency sees nothing of it yet."""
    application, form = _reviewed(application_id), RemarkForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.remark_on(session, current_actor(), application_id, code, text=form.text.data or "")
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The remark is kept. The agency sees it once you send the application back."), "success")
            page = url_for("office.applications.show_application", application_id=application_id, _anchor=code)
            return redirect(page, 303)
    return _remark_page(application, code, form), 422


@bp.get("/return")
@needs(Permission.APPLICATION_REVIEW)
def send_back(application_id: UUID) -> ResponseReturnValue:
    """Show the remarks, and ask why the application goes back and until when."""
    usual = add_working_days(clock.today(), RETURNED_WORKING_DAYS)
    return _return_page(_reviewed(application_id), ReturnForm(due_on=usual))


@bp.post("/return")
@needs(Permission.APPLICATION_REVIEW)
def sent_back(application_id: UUID) -> ResponseReturnValue:
    """Send the application back with its remarks (ISO/IEC 17065 clause 7.3)."""
    application, form = _reviewed(application_id), ReturnForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.return_application(
                    session, current_actor(), application_id, reason=form.note.data, due_on=form.due_on.data
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The application is back with the agency."), "success")
            return redirect(url_for("office.home"), 303)
    return _return_page(application, form), 422


@bp.get("/differences")
@needs(Permission.CASES_VIEW)
def compare(application_id: UUID) -> ResponseReturnValue:
    """Show what the newest submission says otherwise than the one before it."""
    session = database.read()
    application = get_application(session, current_actor(), application_id)
    newest, earlier = last_two_submissions(session, application_id)
    if newest is None or earlier is None:
        abort(404)
    return render_template(
        "office/differences.html",
        application=application,
        newest=newest,
        earlier=earlier,
        found=differences(earlier.content, newest.content, current_language()),
    )


def _reviewed(application_id: UUID) -> Application:
    """Return an application that can be sent back now."""
    application = get_application(database.read(), current_actor(), application_id)
    APPLICATION_FLOW.target(application.state, "return")
    return application


def _remarks(application: Application) -> dict[str, QuestionRemark]:
    session = database.read()
    submissions = submissions_of(session, application.id)
    return remarks_on(session, submissions[0]) if submissions else {}


def _remark_page(application: Application, code: str, form: RemarkForm) -> str:
    scheme, session = scheme_to_agency(application.scheme_version), database.read()
    requirement = next((item for item in scheme.requirements if item.code == code), None)
    if requirement is None:
        abort(404)
    return render_template(
        "office/remark.html",
        application=application,
        scheme=scheme,
        requirement=requirement,
        answer=answer_to(session, application.id, code),
        files=evidence_of(session, application.id, code).get(code, []),
        form=form,
    )


def _return_page(application: Application, form: ReturnForm) -> str:
    scheme = scheme_to_agency(application.scheme_version)
    return render_template(
        "office/return.html", application=application, scheme=scheme, remarks=_remarks(application), form=form
    )
