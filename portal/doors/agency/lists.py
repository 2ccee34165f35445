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
from audits.agencies.queries import row_was_removed
from audits.agencies.rules import BranchDetails, ContactDetails, ControllingPersonDetails, ProfileSection
from audits.changes.services import report_row
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.typed import LONGEST_PHONE
from portal.doors.agency.address import city_field, country_field, postcode_field, street_field
from portal.doors.agency.door import (
    bp,
    own_agency,
    own_id,
    show_conflict,
)
from portal.doors.agency.report import REPORTED, ReportForm, complain, report_form
from portal.forms import uploads
from portal.forms.fields import (
    checkbox_field,
    date_field,
    email_field,
    number_field,
    text_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form, refused
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
    share_percent = number_field(_l("Share in the company, in percent"), at_most=100, decimals=2)
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
        share = self.share_percent.data
        return ControllingPersonDetails(
            name=self.name.data,
            function=self.function.data,
            share_percent=float(share) if share is not None else None,
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
    in_register = checkbox_field(
        _l("This person has agreed to be named in the public register"),
        hint=_l(
            "Name and function then stand on the page of your agency, and who types the whole name finds you. Mail"
            " address and telephone number are not shown. Untick the box when the person no longer agrees."
        ),
    )

    def read(self) -> ContactDetails:
        """Return the row as typed."""
        return ContactDetails(
            name=self.name.data,
            function=self.function.data,
            email=self.email.data,
            phone=self.phone.data,
            in_register=self.in_register.data,
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
_GONE = _l("This is not in the list any more.")
_KIND = "<any(branches, controlling_persons, contacts):kind>"


@bp.get(f"/details/{_KIND}/new")
@needs(Permission.AGENCY_EDIT)
def new_row(kind: str) -> ResponseReturnValue:
    """Show an empty form."""
    return _page(kind, LISTS[kind].form(version=0), None, _report(kind))


@bp.post(f"/details/{_KIND}/new")
@needs(Permission.AGENCY_EDIT)
@uploads.takes_files
def add_row(kind: str) -> ResponseReturnValue:
    """Add a row, or report it."""
    form, report, actor = LISTS[kind].form(), _report(kind), current_actor()
    if form.validate_on_submit() and (report is None or report.validate()):
        try:
            if report:
                report.judge_files()
            with database.write() as session:
                if report:
                    _tell(session, kind, report, row_id=None, details=form.read())
                else:
                    LISTS[kind].add(session, actor, own_id(actor), form.read())
        except RuleError as error:
            complain(error, form, report)
        else:
            return _saved(kind, report)
    return refused(_page(kind, form, None, report), report or form)


@bp.get(f"/details/{_KIND}/<uuid:row_id>")
@needs(Permission.AGENCY_EDIT)
def row(kind: str, row_id: UUID) -> ResponseReturnValue:
    """Show the form to change or remove a row."""
    found = _find(kind, row_id)
    if found is None:
        return _done(kind, _GONE)
    return _page(kind, LISTS[kind].form(obj=found), found, _report(kind))


@bp.post(f"/details/{_KIND}/<uuid:row_id>")
@needs(Permission.AGENCY_EDIT)
@uploads.takes_files
def change_row(kind: str, row_id: UUID) -> ResponseReturnValue:
    """Save a changed row, or report it. Of a row that is gone by now, offer what was typed as a new one."""
    found, form, report = _find(kind, row_id), LISTS[kind].form(), _report(kind)
    if found is None:
        return _offer_again(kind, form, report)
    if form.validate_on_submit() and (report is None or report.validate()):
        try:
            _change(kind, row_id, form, report)
        except NotFoundError:
            return _offer_again(kind, form, report)
        except RuleError as error:
            complain(error, form, report)
        except IllegalMoveError as error:
            found = _find(kind, row_id)
            show_conflict(form, error, found.version if found else 0)
            return _page(kind, form, found, report), 409
        else:
            return _saved(kind, report)
    return refused(_page(kind, form, found, report), report or form)


@bp.get(f"/details/{_KIND}/<uuid:row_id>/remove")
@needs(Permission.AGENCY_EDIT)
def removal(kind: str, row_id: UUID) -> ResponseReturnValue:
    """Ask what a report of a removal needs."""
    found = _find(kind, row_id)
    return _removal_page(kind, found, ReportForm()) if found else _done(kind, _GONE)


@bp.post(f"/details/{_KIND}/<uuid:row_id>/remove")
@needs(Permission.AGENCY_EDIT)
@uploads.takes_files
def remove_row(kind: str, row_id: UUID) -> ResponseReturnValue:
    """Remove a row, or report that it is gone."""
    found, report = _find(kind, row_id), _report(kind)
    if found is None:
        return _done(kind, _GONE)
    if report is None:
        with database.write() as session:
            LISTS[kind].remove(session, current_actor(), row_id)
        return _saved(kind, None)
    if report.validate_on_submit():
        try:
            report.judge_files()
            with database.write() as session:
                _tell(session, kind, report, row_id=row_id, details=None)
        except RuleError as error:
            report.complain(error)
        else:
            return _saved(kind, report)
    return refused(_removal_page(kind, found, report), report)


def _report(kind: str) -> ReportForm | None:
    return report_form(own_id(current_actor()), ProfileSection(kind))


def _change(kind: str, row_id: UUID, form: RowForm, report: ReportForm | None) -> None:
    version = form.version.data or 0
    if report:
        report.judge_files()
    with database.write() as session:
        if report:
            _tell(session, kind, report, row_id=row_id, details=form.read(), version=version)
        else:
            LISTS[kind].change(session, current_actor(), row_id, form.read(), version=version)


def _tell(
    session: Any, kind: str, report: ReportForm, *, row_id: UUID | None, details: Any, version: int | None = None
) -> None:
    """Report a row to the office."""
    actor, section, said = current_actor(), ProfileSection(kind), report.said(session)
    report_row(session, actor, own_id(actor), section, row_id=row_id, details=details, version=version, **said)


def _find(kind: str, row_id: UUID) -> Branch | ControllingPerson | Contact | None:
    """Return the row, or None if it is gone by now; 404 if there never was one."""
    rows: list[Branch | ControllingPerson | Contact] = getattr(own_agency(), kind)
    found = next((each for each in rows if each.id == row_id), None)
    if found is None and not row_was_removed(database.read(), current_actor(), row_id):
        abort(404)
    return found


def _page(
    kind: str, form: RowForm, found: Branch | ControllingPerson | Contact | None, report: ReportForm | None
) -> str:
    return render_template(
        "agency/row.html",
        kind=kind,
        form=form,
        found=found,
        report=report,
        forms=[form, *([report] if report else [])],
        page_title=LISTS[kind].title if found else LISTS[kind].new_title,
        remove_form=Form(formdata=None),
    )


def _removal_page(kind: str, found: Branch | ControllingPerson | Contact, report: ReportForm) -> str:
    return render_template("agency/removal.html", kind=kind, found=found, form=report)


def _offer_again(kind: str, form: RowForm, report: ReportForm | None) -> ResponseReturnValue:
    """Keep what was typed about a row that somebody removed; sent again it is a new one."""
    form.form_errors.append(_("Somebody took this out of the list in the meantime. To add it again, save it."))
    return _page(kind, form, None, report), 409


def _saved(kind: str, report: ReportForm | None) -> ResponseReturnValue:
    return _done(kind, REPORTED if report else _l("Your changes are saved."))


def _done(kind: str, words: LazyString) -> ResponseReturnValue:
    flash(str(words), "success")
    return redirect(url_for("agency.details", _anchor=kind), 303)
