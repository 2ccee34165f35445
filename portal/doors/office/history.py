"""The page of everything that happened to an agency and its cases, with old and new values."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from audits.agencies.queries import get_agency
from audits.changes.queries import scheme_of_agency
from audits.core.access import Permission
from audits.worklists.history import PAGE_SIZE, Asked, Entry, history_of_agency, subjects_of_agency
from portal.forms.fields import UNREMARKED, date_field, options, select_field, text_field
from portal.forms.form import Form
from portal.language.past import about_words, lines_of
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("history", __name__, url_prefix="/agencies")


class HistoryForm(Form):
    """What of the history is asked for."""

    since = date_field(_l("From"), required=UNREMARKED)
    until = date_field(_l("Up to and including"), required=UNREMARKED)
    about = select_field(_l("About"), [], required=UNREMARKED)
    person = text_field(_l("Name of who did it"), required=UNREMARKED)


@bp.get("/<uuid:agency_id>/history")
@needs(Permission.CASES_VIEW)
def show(agency_id: UUID) -> ResponseReturnValue:
    """Show who did what and when, with what was and what became, newest first."""
    session, actor, page = database.read(), current_actor(), asked_page()
    agency, scheme = get_agency(session, actor, agency_id), scheme_of_agency(session, agency_id)
    form = HistoryForm(request.args, meta={"csrf": False})
    subjects = [(each, about_words(each)) for each in subjects_of_agency(session, agency_id)]
    form.about.choices = options([("", _l("All")), *subjects])
    right = form.validate()
    found: list[Entry] = history_of_agency(session, actor, agency_id, _asked(form), page) if right else []
    entries = Page([(each, lines_of(each, scheme)) for each in found], page, PAGE_SIZE)
    text = render_template("office/history.html", agency=agency, form=form, found=entries, about_words=about_words)
    return text, 200 if right else 422


def _asked(form: HistoryForm) -> Asked:
    return Asked(form.since.data, form.until.data, form.about.data or "", (form.person.data or "").strip())
