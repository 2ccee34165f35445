"""The page on which an agency gives a value for a draw, so that neither we nor it can steer who is drawn."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections.draws import AskedDraw, waiting_for_agency
from audits.inspections.queries import get_audit
from audits.inspections.services import give_value
from audits.schemes.queries import scheme_of_version
from portal.doors.agency.door import bp
from portal.forms.fields import text_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


class ValueForm(Form):
    """A value for a draw."""

    value = text_field(
        _l("Your value"),
        hint=_l("Anything that you make up yourself, for example five throws of dice. Not a name."),
        required=_l("Give a value."),
    )


@bp.get("/draws/<uuid:audit_id>/<unit>")
@needs(Permission.FINDING_ANSWER)
def draw(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Show what was fixed and promised, and ask for a value."""
    return _page(_waiting(audit_id, unit), ValueForm())


@bp.post("/draws/<uuid:audit_id>/<unit>")
@needs(Permission.FINDING_ANSWER)
def draw_submitted(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Keep the value of the agency."""
    fixed, form = _waiting(audit_id, unit), ValueForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                give_value(session, current_actor(), audit_id, unit, form.value.data or "")
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Your value is mixed into the draw."), "success")
            return redirect(url_for("agency.home"), 303)
    return _page(fixed, form), 422


def _waiting(audit_id: UUID, unit: str) -> AskedDraw:
    """Return the list, if it waits for a value of this agency."""
    lists = waiting_for_agency(database.read())
    return next((each for each in lists if (each.audit_id, each.unit) == (audit_id, unit)), None) or abort(404)


def _page(fixed: AskedDraw, form: ValueForm) -> str:
    audit = get_audit(database.read(), current_actor(), fixed.audit_id)
    kind = scheme_of_version(audit.scheme_version).units[fixed.unit]
    return render_template("agency/draw.html", audit=audit, fixed=fixed, unit=kind, form=form)
