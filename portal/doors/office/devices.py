"""Planners block a device that is lost."""

from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from audits.core.access import Permission
from portal.doors.blocking import block
from portal.web.access import needs

bp = Blueprint("devices", __name__, url_prefix="/audits")


@bp.post("/<uuid:audit_id>/devices/<uuid:chain_id>/block")
@needs(Permission.AUDIT_PLAN)
def block_device(audit_id: UUID, chain_id: UUID) -> ResponseReturnValue:
    """Take nothing more from a device of an inspector."""
    return block(audit_id, chain_id)
