"""Pages on which administrators manage staff, and confirm roles that need a second person."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission, Role
from audits.people import services
from audits.people.models import RoleRequest
from portal.doors.people import Door, blueprint
from portal.stores import database
from portal.web import security_log
from portal.web.access import current_actor, needs
from portal.web.security_log import Kind

bp = blueprint(
    Door(
        "office.people",
        _l("Staff"),
        Permission.PERSON_MANAGE,
        (
            Role.PLANNER,
            Role.INSPECTOR,
            Role.REVIEWER,
            Role.DECIDER,
            Role.SCHEME_MANAGER,
            Role.ADMINISTRATOR,
        ),
    )
)


@bp.post("/requests/<uuid:request_id>/confirm")
@needs(Permission.PERSON_MANAGE)
def confirm_role(request_id: UUID) -> ResponseReturnValue:
    """Give a role that another administrator asked for."""
    _answer(services.confirm_role, request_id, "confirmed")
    flash(_("The role is confirmed. It applies at once."), "success")
    return redirect(url_for("office.people.list_people"), 303)


@bp.post("/requests/<uuid:request_id>/decline")
@needs(Permission.PERSON_MANAGE)
def decline_role(request_id: UUID) -> ResponseReturnValue:
    """Decline or withdraw a role that was asked for."""
    _answer(services.decline_role, request_id, "declined")
    flash(_("The role is not given."), "success")
    return redirect(url_for("office.people.list_people"), 303)


def _answer(service: Callable[..., RoleRequest], request_id: UUID, detail: str) -> None:
    with database.write() as session:
        request = service(session, current_actor(), request_id)
        security_log.record(session, Kind.ROLES_CHANGED, subject_id=request.person_id, detail=detail)
