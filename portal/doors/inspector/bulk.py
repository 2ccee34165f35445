"""One verdict for several cells at once: units of one requirement, or requirements of one unit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import services
from audits.inspections.judging import Method
from portal.doors.inspector.board import Cell, cells_of
from portal.doors.inspector.case import Case, bp, open_case
from portal.doors.inspector.requirements import sheet_of_requirement
from portal.doors.inspector.sheet import method_of
from portal.doors.inspector.units import sheets_of_spot, spot_at
from portal.forms.fields import UNREMARKED, checkbox_field, checkboxes_field, options, radios_field, textarea_field
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.language.labels import label
from portal.signing import receipts
from portal.stores import database
from portal.web.access import current_actor, needs

_OF_REQUIREMENT = "/audits/<uuid:audit_id>/requirements/<code>/bulk"
_OF_UNIT = "/audits/<uuid:audit_id>/units/<unit>/<int:place>/bulk"


class BulkForm(Form):
    """The cells, and what holds for all of them."""

    all = checkbox_field(_l("All that are open"), small=True)
    cells = checkboxes_field(_l("Or only these"), [], required=UNREMARKED, small=True)
    verdict = radios_field(_l("Verdict"), [], required=_l("Choose one of the verdicts of the norm."), small=True)
    method = radios_field(
        _l("How did you see it?"), [], required=_l("Choose how you came to this verdict."), small=True
    )
    reason = textarea_field(
        _l("Why one verdict holds for all of these"),
        hint=_l("Reviewer and decider read this. Each of these verdicts is marked as given at once."),
        required=_l("Say why one verdict holds for all of these."),
        max_length=4000,
        rows=3,
    )

    def offer(self, case: Case, open_cells: Sequence[Cell], *, by_unit: bool) -> "BulkForm":
        """Offer the open cells, and the verdicts of the scheme."""
        language = current_language()
        names = [
            (cell.row.key, f"{cell.item.code} {cell.item.title.in_(language)}" if by_unit else cell.row.reference)
            for cell in open_cells
        ]
        self.all.label.text = _("All that are open: %(count)s", count=len(names))
        self.cells.choices = options(names)
        self.verdict.choices = options([(k.code, k.name.in_(language)) for k in case.scheme.verdicts.values()])
        self.method.choices = options([(method.value, label(method)) for method in Method])
        return self


@bp.get(_OF_REQUIREMENT)
@bp.post(_OF_REQUIREMENT)
@needs(Permission.AUDIT_CONDUCT)
def judge_units_at_once(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Judge several units of one requirement."""
    case = open_case(audit_id)
    sheet = sheet_of_requirement(case, code)
    back = url_for("inspector.show_requirement", audit_id=audit_id, code=code)
    item = sheet.requirement
    title = f"{item.code} {item.title.in_(current_language())}"
    return _answer(case, cells_of(case, [sheet]), title=title, back=back, by_unit=False)


@bp.get(_OF_UNIT)
@bp.post(_OF_UNIT)
@needs(Permission.AUDIT_CONDUCT)
def judge_requirements_at_once(audit_id: UUID, unit: str, place: int) -> ResponseReturnValue:
    """Judge several requirements of one unit."""
    case = open_case(audit_id)
    spot = spot_at(case, unit, place)
    cells = cells_of(case, sheets_of_spot(case, spot), reference=spot.here.reference)
    back = url_for("inspector.show_unit", audit_id=audit_id, unit=unit, place=place)
    return _answer(case, cells, title=spot.title, back=back, by_unit=True)


def _answer(case: Case, cells: Sequence[Cell], **shown: Any) -> ResponseReturnValue:
    """Show the form, or do what it says and go back."""
    left = [cell for cell in cells if not cell.row.is_stored]
    form = BulkForm().offer(case, left, by_unit=shown["by_unit"])
    if form.validate_on_submit():
        chosen = [cell for cell in left if form.all.data or cell.row.key in (form.cells.data or ())]
        try:
            count = _record(case, form, chosen)
        except RuleError as error:
            form.complain(error)
        else:
            flash(ngettext("%(num)s verdict given at once.", "%(num)s verdicts given at once.", count), "success")
            return redirect(shown["back"], 303)
    status = 422 if form.is_submitted() else 200
    page = render_template("inspector/bulk.html", case=case, audit=case.audit, form=form, left=left, **shown)
    return page, status


def _record(case: Case, form: BulkForm, chosen: Sequence[Cell]) -> int:
    if not chosen:
        raise RuleError("Choose which of these it holds for.", "cells")
    cells: dict[str, list[str]] = {}
    for cell in chosen:
        cells.setdefault(cell.item.code, []).append(cell.row.reference)
    with database.write() as session:
        count = services.record_in_bulk(
            session,
            current_actor(),
            case.audit.id,
            cells,
            value=form.verdict.data,
            method=method_of(form.method.data or ""),
            reason=form.reason.data or "",
        )
        receipts.confirm(session, case.audit.id)
    return count
