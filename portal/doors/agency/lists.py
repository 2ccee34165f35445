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
from audits.agencies.rules import BranchDetails, ContactDetails, ControllingPersonDetails
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.typed import LONGEST_PHONE
from portal.doors.agency.address import city_field, country_field, postcode_field, street_field
from portal.doors.agency.door import (
    bp,
    own_agency,
    own_id,
    show_conflict,
)
from portal.forms.fields import date_field, email_field, number_field, text_field, textarea_field, version_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


class RowForm(Form):
    """Base of the forms for one row."""

    version = version_field()

    def read(self) -> Any:
        """Return what was typed, as the services take it."""
        raise NotImplementedError


class BranchForm(RowForm):
    """A place of business or a housing location."""

    name = text_field(
        _l("Name of the branch or location"), required=_l("Enter the name."), hint=_l("For example: branch Venlo.")
    )
    street = street_field()
    postcode = postcode_field()
    city = city_field()
    country = country_field()

    def read(self) -> BranchDetails:
        """Return the row as typed."""
        return BranchDetails(
            name=self.name.data,
            street=self.street.data,
            postcode=self.postcode.data,
            city=self.city.data,
            country=self.country.data,
        )


class ControllingPersonForm(RowForm):
    """A person in control of the agency."""

    name = text_field(_l("Name"), required=_l("Enter the name."))
    function = text_field(
        _l("Function"),
        hint=_l("For example: director, owner, proxy holder."),
        required=_l("Enter the function."),
    )
    share_percent = number_field(_l("Share in the company, in percent"), at_most=100)
    since = date_field(
        _l("In control since"), hint=_l("For example, 27 3 2019."), required=_l("Enter since when this is so.")
    )
    other_agencies = textarea_field(
        _l("Other agencies"),
        hint=_l("Temporary employment agencies that this person runs or owns, or did in the last five years."),
        max_length=2000,
        rows=3,
    )

    def read(self) -> ControllingPersonDetails:
        """Return the row as typed."""
        return ControllingPersonDetails(
            name=self.name.data,
            function=self.function.data,
            share_percent=self.share_percent.data,
            since=self.since.data,
            other_agencies=self.other_agencies.data or "",
        )


class ContactForm(RowForm):
    """A person whom the certification body can call or write to."""

    name = text_field(_l("Name"), required=_l("Enter the name."))
    function = text_field(_l("Function"), required=_l("Enter the function."))
    email = email_field(_l("E-mail address"), required=_l("Enter the e-mail address."), autocomplete="off")
    phone = text_field(
        _l("Telephone number"), required=_l("Enter the telephone number."), width=20, max_length=LONGEST_PHONE
    )

    def read(self) -> ContactDetails:
        """Return the row as typed."""
        return ContactDetails(
            name=self.name.data, function=self.function.data, email=self.email.data, phone=self.phone.data
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """How one list is stored and edited."""

    form: type[RowForm]
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
    form, actor = LISTS[kind].form(), current_actor()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                LISTS[kind].add(session, actor, own_id(actor), form.read())
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
    found, form = _find(kind, row_id), LISTS[kind].form()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                version = form.version.data or 0
                LISTS[kind].change(session, current_actor(), row_id, form.read(), version=version)
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


def _page(kind: str, form: RowForm, found: Branch | ControllingPerson | Contact | None) -> str:
    title = LISTS[kind].title if found else LISTS[kind].new_title
    return render_template(
        "agency/row.html", kind=kind, form=form, found=found, page_title=title, remove_form=Form(formdata=None)
    )


def _done(kind: str) -> ResponseReturnValue:
    flash(_("Your changes are saved."), "success")
    return redirect(url_for("agency.details", _anchor=kind), 303)
