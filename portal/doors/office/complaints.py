"""Pages of complaints about us: the list, each one, taking it up and answering it; and the figures of all disputes."""

from functools import partial
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from audits.complaints.queries import PAGE_SIZE, get_complaint, list_complaints
from audits.complaints.rules import Told, answer_by, take_by
from audits.core import clock
from audits.core.access import Permission
from audits.core.clock import day_of
from audits.disputes.figures import Figures, dispute_figures
from portal.doors.office import handling
from portal.doors.tables import cell, table_file
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("complaints", __name__, url_prefix="/complaints")


@bp.get("/")
@needs(Permission.DISPUTE_HANDLE)
def list_all() -> ResponseReturnValue:
    """List the complaints about us, those without an answer first."""
    page = asked_page()
    found = Page(list_complaints(database.read(), current_actor(), page), page, PAGE_SIZE)
    return render_template(
        "office/complaints.html", found=found, answer_by=answer_by, day_of=day_of, today=clock.today()
    )


@bp.get("/figures")
@needs(Permission.DISPUTE_HANDLE)
def figures() -> ResponseReturnValue:
    """Show the figures of appeals, signals and complaints by year, for the committee that watches over impartiality."""
    return render_template("office/dispute_figures.html", years=dispute_figures(database.read(), current_actor()))


@bp.get("/figures.<any(csv, xlsx):ending>")
@needs(Permission.DISPUTE_HANDLE)
def figures_table(ending: str) -> ResponseReturnValue:
    """Give the same figures as CSV or as a workbook."""
    rows = dispute_figures(database.read(), current_actor())
    return table_file("disputes", ending, Figures._fields, ([cell(value) for value in row] for row in rows))


@bp.get("/<uuid:complaint_id>")
@needs(Permission.DISPUTE_HANDLE)
def show(complaint_id: UUID) -> ResponseReturnValue:
    """Show one complaint, and how it is handled."""
    return _page(complaint_id, handling.empty())


@bp.post("/<uuid:complaint_id>/take")
@needs(Permission.DISPUTE_HANDLE)
def take(complaint_id: UUID) -> ResponseReturnValue:
    """Take the complaint up."""
    return handling.taken(Told.COMPLAINT, complaint_id, _here(complaint_id), partial(_page, complaint_id))


@bp.post("/<uuid:complaint_id>/answer")
@needs(Permission.DISPUTE_HANDLE)
def answer(complaint_id: UUID) -> ResponseReturnValue:
    """Answer the complaint."""
    return handling.answered(Told.COMPLAINT, complaint_id, _here(complaint_id), partial(_page, complaint_id))


def _here(complaint_id: UUID) -> str:
    return url_for("office.complaints.show", complaint_id=complaint_id)


def _page(complaint_id: UUID, forms: handling.Forms) -> str:
    complaint, state = get_complaint(database.read(), current_actor(), complaint_id)
    came_on = day_of(complaint.received_at)
    return render_template(
        "office/complaint.html",
        complaint=complaint,
        handling=state,
        mine=handling.is_mine(state),
        take_by=take_by(came_on),
        answer_by=answer_by(came_on),
        taking=forms.taking,
        answering=forms.answering,
        forms=list(forms),
    )
