"""Pages for checking what agencies report: old beside new, the files, and what follows."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.agencies.models import Agency
from audits.agencies.queries import living_certificate
from audits.agencies.rules import ProfileSection
from audits.agencies.services.details import note_asking
from audits.changes import queries, services
from audits.changes.models import AgencyChange
from audits.changes.rules import Choice, Consequence
from audits.changes.workflow import CHANGE_FLOW, ChangeState
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.people.trail import trail_of
from portal.doors.office.forms import CheckForm, ReasonForm
from portal.forms.form import refused
from portal.language import changed
from portal.stores import database, trade_register
from portal.web.access import current_actor, needs

bp = Blueprint("changes", __name__, url_prefix="/changes")

_DUTCH_REGISTER = "https://www.kvk.nl/zoeken/?source=all&q="
_EUROPEAN_REGISTERS = "https://e-justice.europa.eu/489/EN/business_registers__search_for_a_company_in_the_eu"


@bp.get("/<uuid:change_id>")
@needs(Permission.CASES_VIEW)
def show_change(change_id: UUID) -> ResponseReturnValue:
    """Show one change with everything that checking it needs."""
    return _page(_change(change_id), CheckForm(), ReasonForm())


@bp.post("/<uuid:change_id>/check")
@needs(Permission.CHANGE_CHECK)
def check(change_id: UUID) -> ResponseReturnValue:
    """Accept the change with its consequences, or decline it."""
    change, form = _change(change_id), CheckForm()
    form.offer(queries.choice_of(database.read(), change))
    if form.validate_on_submit():
        try:
            _check(change_id, form)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. The agency has been told what you found."), "success")
            return redirect(url_for("office.changes.show_change", change_id=change_id), 303)
    return _page(change, form, ReasonForm()), 422


@bp.post("/<uuid:change_id>/return")
@needs(Permission.CERTIFICATE_CHANGE)
def send_back(change_id: UUID) -> ResponseReturnValue:
    """Send the change back to the office instead of deciding about the certificate."""
    form = ReasonForm()
    if form.validate_on_submit():
        with database.write() as session:
            services.return_change(session, current_actor(), change_id, reason=form.reason.data)
        flash(_("The change is back with the office."), "success")
        return redirect(url_for("office.changes.show_change", change_id=change_id), 303)
    return _page(_change(change_id), CheckForm(), form), 422


@bp.post("/<uuid:change_id>/trade-register")
@needs(Permission.CHANGE_CHECK)
def register_asked(change_id: UUID) -> ResponseReturnValue:
    """Show what the trade register says now beside what the agency reports."""
    change = _change(change_id)
    if not _may_ask(change):
        abort(404)
    form, returning = CheckForm(formdata=None), ReasonForm(formdata=None)
    try:
        with database.write() as session:
            note_asking(session, current_actor(), change.agency_id)
        extract = trade_register.look_up(change.agency.register_number)
    except RuleError as error:
        form.complain(error)
        return refused(_page(change, form, returning), form)
    return _page(change, form, returning, extract)


def _change(change_id: UUID) -> AgencyChange:
    return queries.get_change(database.read(), current_actor(), change_id)


def _trade_register(agency: Agency) -> str:
    """Return the address at which the office looks an agency up: in the Dutch register by its number."""
    return f"{_DUTCH_REGISTER}{agency.register_number}" if agency.country == "NL" else _EUROPEAN_REGISTERS


def _may_ask(change: AgencyChange) -> bool:
    """Return whether the trade register can say something about this change, and somebody has to check it."""
    about_seat = change.section == ProfileSection.SEAT and change.state is ChangeState.REPORTED
    return about_seat and trade_register.answers(change.agency.country)


def _check(change_id: UUID, form: CheckForm) -> None:
    checked_against, reason = form.checked_against.data or "", form.reason.data or ""
    with database.write() as session:
        if form.outcome.data == "decline":
            services.decline_change(
                session,
                current_actor(),
                change_id,
                reason=reason,
                checked_against=checked_against,
                version=form.version.data or 0,
            )
        else:
            services.accept_change(
                session,
                current_actor(),
                change_id,
                checked_against=checked_against,
                consequences=(form.consequences.data or ()) if form.consequences else (),
                reason=reason,
                version=form.version.data or 0,
            )


def _page(
    change: AgencyChange, form: CheckForm, returning: ReasonForm, extract: trade_register.Extract | None = None
) -> str:
    session, actor = database.read(), current_actor()
    moves = {move.name for move in CHANGE_FLOW.open_moves(change.state) if actor.has(move.permission)}
    if change.state is ChangeState.REPORTED:
        choice = queries.choice_of(session, change)
        form.offer(choice)
        form.version.data = change.version if not form.is_submitted() else form.version.data
    else:
        choice = Choice()
    certificate_id = living_certificate(session, change.agency_id, clock.today())
    ordered = Consequence.SPECIAL_AUDIT in change.consequences and certificate_id is not None
    return render_template(
        "office/change_report.html",
        change=change,
        page_title=changed.title(change),
        lines=changed.lines(change, queries.scheme_of_agency(session, change.agency_id)),
        trade_register=_trade_register(change.agency),
        may_ask="accept" in moves and _may_ask(change),
        extract=extract,
        certificate_id=certificate_id,
        plans_audit=ordered and actor.has(Permission.AUDIT_PLAN),
        needed=choice.needed,
        may_check="accept" in moves,
        may_decide="decide" in moves,
        trail_steps=trail_of(session, [change.id]),
        form=form if "accept" in moves else None,
        returning=returning,
        forms=[form, returning],
        today=clock.today(),
    )
