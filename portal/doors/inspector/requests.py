"""Pages on which an inspector asks the agency for files and answers, and reads what came."""

from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.correspondence import services
from audits.correspondence.queries import files_given, requests_of
from audits.correspondence.rules import usual_day
from audits.schemes.text import SchemeText
from portal.doors.inspector.case import Case, bp, open_case
from portal.forms.fields import date_field, options, select_field, textarea_field
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/audits/<uuid:audit_id>/requests"


class RequestForm(Form):
    """What the agency is asked for."""

    code = select_field(_l("Requirement"), [], required=_l("Choose a requirement."))
    text = textarea_field(
        _l("What do you need?"),
        hint=_l("The agency reads this. No word that leads to a person."),
        required=_l("Say what you need."),
        max_length=2000,
    )
    due_on = date_field(_l("Last day"), required=_l("Enter the day."))

    def offer(self, scheme: SchemeText) -> "RequestForm":
        """Offer the requirements that are not judged in confidence."""
        language = current_language()
        asked = [item for item in scheme.requirements if not scheme.units[item.unit].confidential]
        codes = [(item.code, f"{item.code} {item.title.in_(language)}") for item in asked]
        self.code.choices = options([("", _("Choose a requirement")), *codes])
        return self


@bp.get(_PATH)
@needs(Permission.AUDIT_CONDUCT)
def list_requests(audit_id: UUID) -> ResponseReturnValue:
    """List what was asked and what came, with the form for more."""
    case = open_case(audit_id)
    form = RequestForm(code=request.args.get("code", ""), due_on=usual_day(clock.today()))
    return _page(case, form.offer(case.scheme))


@bp.post(_PATH)
@needs(Permission.AUDIT_CONDUCT)
def ask_evidence(audit_id: UUID) -> ResponseReturnValue:
    """Ask for one more file or answer."""
    case = open_case(audit_id)
    form = RequestForm().offer(case.scheme)
    if form.validate_on_submit():
        try:
            _ask(audit_id, form, form.due_on.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The agency is asked. It gets a mail without what you wrote."), "success")
            return redirect(url_for("inspector.list_requests", audit_id=audit_id), 303)
    return _page(case, form), 422


@bp.post(f"{_PATH}/<uuid:asked_id>/withdraw")
@needs(Permission.AUDIT_CONDUCT)
def withdraw_request(audit_id: UUID, asked_id: UUID) -> ResponseReturnValue:
    """Take a request back."""
    with database.write() as session:
        services.withdraw_request(session, current_actor(), audit_id, asked_id)
    flash(_("It is taken back."), "success")
    return redirect(url_for("inspector.list_requests", audit_id=audit_id), 303)


def _ask(audit_id: UUID, form: RequestForm, due_on: date) -> None:
    with database.write() as session:
        services.ask_evidence(
            session, current_actor(), audit_id, code=form.code.data, text=form.text.data, due_on=due_on
        )


def _page(case: Case, form: RequestForm) -> str:
    session = database.read()
    found = requests_of(session, case.audit.id)
    return render_template(
        "inspector/requests.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        requests=found,
        files=files_given(session, [each.id for each in found if each.answered_at]),
        may_ask=case.is_led and case.audit.is_known_to_agency,
        today=clock.today(),
        form=form,
    )
