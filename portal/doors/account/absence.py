"""The page on which somebody of the staff says when they are away, and who stands in."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audits.core.access import Permission
from audits.people.queries import absences_to_come, without_deputy
from portal.doors.absences import AbsenceForm, end_absence, record_absence
from portal.doors.account.door import bp
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


@bp.get("/account/absence")
@needs(Permission.INTEREST_DECLARE)
def absence() -> ResponseReturnValue:
    """Show when this person is away, with a form for another time."""
    return _page(AbsenceForm())


@bp.post("/account/absence")
@needs(Permission.INTEREST_DECLARE)
def absence_submitted() -> ResponseReturnValue:
    """Record an absence."""
    form, me = AbsenceForm(), current_actor().id
    form.offer(me)
    if form.validate_on_submit() and record_absence(form, me):
        return redirect(url_for("account.absence"), 303)
    return _page(form), 422


@bp.post("/account/absence/<uuid:absence_id>/end")
@needs(Permission.INTEREST_DECLARE)
def end_own_absence(absence_id: UUID) -> ResponseReturnValue:
    """End an absence: this person is back."""
    end_absence(absence_id)
    return redirect(url_for("account.absence"), 303)


def _page(form: AbsenceForm) -> str:
    me = current_actor().id
    form.offer(me)
    absences = absences_to_come(database.read())
    return render_template(
        "account/absence.html",
        absences=[each for each in absences if me in {each.person_id, each.deputy_id}],
        overlaps=without_deputy(absences),
        end=lambda absence_id: url_for("account.end_own_absence", absence_id=absence_id),
        me=me,
        form=form,
        plain=Form(formdata=None),
    )
