"""The page of a second reading: whether somebody who has no part in it agrees with a report."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import services
from audits.inspections.drafts import reading_of
from audits.inspections.queries import get_audit
from audits.people.independence import bar_of
from portal.doors.office.audits import bp
from portal.forms.fields import radios_field, textarea_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


class ReadingForm(Form):
    """What a second reading found."""

    agrees = radios_field(
        _l("Do you come to the same findings and grades?"),
        [("yes", _l("Yes")), ("no", _l("No, or not all of them"))],
        required=_l("Choose whether you come to the same."),
    )
    note = textarea_field(
        _l("What you found"),
        hint=_l("The inspector and the technical manager read this. It changes nothing in the report."),
        required=_l("Say what you found."),
        rows=5,
    )


@bp.get("/<uuid:audit_id>/reading")
@needs(Permission.CASES_VIEW)
def reading(audit_id: UUID) -> ResponseReturnValue:
    """Show the second reading of a report, or ask for it."""
    return _page(audit_id, ReadingForm())


@bp.post("/<uuid:audit_id>/reading")
@needs(Permission.AUDIT_REVIEW)
def read_again(audit_id: UUID) -> ResponseReturnValue:
    """Store what a second reading found."""
    form = ReadingForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                agrees = form.agrees.data == "yes"
                services.read_again(session, current_actor(), audit_id, agrees=agrees, note=form.note.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The second reading is stored."), "success")
            return redirect(url_for("office.audits.show_audit", audit_id=audit_id), 303)
    return _page(audit_id, form), 422


def _page(audit_id: UUID, form: ReadingForm) -> str:
    session, actor = database.read(), current_actor()
    audit = get_audit(session, actor, audit_id)
    found = reading_of(session, audit_id) or abort(404)
    untied = audit.reviewer_id != actor.id and bar_of(session, audit.agency_id, actor.id) is None
    may = found.read_at is None and untied and actor.has(Permission.AUDIT_REVIEW)
    return render_template("office/reading.html", audit=audit, reading=found, form=form if may else None)
