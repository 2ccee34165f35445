"""The page on which the office states the group of companies of an agency."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.agencies.queries import get_agency, group_names, group_of
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.people.services import state_group
from portal.forms.fields import UNREMARKED, text_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("groups", __name__, url_prefix="/agencies")


class GroupForm(Form):
    """The name of a group, and where the office knows it from."""

    name = text_field(
        _l("Name of the group"),
        hint=_l("Agencies with the same name here are one group. Leave this empty if it belongs to none."),
        required=UNREMARKED,
        max_length=200,
    )
    source = text_field(
        _l("Where does the office know this from?"),
        hint=_l("For example: extract of the trade register of 27 March 2027."),
        required=_l("Say where the office knows this from."),
        max_length=200,
    )


@bp.get("/<uuid:agency_id>/group")
@needs(Permission.AUDIT_PLAN)
def show_group(agency_id: UUID) -> ResponseReturnValue:
    """Show the group of an agency, with a form to state it."""
    stated, _others = group_of(database.read(), agency_id)
    return _page(agency_id, GroupForm(formdata=None, name=stated.name if stated else ""))


@bp.post("/<uuid:agency_id>/group")
@needs(Permission.AUDIT_PLAN)
def state(agency_id: UUID) -> ResponseReturnValue:
    """State the group; interests count accordingly from now on."""
    form = GroupForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                said = {"name": form.name.data or "", "source": form.source.data}
                state_group(session, current_actor(), agency_id, **said)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The group is on record. Ties count for all its agencies from now on."), "success")
            return redirect(url_for("office.agencies.show_agency", agency_id=agency_id), 303)
    return _page(agency_id, form), 422


def _page(agency_id: UUID, form: GroupForm) -> str:
    session = database.read()
    agency = get_agency(session, current_actor(), agency_id)
    stated, others = group_of(session, agency_id)
    names = group_names(session)
    return render_template("office/group.html", agency=agency, stated=stated, others=others, names=names, form=form)
