"""Pages of the profile: an overview, and one form per part."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.agencies import services
from audits.agencies.models import Agency
from audits.agencies.numbers import country_names, show_iban
from audits.agencies.queries import details_of, fixed_sections
from audits.agencies.rules import ProfileSection, missing_sections
from audits.changes.models import AgencyChange
from audits.changes.queries import list_changes
from audits.changes.services import report_details
from audits.changes.workflow import OPEN_STATES
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from portal.doors.agency.door import (
    bp,
    may_edit,
    own_agency,
    own_scheme,
    show_conflict,
)
from portal.doors.agency.report import REPORTED, ReportForm, complain, report_form
from portal.doors.agency.sections import FORMS, SectionForm
from portal.forms import uploads
from portal.forms.form import refused
from portal.language import changed
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor, needs

_PARTS = "<any(seat, scope, workers, bank):part>"


@bp.get("/details")
@needs(Permission.AGENCY_VIEW)
def details() -> ResponseReturnValue:
    """Show the whole profile, with links to change it and what is still missing."""
    agency, session = own_agency(), database.read()
    fixed = fixed_sections(session, agency.id)
    return render_template(
        "agency/details.html",
        agency=agency,
        fixed=fixed,
        waiting=_waiting() if fixed else [],
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
    """Show the form for one part; with the fields of a report if the part stands still."""
    agency = own_agency(whole=False)
    form = _form(part)
    form.show(details_of(agency))
    form.version.data = agency.version
    return _page(agency, ProfileSection(part), form, report_form(agency.id, ProfileSection(part)))


@bp.post(f"/details/{_PARTS}")
@needs(Permission.AGENCY_EDIT)
@uploads.takes_files
def part_submitted(part: str) -> ResponseReturnValue:
    """Save one part, or report its change; the others stay as they are."""
    agency, section = own_agency(whole=False), ProfileSection(part)
    form, report = _form(part), report_form(agency.id, section)
    if form.validate_on_submit() and (report is None or report.validate()):
        try:
            reported = _save(agency, section, form, report)
        except RuleError as error:
            complain(error, form, report)
        except IllegalMoveError as error:
            show_conflict(form, error, own_agency(whole=False).version)
            return _page(agency, section, form, report), 409
        else:
            flash(str(REPORTED) if reported else _("Your changes are saved."), "success")
            return redirect(url_for("agency.details", _anchor=part), 303)
    return refused(_page(agency, section, form, report), report or form)


def _waiting() -> list[tuple[AgencyChange, str]]:
    """Return the reports that are not finished, with their titles."""
    found = list_changes(database.read(), current_actor())
    return [(each, changed.title(each)) for each in found if each.state in OPEN_STATES]


def _save(agency: Agency, section: ProfileSection, form: SectionForm, report: ReportForm | None) -> bool:
    """Store what was typed, or report it; return whether there was something to report."""
    actor, typed, version = current_actor(), form.read(details_of(agency)), form.version.data or 0
    if report:
        report.judge_files()
    with database.write() as session:
        if report is None:
            services.edit_agency(session, actor, agency.id, typed, version=version)
            return False
        said = report.said(session)
        return report_details(session, actor, agency.id, section, typed, version=version, **said) is not None


def _form(part: str) -> SectionForm:
    """Return the form of one part, with choices from the scheme."""
    form = FORMS[ProfileSection(part)]()
    form.offer(own_scheme())
    return form


def _page(agency: Agency, part: ProfileSection, form: SectionForm, report: ReportForm | None) -> str:
    forms = [form, *([report] if report else [])]
    return render_template("agency/part.html", agency=agency, part=part, form=form, report=report, forms=forms)
