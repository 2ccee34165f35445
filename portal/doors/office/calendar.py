"""The calendar of inspectors: who is where on which day of a month, who is away, and what a planner should look at."""

from calendar import monthrange
from datetime import date, timedelta

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.access import Permission, Role
from audits.core.errors import N_
from audits.correspondence.queries import proposed_within
from audits.inspections.calendars import Warned, calendars, planned_within
from audits.people.queries import absences_within, people_with
from portal.stores import database
from portal.web.access import needs

bp = Blueprint("calendar", __name__, url_prefix="/calendar")

WARNINGS = {
    Warned.NO_WORKING_DAY: N_("Not a working day"),
    Warned.AWAY: N_("Away that day"),
    Warned.SEVERAL: N_("Several audits or places that day"),
}


@bp.get("/")
@needs(Permission.AUDIT_PLAN)
def show_calendar() -> ResponseReturnValue:
    """Show the days of a month, by person."""
    session = database.read()
    first = _first_day(request.args.get("month", ""))
    last = first.replace(day=monthrange(first.year, first.month)[1])
    planned, absences = planned_within(session, first, last), absences_within(session, first, last)
    return render_template(
        "office/calendar.html",
        first=first,
        proposed=proposed_within(session, first, last),
        calendars=calendars(planned, absences, people_with(session, Role.INSPECTOR)),
        warnings={warned: _(words) for warned, words in WARNINGS.items()},
        before=(first - timedelta(days=1)).replace(day=1),
        after=last + timedelta(days=1),
    )


def _first_day(typed: str) -> date:
    if not typed:
        return clock.today().replace(day=1)
    try:
        return date.fromisoformat(f"{typed}-01")
    except ValueError:
        abort(404)
