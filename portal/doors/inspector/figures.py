"""An inspector's own figures, where the body has switched figures per person on."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.access import Permission
from audits.worklists.auditors import Figures, figures
from audits.worklists.measures import measure
from portal.doors.auditor_figures import Chart, chart_file, charts, last_year
from portal.doors.inspector.case import bp
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, needs


@bp.get("/figures/")
@needs(Permission.AUDIT_CONDUCT)
def own_figures() -> ResponseReturnValue:
    """Show the charts of the audits that this inspector led in the last twelve months and in this one."""
    listed, found = _charts()
    return render_template("inspector/figures.html", charts=listed, found=found, period=last_year(clock.today()))


@bp.get("/figures/<name>.<any(csv, xlsx):ending>")
@needs(Permission.AUDIT_CONDUCT)
def own_figures_file(name: str, ending: str) -> ResponseReturnValue:
    """Give the table of a chart as CSV or as a workbook."""
    return chart_file(_charts()[0], name, ending, "own")


def _charts() -> tuple[list[Chart], Figures]:
    if not current_settings().managers:
        abort(404)
    actor = current_actor()
    found = figures(database.read(), actor, *last_year(clock.today()), only=actor.id)
    return charts(found, {_("Your audits"): measure(found.audits)}), found
