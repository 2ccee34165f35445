"""The door to which the pages of an agency are hung, and what they all ask."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort

from audits.agencies.models import Agency
from audits.agencies.queries import get_agency
from audits.applications.models import Application
from audits.applications.queries import find_own, get_application
from audits.core import clock
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError
from audits.schemes.queries import scheme_of_version, version_for
from audits.schemes.text import Requirement, SchemeText
from portal.language.i18n import sentence
from portal.stores import database
from portal.web.access import current_actor

bp = Blueprint("agency", __name__, url_prefix="/agency")


@dataclass(frozen=True, slots=True)
class Case:
    """An application of the own agency with the norm that it is held to."""

    application: Application
    scheme: SchemeText

    @property
    def agency(self) -> Agency:
        """Whose it is."""
        return self.application.agency

    def requirement(self, code: str) -> Requirement:
        """A requirement of this norm, or 404."""
        try:
            return self.scheme.requirement(code)
        except KeyError:
            abort(404)


def open_case(application_id: UUID) -> Case:
    """The case of an application that this person may see, or 404. Load it once per request and pass it on."""
    application = get_application(database.read(), current_actor(), application_id)
    return Case(application, scheme_of_version(application.scheme_version))


def own_scheme() -> SchemeText:
    """The norm of the newest own application, else of the one that a new one would be held to."""
    session = database.read()
    application = find_own(session, current_actor())
    return scheme_of_version(application.scheme_version if application else version_for(session, clock.today()))


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
