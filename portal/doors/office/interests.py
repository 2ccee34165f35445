"""The page of interests: those on record, and a form with which the office records one of somebody else."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.people import queries
from audits.people.services import record_interest
from portal.forms.fields import options, select_field, text_field, textarea_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("interests", __name__, url_prefix="/interests")


class RecordForm(Form):
    """An interest of somebody else, and where the office knows it from."""

    person = select_field(_l("Who"), [], required=_l("Choose a person."))
    agency = text_field(
        _l("Trade register number of the agency"),
        hint=_l("For a Dutch agency this is the KvK number, 8 digits."),
        required=_l("Enter the trade register number."),
        max_length=40,
        width=20,
    )
    nature = textarea_field(_l("What ties this person to the agency?"), required=_l("Describe the tie."), rows=3)
    source = text_field(
        _l("Where does the office know this from?"),
        required=_l("Say where the office knows this from."),
        max_length=200,
    )


@bp.get("/")
@needs(Permission.AUDIT_PLAN)
def list_interests() -> ResponseReturnValue:
    """List the interests on record, with a form for another."""
    return _page(RecordForm())


@bp.post("/")
@needs(Permission.AUDIT_PLAN)
def record() -> ResponseReturnValue:
    """Record an interest of somebody else; it counts from now on."""
    form = _offered(RecordForm())
    if form.validate_on_submit():
        try:
            with database.write() as session:
                agency = queries.find_agency(session, form.agency.data)
                if agency is None:
                    raise RuleError("There is no agency with this number here.", field="agency")
                said = {"nature": form.nature.data, "source": form.source.data}
                record_interest(session, current_actor(), UUID(form.person.data), agency.id, **said)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The tie is on record. Planners of audits that it touches get a mail."), "success")
            return redirect(url_for("office.interests.list_interests"), 303)
    return _page(form), 422


def _offered(form: RecordForm) -> RecordForm:
    mine = current_actor().id
    people = [(str(each.id), each.name) for each in queries.staff(database.read()) if each.id != mine]
    form.person.choices = options([("", _("Choose a person")), *people])
    return form


def _page(form: RecordForm) -> str:
    interests = queries.interests_on_record(database.read(), current_actor())
    return render_template("office/interests.html", interests=interests, form=_offered(form))
