"""Pages of the changes that an agency reported: a list, each one with its course, and withdrawing it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.changes import queries
from audits.changes.services import withdraw_change
from audits.changes.workflow import OPEN_STATES
from audits.core.access import Permission
from portal.doors.agency.door import own_id
from portal.forms.form import Form
from portal.language import changed
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("changes", __name__, url_prefix="/changes")


@bp.get("/")
@needs(Permission.AGENCY_VIEW)
def list_changes() -> ResponseReturnValue:
    """List the reported changes of the agency, newest first."""
    own_id(current_actor())
    page = asked_page()
    listed = queries.list_changes(database.read(), current_actor(), page)
    found = Page([(each, changed.title(each)) for each in listed], page, queries.LIST_LIMIT)
    return render_template("agency/changes.html", found=found)


@bp.get("/<uuid:change_id>")
@needs(Permission.AGENCY_VIEW)
def show_change(change_id: UUID) -> ResponseReturnValue:
    """Show one change: what differs, how far it is, and the answer of the office."""
    session, actor = database.read(), current_actor()
    own_id(actor)
    change = queries.get_change(session, actor, change_id)
    return render_template(
        "agency/change.html",
        change=change,
        page_title=changed.title(change),
        lines=changed.lines(change, queries.scheme_of_agency(session, change.agency_id)),
        may_withdraw=change.state in OPEN_STATES and actor.has(Permission.AGENCY_EDIT),
        form=Form(formdata=None),
    )


@bp.post("/<uuid:change_id>/withdraw")
@needs(Permission.AGENCY_EDIT)
def withdraw(change_id: UUID) -> ResponseReturnValue:
    """Withdraw a report that is not finished."""
    with database.write() as session:
        withdraw_change(session, current_actor(), change_id)
    flash(_("The report is withdrawn. Your details stay as they are."), "success")
    return redirect(url_for("agency.changes.show_change", change_id=change_id), 303)
