"""Block a device that is lost, for its inspector and for planners."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.inspections import services
from portal.stores import database
from portal.web.access import current_actor


def block(audit_id: UUID, chain_id: UUID) -> ResponseReturnValue:
    """Block a device, say what of it is missing, and lead back to the list."""
    with database.write() as session:
        device = services.revoke_device(session, current_actor(), audit_id, chain_id)
    if device.missing:
        flash(_("The device is blocked. %(count)s of its entries never came in.", count=device.missing), "success")
    else:
        flash(_("The device is blocked."), "success")
    return redirect(url_for("inspector.list_devices", audit_id=audit_id), 303)
