"""The page on which the office writes to an agency about a case, and reads what the agency wrote."""

from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from audits.applications.models import Application
from audits.applications.queries import get_application
from audits.core.access import Permission
from audits.correspondence.queries import unknown_audits
from portal.doors import threads
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("messages", __name__, url_prefix="/applications")

_PATH = "/<uuid:application_id>/messages"
_PAGE, _TEMPLATE = "office.messages.show_messages", "office/messages.html"


@bp.get(_PATH)
@needs(Permission.CASES_VIEW)
def show_messages(application_id: UUID) -> ResponseReturnValue:
    """Show the thread of a case, oldest message first."""
    application = _case(application_id)
    may_write = current_actor().has(Permission.APPLICATION_REVIEW)
    return threads.shown(_TEMPLATE, application, _PAGE, may_write=may_write, secret=_is_secret(application))


@bp.post(_PATH)
@needs(Permission.APPLICATION_REVIEW)
def message_written(application_id: UUID) -> ResponseReturnValue:
    """Write to the agency."""
    application = _case(application_id)
    return threads.written(_TEMPLATE, application, _PAGE, secret=_is_secret(application))


@bp.post(f"{_PATH}/read")
@needs(Permission.CASES_VIEW)
def messages_read(application_id: UUID) -> ResponseReturnValue:
    """Note that this person has read them."""
    _case(application_id)
    return threads.seen(_PAGE, application_id)


def _case(application_id: UUID) -> Application:
    return get_application(database.read(), current_actor(), application_id)


def _is_secret(application: Application) -> bool:
    """Return whether there is an audit that the agency must not learn of."""
    return bool(unknown_audits(database.read(), application.agency_id))
