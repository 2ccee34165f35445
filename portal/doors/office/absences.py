"""The page on which a planner says who of the staff is away, and who stands in."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audits.core.access import Permission
from audits.people.queries import absences_to_come, without_deputy
from portal.doors.absences import AbsenceOfForm, end_absence, record_absence
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import needs

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
    if form.validate_on_submit() and record_absence(form, UUID(form.person.data)):
        return redirect(url_for("office.absences.list_absences"), 303)
    return _page(form), 422


@bp.post("/<uuid:absence_id>/end")
@needs(Permission.AUDIT_PLAN)
def end(absence_id: UUID) -> ResponseReturnValue:
    """End an absence: the person is back."""
    end_absence(absence_id)
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
