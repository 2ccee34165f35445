"""The sheet of an interview in the worker's language, to show or to print: who reads it, the questions, and help."""

from uuid import UUID

from flask import abort, make_response, render_template
from flask.typing import ResponseReturnValue

from audits.core.access import Permission
from audits.core.languages import DEFAULT
from portal.doors.inspector.case import bp, open_case
from portal.doors.inspector.units import spot_at
from portal.help_numbers import spoken_first
from portal.language.i18n import current_language, for_workers
from portal.settings import current_settings
from portal.web.access import needs


@bp.get("/audits/<uuid:audit_id>/units/<unit>/<int:place>/conversation")
@needs(Permission.FIELDWORK_VIEW)
@for_workers
def conversation(audit_id: UUID, unit: str, place: int) -> ResponseReturnValue:
    """Show the sheet of a unit on which somebody speaks in confidence; it names neither the unit nor a person."""
    case = open_case(audit_id)
    spot = spot_at(case, unit, place)
    if not spot.kind.confidential:
        abort(404)
    settings = current_settings()
    page = render_template(
        "inspector/workers/interview.html",
        audit=case.audit,
        kind=spot.kind,
        place=place,
        title=spot.title,
        items=case.scheme.on_unit(unit),
        otherwise=DEFAULT,
        numbers=spoken_first(settings.help_numbers, current_language()),
        checked=settings.help_checked,
    )
    response = make_response(page)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
