"""The self-assessment as a workbook: out to fill in elsewhere, and back in after a look at every change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications import queries, services
from audits.applications.rules import Typed
from audits.applications.workbook import Change, Read, Refused, Row, changes_of, rows_of
from audits.core.access import Permission
from audits.core.errors import N_, RuleError
from portal.doors.agency.door import Case, bp, open_case, open_draft
from portal.doors.downloads import attachment
from portal.forms import spreadsheets, uploads
from portal.forms.fields import file_field, hidden_field
from portal.forms.form import Form, refused
from portal.language.i18n import current_language, sentence
from portal.reader.client import RefusedError
from portal.reader.questions import cells_of
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/applications/<uuid:application_id>"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LARGEST = 10 * 1024 * 1024
_COLUMNS = 5
_TOO_LARGE = N_("This workbook is too large. Use the one that you got from us.")
_WRONG = {
    "locked": N_("This workbook has a password. Take the password off, and save it again."),
    "macros": N_("This workbook has macros. Save it as .xlsx without macros."),
    "too large": _TOO_LARGE,
}
_NONE = N_("This is no workbook (.xlsx or .ods) that we can read. Use the one that you got from us.")
_NOT_OURS = N_("This workbook does not belong to this application, or it was made for another version of the norm.")


class WorkbookForm(Form):
    """A filled-in workbook."""

    file = file_field(_l("Workbook"), accept=".xlsx,.ods", required=_l("Choose the workbook."))


class ChangesForm(Form):
    """The changes that a person has seen, as they would be saved."""

    changes = hidden_field()


@bp.get(f"{_PATH}/answers.xlsx")
@needs(Permission.APPLICATION_EDIT)
def workbook_file(application_id: UUID) -> ResponseReturnValue:
    """Send the self-assessment as a workbook to fill in."""
    case = open_draft(application_id)
    title = f"{case.scheme.title.in_(current_language())} {case.scheme.version} – {case.agency.legal_name}"
    data = spreadsheets.workbook(_rows(case), title, _token(case))
    return attachment(data, f"{case.application.reference}.xlsx", _XLSX)


@bp.get(f"{_PATH}/answers.csv")
@needs(Permission.APPLICATION_VIEW)
def answers_file(application_id: UUID) -> ResponseReturnValue:
    """Send the answers as CSV, to read."""
    case = open_case(application_id)
    return attachment(spreadsheets.comma_separated(_rows(case)), f"{case.application.reference}.csv", "text/csv")


@bp.get(f"{_PATH}/workbook")
@needs(Permission.APPLICATION_EDIT)
def workbook(application_id: UUID) -> ResponseReturnValue:
    """Offer the workbook, and ask for it back."""
    return _page(open_draft(application_id), WorkbookForm())


@bp.post(f"{_PATH}/workbook")
@needs(Permission.APPLICATION_EDIT)
@uploads.takes_files
def workbook_submitted(application_id: UUID) -> ResponseReturnValue:
    """Show every change that the workbook would make, and every row that cannot be taken. Nothing is saved yet."""
    case, form = open_draft(application_id), WorkbookForm()
    if not form.validate_on_submit():
        return _page(case, form), 422
    try:
        read = _read(case, form.file.data.stream.read(_LARGEST + 1))
    except RuleError as wrong:
        form.complain(wrong)
        return refused(_page(case, form), form)
    answers = queries.answers_of(database.read(), application_id)
    changes, left_out = changes_of(case.scheme, answers, read, current_language())
    return _changes_page(case, changes, left_out)


@bp.post(f"{_PATH}/workbook/save")
@needs(Permission.APPLICATION_EDIT)
def workbook_saved(application_id: UUID) -> ResponseReturnValue:
    """Save the changes that the person saw, each unless a colleague changed that answer meanwhile."""
    case, form = open_draft(application_id), ChangesForm()
    typed = _typed(case, form.changes.data or "")
    with database.write() as session:
        _kept, refusals = services.save_answers(session, current_actor(), application_id, typed)
    saved = len(typed) - len(refusals)
    flash(_("Answers saved from the workbook: %(count)s.", count=saved), "success")
    for code, reason in refusals.items():
        flash(f"{code}: {sentence(reason)}", "warning")
    return redirect(url_for("agency.answers", application_id=application_id), 303)


def _rows(case: Case) -> list[Row]:
    answers = queries.answers_of(database.read(), case.application.id)
    return rows_of(case.scheme, answers, current_language())


def _token(case: Case) -> str:
    """Return the mark of a workbook: of which application, and under which version of the norm."""
    return f"{case.application.reference} {case.scheme.sha256[:16]}"


def _read(case: Case, data: bytes) -> list[Read]:
    """Return the rows of our sheet, wherever it stands. RuleError at `file`."""
    if len(data) > _LARGEST:
        raise RuleError(_TOO_LARGE, "file")
    try:
        found = cells_of(data)
    except RefusedError as error:
        raise RuleError(_WRONG.get(error.code, _NONE), "file") from error
    token = _token(case)
    sheet = next((each for each in found["sheets"] if _heading(each["rows"]) is not None), None)
    if sheet is None:
        raise RuleError(_NONE, "file")
    heading = _heading(sheet["rows"]) or 0
    marks = {cell for _number, cells in sheet["rows"][:heading] for cell in cells[:1] if cell.startswith("A-")}
    if marks | set(found["tokens"]) != {token}:
        raise RuleError(_NOT_OURS, "file")
    return [_row(number, cells, sheet["faults"]) for number, cells in sheet["rows"][heading + 1 :]]


def _heading(rows: Sequence[Sequence[Any]]) -> int | None:
    """Return the place of the row with our headings, which ends in the word that is the same in every language."""
    for place, (_number, cells) in enumerate(rows):
        if len(cells) >= _COLUMNS and cells[_COLUMNS - 1] == "version":
            return place
    return None


def _row(number: int, cells: Sequence[str], faults: Mapping[str, str]) -> Read:
    whole = [*cells, *[""] * _COLUMNS][:_COLUMNS]
    mine = [(f"{letter}{number}", faults.get(f"{letter}{number}")) for letter in "ABCDE"]
    code, question, answer, explanation, version = whole
    marked = tuple((place, kind) for place, kind in mine if kind)
    return Read(number, code.strip(), question, answer, explanation, version, marked)


def _typed(case: Case, text: str) -> dict[str, Typed]:
    """Return the changes as they come back from the page; 404 for what it did not hold."""
    try:
        found = json.loads(text)
        asked = {item.code: frozenset(each.code for each in item.details) for item in case.scheme.requirements}
        return {
            each["code"]: Typed(
                value=str(each["value"]),
                explanation=str(each["explanation"]),
                version=int(each["version"]),
                details={code: value for code, value in dict(each["details"]).items() if code in asked[each["code"]]},
                asked=asked[each["code"]],
            )
            for each in found
        }
    except (ValueError, TypeError, KeyError, RecursionError):
        abort(404)


def _changes_page(case: Case, changes: Sequence[Change], left_out: Sequence[Refused]) -> str:
    kept = [{name: value for name, value in asdict(each).items() if name != "lines"} for each in changes]
    return render_template(
        "agency/workbook_changes.html",
        application=case.application,
        scheme=case.scheme,
        lines=[line for change in changes for line in change.lines],
        refused=[(each.number, each.code, sentence(each.reason)) for each in left_out],
        form=ChangesForm(formdata=None, changes=json.dumps(kept, ensure_ascii=False)),
    )


def _page(case: Case, form: WorkbookForm) -> str:
    return render_template("agency/workbook.html", application=case.application, scheme=case.scheme, form=form)
