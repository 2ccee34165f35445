"""Pages of the profile: an overview, and one form per part."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.agencies import services
from audits.agencies.models import Agency
from audits.agencies.numbers import country_names, show_iban
from audits.agencies.queries import details_of
from audits.agencies.rules import ProfileSection, missing_sections
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from portal.doors.agency.door import (
    bp,
    may_edit,
    own_agency,
    own_scheme,
    show_conflict,
)
from portal.doors.agency.sections import FORMS, SectionForm
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor, needs

_PARTS = "<any(seat, scope, workers, bank):part>"


@bp.get("/details")
@needs(Permission.AGENCY_VIEW)
def details() -> ResponseReturnValue:
    """Show the whole profile, with links to change it and what is still missing."""
    agency = own_agency()
    return render_template(
        "agency/details.html",
        agency=agency,
        scheme=own_scheme(),
        missing=missing_sections(
            details_of(agency), controlling_persons=len(agency.controlling_persons), contacts=len(agency.contacts)
        ),
        countries=country_names(current_language()),
        iban=show_iban(agency.iban),
        may_edit=may_edit(),
    )


@bp.get(f"/details/{_PARTS}")
@needs(Permission.AGENCY_EDIT)
def part(part: str) -> ResponseReturnValue:
    """Show the form for one part."""
    agency = own_agency(whole=False)
    form = _form(part)
    form.show(details_of(agency))
    form.version.data = agency.version
    return _page(agency, ProfileSection(part), form)


@bp.post(f"/details/{_PARTS}")
@needs(Permission.AGENCY_EDIT)
def part_submitted(part: str) -> ResponseReturnValue:
    """Save one part; the others stay as they are."""
    agency = own_agency(whole=False)
    form = _form(part)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                changed = form.read(details_of(agency))
                services.edit_agency(session, current_actor(), agency.id, changed, version=form.version.data or 0)
        except RuleError as error:
            form.complain(error)
        except IllegalMoveError as error:
            show_conflict(form, error, own_agency(whole=False).version)
            return _page(agency, ProfileSection(part), form), 409
        else:
            flash(_("Your changes are saved."), "success")
            return redirect(url_for("agency.details", _anchor=part), 303)
    return _page(agency, ProfileSection(part), form), 422


def _form(part: str) -> SectionForm:
    """Return the form of one part, with choices from the scheme."""
    form = FORMS[ProfileSection(part)]()
    form.offer(own_scheme())
    return form


def _page(agency: Agency, part: ProfileSection, form: SectionForm) -> str:
    return render_template("agency/part.html", agency=agency, part=part, form=form)
