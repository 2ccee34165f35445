"""The door to which the pages of an agency are hung, and what they all ask."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort

from audits.agencies.models import Agency
from audits.agencies.queries import get_agency
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError
from portal.language.i18n import sentence
from portal.stores import database
from portal.web.access import current_actor

bp = Blueprint("agency", __name__, url_prefix="/agency")


def own_id(actor: Actor) -> UUID:
    """The agency of somebody who works for one; staff have no page here."""
    if actor.agency_id is None:
        abort(404)
    return actor.agency_id


def own_agency(*, whole: bool = True) -> Agency:
    """The agency of the person of this request, with its lists unless not wanted."""
    actor = current_actor()
    return get_agency(database.read(), actor, own_id(actor), whole=whole)


def may_edit() -> bool:
    """Whether to show the links that change something."""
    return current_actor().has(Permission.AGENCY_EDIT)


def show_conflict(form: Any, error: IllegalMoveError, version: int) -> None:
    """Say that somebody else was first, keep what was typed, and let it be sent again over the newest version."""
    form.form_errors.append(sentence(error))
    form.version.raw_data, form.version.data = None, version
