"""Store what was typed on pages of the desk: whole pages by their button, for browsers without script."""

from collections.abc import Iterator, Sequence

from flask import request

from audits.core.errors import RuleError
from audits.core.typed import tidy
from audits.inspections import services
from audits.inspections.private import CellKey, private_digest
from portal.doors.inspector.case import Case
from portal.doors.inspector.sheet import Sheet
from portal.forms.form import Form
from portal.language.i18n import sentence
from portal.signing import receipts
from portal.stores import database
from portal.web.access import current_actor


def keep(case: Case, form: Form, sheets: Sequence[Sheet]) -> int:
    """Read the sheets and store them; return 0, or the HTTP status of the page that shows what is wrong."""
    holds = [sheet.read(request.form) for sheet in sheets]
    if case.is_open and not (form.validate_on_submit() and all(holds)):
        return 422  # if the state has changed, the service refuses it
    try:
        with database.write() as session:
            said = {sheet.requirement.code: sheet.verdicts() for sheet in sheets}
            seen = {sheet.requirement.code: sheet.versions() for sheet in sheets}
            why = {sheet.requirement.code: sheet.reasons for sheet in sheets}
            how = {sheet.requirement.code: sheet.methods() for sheet in sheets}
            services.record_sheets(
                session, current_actor(), case.audit.id, said, versions=seen, reasons=why, methods=how
            )
            for cell, text in _private_changed(sheets):
                services.keep_private_note(session, current_actor(), case.audit.id, cell, text)
            receipts.confirm(session, case.audit.id)
    except services.VerdictsChangedError as error:
        form.form_errors.append(sentence(error))
        for sheet in sheets:
            sheet.show_stored(error.stored)
        return 409
    except services.ReasonMissingError as error:
        for sheet in sheets:
            sheet.ask_reason(error.codes, sentence(error))
        return 422
    except RuleError as error:
        form.complain(error)
        return 422
    return 0


def _private_changed(sheets: Sequence[Sheet]) -> Iterator[tuple[CellKey, str]]:
    """Yield the private notes that the person changed on the page: the cell, and the text."""
    for sheet in sheets:
        for row in sheet.rows:
            typed = tidy(request.form.get(f"{row.key}-private", ""))
            if private_digest(typed) != request.form.get(f"{row.key}-private-shown", private_digest("")):
                yield (sheet.requirement.code, row.reference), typed
