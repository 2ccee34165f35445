"""The blueprint of the pages for agencies, and their shared helpers."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, request

from audits.agencies.models import Agency
from audits.agencies.queries import get_agency
from audits.agencies.rules import ProfileSection
from audits.applications.asking import has_conditions
from audits.applications.models import Answer, Application
from audits.applications.queries import (
    find_own,
    get_application,
    get_question,
    get_with_details,
    scheme_to_agency,
    self_assessment_of,
)
from audits.core import clock
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError
from audits.schemes.queries import scheme_of_version, version_for
from audits.schemes.text import Requirement, SchemeText
from portal.language.i18n import sentence
from portal.stores import database
from portal.web.access import current_actor

bp = Blueprint("agency", __name__, url_prefix="/agency")


@dataclass(frozen=True)
class Case:
    """An own application with its scheme version, as the self-assessment shows it."""

    application: Application

    @cached_property
    def scheme(self) -> SchemeText:
        """Return what the self-assessment asks now; it stays so for the rest of the request."""
        return self_assessment_of(database.read(), self.application)

    @cached_property
    def whole(self) -> SchemeText:
        """Return all questions of the scheme, asked or not."""
        return scheme_to_agency(self.application.scheme_version)

    @cached_property
    def _around(self) -> dict[str, SchemeText]:
        return {}

    def around(self, code: str) -> SchemeText:
        """Return a scheme in which a question and its chapter stand as they are asked, or 404; found once a request.

        It costs no statement where nothing in the chapter depends on what is said.
        """
        if code not in self._around:
            self._around[code] = self._find_around(code)
        return self._around[code]

    def _find_around(self, code: str) -> SchemeText:
        whole = self.whole
        try:
            found = whole.requirement(code)
        except KeyError:
            abort(404)
        depends = has_conditions(whole) or any(item.asked_if for item in whole.in_chapter(found.chapter))
        return self.scheme if depends else whole

    @property
    def agency(self) -> Agency:
        """Return the agency of the case."""
        return self.application.agency

    def requirement(self, code: str) -> Requirement:
        """Return a requirement of this scheme, or 404."""
        try:
            return self.around(code).requirement(code)
        except KeyError:
            abort(404)


def open_case(application_id: UUID) -> Case:
    """Return the case of an application that this person may see, or 404. Load it once per request."""
    return Case(get_application(database.read(), current_actor(), application_id))


def open_with_details(application_id: UUID) -> tuple[Case, list[ProfileSection]]:
    """Return the case as `open_case` does, and the sections of the profile that its application still needs."""
    application, lacking = get_with_details(database.read(), current_actor(), application_id)
    return Case(application), lacking


def open_draft(application_id: UUID) -> Case:
    """Return the case of an application that can still be edited, or IllegalMoveError."""
    return _as_draft(open_case(application_id))


def open_question(application_id: UUID, code: str) -> tuple[Case, Answer | None]:
    """Return the case as `open_draft` does, and what is stored as its answer to one question."""
    if not code.isprintable():  # the database takes no NUL, and no question has such a code
        abort(404)
    application, answer = get_question(database.read(), current_actor(), application_id, code)
    return _as_draft(Case(application)), answer


def _as_draft(case: Case) -> Case:
    if not case.application.is_draft:
        raise IllegalMoveError("This application is submitted and can no longer be changed.")
    return case


def own_scheme() -> SchemeText:
    """Return the scheme of the newest own application, else of a new one."""
    session = database.read()
    application = find_own(session, current_actor())
    return scheme_of_version(application.scheme_version if application else version_for(session, clock.today()))


def own_id(actor: Actor) -> UUID:
    """Return the agency id of the actor; 404 for staff."""
    if actor.agency_id is None:
        abort(404)
    return actor.agency_id


def own_agency(*, whole: bool = True) -> Agency:
    """Return the agency of the signed-in person, with its lists if `whole`."""
    actor = current_actor()
    return get_agency(database.read(), actor, own_id(actor), whole=whole)


def file_to_remove() -> UUID:
    """Return the file at whose button somebody pressed "Remove"; 404 for what is no id."""
    try:
        return UUID(request.form["remove"])
    except ValueError:
        abort(404)


def may_edit() -> bool:
    """Return whether to show links for editing."""
    return current_actor().has(Permission.AGENCY_EDIT)


def show_conflict(form: Any, error: IllegalMoveError, version: int) -> None:
    """Report an edit conflict, keep what was typed, and let the next submission overwrite the newest version."""
    form.form_errors.append(sentence(error))
    form.version.raw_data, form.version.data = None, version
