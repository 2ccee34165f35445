"""The page on which an agency writes to the office about its case, and reads the answers."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from audits.applications.queries import get_application
from audits.core.access import Permission
from portal.doors import threads
from portal.doors.agency.door import bp, own_id
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/applications/<uuid:application_id>/messages"
_PAGE, _TEMPLATE = "agency.show_messages", "agency/messages.html"


@bp.get(_PATH)
@needs(Permission.AGENCY_VIEW)
def show_messages(application_id: UUID) -> ResponseReturnValue:
    """Show the thread of a case, oldest message first."""
    own_id(current_actor())
    application = get_application(database.read(), current_actor(), application_id)
    return threads.shown(_TEMPLATE, application, _PAGE, may_write=application.submitted_at is not None)


@bp.post(_PATH)
@needs(Permission.AGENCY_VIEW)
def message_written(application_id: UUID) -> ResponseReturnValue:
    """Write to the office."""
    own_id(current_actor())
    application = get_application(database.read(), current_actor(), application_id)
    return threads.written(_TEMPLATE, application, _PAGE)


@bp.post(f"{_PATH}/read")
@needs(Permission.AGENCY_VIEW)
def messages_read(application_id: UUID) -> ResponseReturnValue:
    """Note that this person has read them."""
    own_id(current_actor())
    get_application(database.read(), current_actor(), application_id)
    return threads.seen(_PAGE, application_id)
