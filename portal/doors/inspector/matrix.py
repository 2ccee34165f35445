"""The matrix of a kind of unit: requirements by units on one page, to see patterns and to judge cell by cell."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from audits.core.access import Permission
from audits.inspections.cells import MatrixCell, matrix_of
from audits.inspections.judging import verdict_shape
from audits.schemes.text import Requirement, SchemeText
from portal.doors.inspector.board import falling
from portal.doors.inspector.case import bp, open_case
from portal.doors.inspector.units import units_of_kind
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import needs


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement across all units: its cells as markup, and its sums."""

    item: Requirement
    cells: Markup
    open: int
    short: int


@bp.get("/audits/<uuid:audit_id>/matrix/<unit>")
@needs(Permission.FIELDWORK_VIEW)
def show_matrix(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Show every requirement on a kind of unit, by unit."""
    case = open_case(audit_id)
    kind, units = units_of_kind(case, unit)
    seen = matrix_of(database.read(), audit_id, unit)
    places, look, short = [each.place for each in units], _looks(case.scheme), falling(case.scheme)
    lines = [
        _line(item, [seen.get((item.code, place)) for place in places], look, short)
        for item in case.scheme.on_unit(unit)
    ]
    return render_template(
        "inspector/matrix.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        kind=kind,
        units=units,
        lines=lines,
        total=len(places) * len(lines),
        open=sum(line.open for line in lines),
        short=sum(line.short for line in lines),
        form=Form(),
    )


def _line(item: Requirement, found: Sequence[MatrixCell | None], look: dict[str, str], short: Collection[str]) -> Line:
    """Write the cells of a row by hand: a template would take a hundred times as long for thousands of them."""
    return Line(
        item,
        Markup("").join(_cell(cell, look) for cell in found),
        sum(cell is None for cell in found),
        sum(cell is not None and cell.value in short for cell in found),
    )


def _looks(scheme: SchemeText) -> dict[str, str]:
    language = current_language()
    return {
        code: f'<td class="kw-m-{verdict_shape(kind)}%s" aria-label="{escape(kind.name.in_(language))}"%s></td>'
        for code, kind in scheme.verdicts.items()
    }


def _cell(cell: MatrixCell | None, look: dict[str, str]) -> Markup:
    if cell is None:
        return Markup("<td></td>")
    version = f' data-n="{cell.version}"' if cell.version != 1 else ""
    return Markup(look[cell.value] % (" kw-m-noted" if cell.is_noted else "", version))  # noqa: S704  # escaped above
