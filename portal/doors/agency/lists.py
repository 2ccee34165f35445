"""Pages for branches, people in control and contacts: three lists with the same pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.agencies import services
from audits.agencies.models import Branch, Contact, ControllingPerson
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from portal.doors.agency.door import (
    bp,
    own_agency,
    own_id,
    show_conflict,
)
from portal.doors.agency.forms import (
    BranchForm,
    ContactForm,
    ControllingPersonForm,
    EmptyForm,
    offer_countries,
)
from portal.stores import database
from portal.web.access import current_actor, needs


@dataclass(frozen=True, slots=True)
class Kept:
    """How one list is stored and edited."""

    form: type[Any]
    add: Callable[..., Any]
    change: Callable[..., Any]
    remove: Callable[..., Any]
    new_title: LazyString
    title: LazyString


LISTS = {
    "branches": Kept(
        BranchForm,
        services.add_branch,
        services.change_branch,
        services.remove_branch,
        _l("Add a branch or location"),
        _l("Branch or location"),
    ),
    "controlling_persons": Kept(
        ControllingPersonForm,
        services.add_controlling_person,
        services.change_controlling_person,
        services.remove_controlling_person,
        _l("Add a person in control"),
        _l("Person in control"),
    ),
    "contacts": Kept(
        ContactForm,
        services.add_contact,
        services.change_contact,
        services.remove_contact,
        _l("Add a contact person"),
        _l("Contact person"),
    ),
}
_KIND = "<any(branches, controlling_persons, contacts):kind>"


@bp.get(f"/details/{_KIND}/new")
@needs(Permission.AGENCY_EDIT)
def new_row(kind: str) -> ResponseReturnValue:
    """Show an empty form."""
    return _page(kind, LISTS[kind].form(version=0), None)


@bp.post(f"/details/{_KIND}/new")
@needs(Permission.AGENCY_EDIT)
def add_row(kind: str) -> ResponseReturnValue:
    """Add a row."""
    form, actor = _form(kind), current_actor()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                LISTS[kind].add(session, actor, own_id(actor), form.details())
        except RuleError as error:
            form.complain(error)
        else:
            return _done(kind)
    return _page(kind, form, None), 422


@bp.get(f"/details/{_KIND}/<uuid:row_id>")
@needs(Permission.AGENCY_EDIT)
def row(kind: str, row_id: UUID) -> ResponseReturnValue:
    """Show the form to change or remove a row."""
    found = _find(kind, row_id)
    return _page(kind, LISTS[kind].form(obj=found), found)


@bp.post(f"/details/{_KIND}/<uuid:row_id>")
@needs(Permission.AGENCY_EDIT)
def change_row(kind: str, row_id: UUID) -> ResponseReturnValue:
    """Save a changed row."""
    found, form = _find(kind, row_id), _form(kind)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                version = form.version.data or 0
                LISTS[kind].change(session, current_actor(), row_id, form.details(), version=version)
        except RuleError as error:
            form.complain(error)
        except IllegalMoveError as error:
            found = _find(kind, row_id)
            show_conflict(form, error, found.version)
            return _page(kind, form, found), 409
        else:
            return _done(kind)
    return _page(kind, form, found), 422


@bp.post(f"/details/{_KIND}/<uuid:row_id>/remove")
@needs(Permission.AGENCY_EDIT)
def remove_row(kind: str, row_id: UUID) -> ResponseReturnValue:
    """Remove a row."""
    with database.write() as session:
        LISTS[kind].remove(session, current_actor(), row_id)
    return _done(kind)


def _find(kind: str, row_id: UUID) -> Branch | ControllingPerson | Contact:
    rows: list[Branch | ControllingPerson | Contact] = getattr(own_agency(), kind)
    return next((each for each in rows if each.id == row_id), None) or abort(404)


def _form(kind: str) -> Any:
    form = LISTS[kind].form()
    if kind == "branches":
        offer_countries(form.country)
    return form


def _page(kind: str, form: Any, found: Branch | ControllingPerson | Contact | None) -> str:
    if kind == "branches":
        offer_countries(form.country)
    title = LISTS[kind].title if found else LISTS[kind].new_title
    return render_template(
        "agency/row.html", kind=kind, form=form, found=found, page_title=title, remove_form=EmptyForm(formdata=None)
    )


def _done(kind: str) -> ResponseReturnValue:
    flash(_("Your changes are saved."), "success")
    return redirect(url_for("agency.details", _anchor=kind), 303)
