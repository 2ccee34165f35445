"""The page on which a planner says who of the staff is away, and who stands in."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.people.queries import absences_to_come, without_deputy
from audits.people.services import end_absence, record_absence
from portal.doors.absences import AbsenceOfForm
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("absences", __name__, url_prefix="/absences")


@bp.get("/")
@needs(Permission.AUDIT_PLAN)
def list_absences() -> ResponseReturnValue:
    """List who is or will be away, with a form for another absence."""
    return _page(AbsenceOfForm())


@bp.post("/")
@needs(Permission.AUDIT_PLAN)
def record() -> ResponseReturnValue:
    """Record that somebody is away."""
    form = AbsenceOfForm()
    form.offer()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                days = {"first_day": form.first_day.data, "last_day": form.last_day.data}
                person_id, deputy_id = UUID(form.person.data), UUID(form.deputy.data)
                record_absence(session, current_actor(), person_id, deputy_id=deputy_id, **days)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The absence is on record. Who stands in gets a mail."), "success")
            return redirect(url_for("office.absences.list_absences"), 303)
    return _page(form), 422


@bp.post("/<uuid:absence_id>/end")
@needs(Permission.AUDIT_PLAN)
def end(absence_id: UUID) -> ResponseReturnValue:
    """End an absence: the person is back."""
    with database.write() as session:
        end_absence(session, current_actor(), absence_id)
    flash(_("The absence has ended."), "success")
    return redirect(url_for("office.absences.list_absences"), 303)


def _page(form: AbsenceOfForm) -> str:
    form.offer()
    absences = absences_to_come(database.read())
    return render_template(
        "office/absences.html",
        absences=absences,
        overlaps=without_deputy(absences),
        end=lambda absence_id: url_for("office.absences.end", absence_id=absence_id),
        form=form,
        plain=Form(formdata=None),
    )
