"""The page on which somebody of the staff says when they are away, and who stands in."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.people.queries import absences_to_come, without_deputy
from audits.people.services import end_absence, record_absence
from portal.doors.absences import AbsenceForm
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
    form, actor = AbsenceForm(), current_actor()
    form.offer(actor.id)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                days = {"first_day": form.first_day.data, "last_day": form.last_day.data}
                record_absence(session, actor, actor.id, deputy_id=UUID(form.deputy.data), **days)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The absence is on record. Who stands in gets a mail."), "success")
            return redirect(url_for("account.absence"), 303)
    return _page(form), 422


@bp.post("/account/absence/<uuid:absence_id>/end")
@needs(Permission.INTEREST_DECLARE)
def end_own_absence(absence_id: UUID) -> ResponseReturnValue:
    """End an absence: this person is back."""
    with database.write() as session:
        end_absence(session, current_actor(), absence_id)
    flash(_("The absence has ended."), "success")
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
