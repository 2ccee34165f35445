"""Pages of interests: those on record, and forms with which the office records and corrects those of others."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.people import queries
from audits.people.models import Interest
from audits.people.services import correct_interest, record_interest
from portal.doors.interests import InterestForm
from portal.forms.fields import options, select_field, text_field
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("interests", __name__, url_prefix="/interests")


class _SourcedForm(InterestForm):
    source = text_field(
        _l("Where does the office know this from?"),
        required=_l("Say where the office knows this from."),
        max_length=200,
    )


class RecordForm(_SourcedForm):
    """An interest of somebody else, and where the office knows it from."""

    person = select_field(_l("Who"), [], required=_l("Choose a person."))


class CorrectForm(_SourcedForm):
    """What takes the place of an interest; person and agency stay."""

    agency = None


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
                said = form.said() | {"source": form.source.data}
                record_interest(session, current_actor(), UUID(form.person.data), agency.id, **said)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The tie is on record. Planners of audits that it touches get a mail."), "success")
            return redirect(url_for("office.interests.list_interests"), 303)
    return _page(form), 422


@bp.get("/<uuid:interest_id>")
@needs(Permission.AUDIT_PLAN)
def correct(interest_id: UUID) -> ResponseReturnValue:
    """Ask what takes the place of an interest."""
    interest = _interest(interest_id)
    names = ("kind", "nature", "since", "until")
    return _correct_page(interest, CorrectForm(formdata=None, data={name: getattr(interest, name) for name in names}))


@bp.post("/<uuid:interest_id>")
@needs(Permission.AUDIT_PLAN)
def correct_submitted(interest_id: UUID) -> ResponseReturnValue:
    """Put another row in the place of an interest; both stay on record."""
    interest, form = _interest(interest_id), CorrectForm()
    form.offer(correcting=True)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                said = form.said() | {"source": form.source.data}
                correct_interest(session, current_actor(), interest_id, **said)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The tie is corrected. What was there before stays on record."), "success")
            return redirect(url_for("office.interests.list_interests"), 303)
    return _correct_page(interest, form), 422


def _interest(interest_id: UUID) -> Interest:
    return queries.get_interest(database.read(), current_actor(), interest_id)


def _offered(form: RecordForm) -> RecordForm:
    mine = current_actor().id
    people = [(str(each.id), each.name) for each in queries.staff(database.read()) if each.id != mine]
    form.person.choices = options([("", _("Choose a person")), *people])
    form.offer()
    return form


def _page(form: RecordForm) -> str:
    page = asked_page()
    found = Page(queries.interests_on_record(database.read(), current_actor(), page), page, queries.PAGE_SIZE)
    return render_template("office/interests.html", found=found, form=_offered(form), me=current_actor().id)


def _correct_page(interest: Interest, form: CorrectForm) -> str:
    form.offer(correcting=True)
    return render_template("office/interest.html", interest=interest, form=form)
