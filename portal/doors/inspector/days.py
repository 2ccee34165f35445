"""The page on which those who work on an audit say how long their days were."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import services
from audits.inspections.days import AuditDay, days_of
from audits.inspections.planning import parse_hours
from portal.doors.inspector.case import FIELDWORK, Case, bp, open_case
from portal.forms.fields import text_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


class HoursForm(Form):
    """How long a day was."""

    hours = text_field(_l("Hours done"), hint=_l("For example 7.5."), required=_l("Enter the hours."), width=4)


@bp.get("/audits/<uuid:audit_id>/days")
@needs(Permission.AUDIT_CONDUCT)
def show_days(audit_id: UUID) -> ResponseReturnValue:
    """List the days of an audit."""
    case = open_case(audit_id)
    days = days_of(database.read(), audit_id)
    may = {each.id for each in days if _may_say(case, each)}
    return render_template("inspector/days.html", case=case, audit=case.audit, days=days, may=may)


@bp.get("/audits/<uuid:audit_id>/days/<uuid:day_id>")
@needs(Permission.AUDIT_CONDUCT)
def show_day(audit_id: UUID, day_id: UUID) -> ResponseReturnValue:
    """Ask how long a day was."""
    case, found = open_case(audit_id), services.find_day(database.read(), audit_id, day_id)
    done = found.hours_planned if found.hours_done is None else found.hours_done
    return _page(case, found, HoursForm(formdata=None, hours=f"{done:f}"))


@bp.post("/audits/<uuid:audit_id>/days/<uuid:day_id>")
@needs(Permission.AUDIT_CONDUCT)
def record_hours(audit_id: UUID, day_id: UUID) -> ResponseReturnValue:
    """Say how long a day was."""
    case, form = open_case(audit_id), HoursForm()
    found = services.find_day(database.read(), audit_id, day_id)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.record_hours(session, current_actor(), day_id, parse_hours(form.hours.data))
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The hours are saved."), "success")
            return redirect(url_for("inspector.show_days", audit_id=audit_id), 303)
    return _page(case, found, form), 422


def _may_say(case: Case, day: AuditDay) -> bool:
    return case.audit.state in FIELDWORK and (case.is_own or day.person_id == current_actor().id)


def _page(case: Case, found: AuditDay, form: HoursForm) -> str:
    return render_template("inspector/day.html", case=case, audit=case.audit, day=found, form=form)
