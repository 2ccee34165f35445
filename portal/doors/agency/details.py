"""Pages of the profile: an overview, and one form per part."""

from typing import TypeVar

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.agencies import services
from audits.agencies.models import Agency
from audits.agencies.numbers import country_names, show_iban
from audits.agencies.queries import details_of, fixed_sections
from audits.agencies.rules import ProfileSection, missing_sections
from audits.agencies.services.details import note_asking
from audits.changes.models import AgencyChange
from audits.changes.queries import open_changes
from audits.changes.services import report_details
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from portal.doors.agency.door import (
    bp,
    may_edit,
    own_agency,
    own_scheme,
    show_conflict,
)
from portal.doors.agency.register_form import RegisterSeatForm, is_from_register, proposals
from portal.doors.agency.report import REPORTED, ReportForm, complain, report_form
from portal.doors.agency.sections import FORMS, SeatForm, SectionForm
from portal.forms import uploads
from portal.forms.form import refused
from portal.language import changed
from portal.language.dates import date_text
from portal.language.i18n import current_language
from portal.stores import database, trade_register
from portal.web.access import current_actor, needs

F = TypeVar("F", bound=SectionForm)
_SEAT = ProfileSection.SEAT
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
    form = _shown(_form(part), agency)
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


@bp.post("/details/seat/trade-register")
@needs(Permission.AGENCY_EDIT)
def register_asked() -> ResponseReturnValue:
    """Show the form of name and address with what the trade register says otherwise; nothing is saved."""
    agency = own_agency(whole=False)
    if not trade_register.answers(agency.country):
        abort(404)
    stored, report = details_of(agency), report_form(agency.id, _SEAT)
    try:
        with database.write() as session:
            note_asking(session, current_actor(), agency.id)
        extract = trade_register.look_up(stored.register_number)
    except RuleError as error:
        plain = _shown(SeatForm(formdata=None), agency)
        plain.complain(error)
        return refused(_page(agency, _SEAT, plain, report), plain)
    found = proposals(extract, stored)
    if not found:
        ended = _ended(extract)
        flash(ended or _("The trade register says the same as your details."), "warning" if ended else "success")
        return redirect(url_for("agency.part", part=_SEAT.value), 303)
    form = _shown(RegisterSeatForm(formdata=None), agency)
    form.fill(found, extract.on)
    return _page(agency, _SEAT, form, report, ended=_ended(extract))


def _waiting() -> list[tuple[AgencyChange, str]]:
    """Return the reports that are not finished, with their titles."""
    return [(each, changed.title(each)) for each in open_changes(database.read(), current_actor())]


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
    """Return the form of one part, with choices from the scheme; of the seat as it was sent."""
    form = RegisterSeatForm() if part == _SEAT and is_from_register() else FORMS[ProfileSection(part)]()
    form.offer(own_scheme())
    return form


def _shown(form: F, agency: Agency) -> F:
    """Return a form with what is stored in its fields."""
    form.show(details_of(agency))
    form.version.data = agency.version
    return form


def _ended(extract: trade_register.Extract) -> str:
    """Return that a company stopped, according to the register; empty if it did not."""
    if extract.ended_on is None:
        return ""
    words: str = _("According to the trade register this company stopped on %(day)s.", day=date_text(extract.ended_on))
    return words


def _page(
    agency: Agency, part: ProfileSection, form: SectionForm, report: ReportForm | None, *, ended: str = ""
) -> str:
    if from_register := isinstance(form, RegisterSeatForm):
        form.mark(details_of(agency))
    return render_template(
        "agency/part.html",
        agency=agency,
        part=part,
        form=form,
        report=report,
        forms=[form, *([report] if report else [])],
        ended=ended,
        from_register=from_register,
        may_ask=part == _SEAT and not from_register and trade_register.answers(agency.country),
    )
