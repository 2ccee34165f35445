"""The page on which an agency gives a list that the inspector asked for."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections.draws import find_offer
from audits.inspections.models import Audit, ListOffer
from audits.inspections.queries import get_audit
from audits.inspections.services import About, offer_list
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import Unit
from portal.doors.agency.door import bp
from portal.forms.fields import UNREMARKED, date_field, file_field
from portal.forms.form import Form, refused
from portal.forms.lists import LIST_FILES, LIST_HINT, table_of
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/lists/<uuid:audit_id>/<unit>"


class ListForm(Form):
    """A list as a file, with its period."""

    file = file_field(_l("File with the list"), hint=LIST_HINT, accept=LIST_FILES, required=_l("Choose the file."))
    first_day = date_field(_l("First day of the period of the list"), required=UNREMARKED)
    last_day = date_field(_l("Last day of that period"), required=UNREMARKED)


@bp.get(_PATH)
@needs(Permission.FINDING_ANSWER)
def asked_list(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Say which list is asked for, and what was given."""
    return _page(_asked(audit_id, unit), ListForm())


@bp.post(_PATH)
@needs(Permission.FINDING_ANSWER)
def list_given(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Keep the list for the inspector, who looks at it and fixes it."""
    asked, form = _asked(audit_id, unit), ListForm()
    if form.validate_on_submit():
        try:
            about = About(first_day=form.first_day.data, last_day=form.last_day.data)
            table = table_of(form.file.data)
            with database.write() as session:
                offer_list(
                    session, current_actor(), audit_id, unit, table, file_name=form.file.data.filename, about=about
                )
        except RuleError as error:
            error.field = "file" if error.field == "references" else error.field
            form.complain(error)
        else:
            flash(_("The inspector has your list."), "success")
            return redirect(url_for("agency.asked_list", audit_id=audit_id, unit=unit), 303)
    return refused(_page(asked, form), form)


def _asked(audit_id: UUID, unit: str) -> tuple[ListOffer, Audit, Unit]:
    session = database.read()
    audit = get_audit(session, current_actor(), audit_id)
    kind = scheme_of_version(audit.scheme_version).units.get(unit) or abort(404)
    return find_offer(session, audit_id, unit) or abort(404), audit, kind


def _page(asked: tuple[ListOffer, Audit, Unit], form: ListForm) -> str:
    offer, audit, kind = asked
    rows = len(offer.content["rows"]) if offer.content else None
    return render_template("agency/list.html", audit=audit, asked=offer, rows=rows, unit=kind, form=form)
