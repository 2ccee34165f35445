"""Figures about how audits are done: of all audits, of teams, and of persons for the technical manager alone."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.access import Permission
from audits.people.models import Person
from audits.worklists.auditors import Figures, figures
from audits.worklists.measures import FEWEST, by_person, by_team, measure
from portal.doors.auditor_figures import Chart, Groups, chart_file, charts, last_year
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("auditors", __name__, url_prefix="/auditors")


@bp.get("/")
@needs(Permission.CASES_VIEW)
def show() -> ResponseReturnValue:
    """Show the charts of the last twelve months and of this one."""
    listed, found = _charts()
    return render_template(
        "office/auditors.html", charts=listed, found=found, fewest=FEWEST, period=last_year(clock.today())
    )


@bp.get("/<name>.<any(csv, xlsx):ending>")
@needs(Permission.CASES_VIEW)
def as_table(name: str, ending: str) -> ResponseReturnValue:
    """Give the table of a chart as CSV or as a workbook."""
    return chart_file(_charts()[0], name, ending, "auditors")


def _charts() -> tuple[list[Chart], Figures]:
    found = figures(database.read(), current_actor(), *last_year(clock.today()))
    groups: Groups = {
        _("All audits"): measure(found.audits),
        **{", ".join(names): each for names, each in by_team(found.audits).items()},
        **({names[0]: each for names, each in by_person(found.audits).items()} if _sees_persons() else {}),
    }
    return charts(found, groups), found


def _sees_persons() -> bool:
    """Return whether the reader is a technical manager; the setting that names them is empty unless a body wants it."""
    managers = current_settings().managers
    return bool(managers) and database.read().get_one(Person, current_actor().id).email.casefold() in managers
