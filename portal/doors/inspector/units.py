"""The page of one unit, a file, an interview, a house: all its requirements of all chapters, cell by cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.applications.queries import answers_of, evidence_of
from audits.core.access import Permission
from audits.inspections.cells import UnitStand, units_on, verdicts_at
from audits.schemes.text import Chapter, Requirement, Unit
from portal.doors.inspector.board import Cell, Counted, Facts, Step, cells_of, counted_on, counts_at, falling, past_of
from portal.doors.inspector.case import Case, bp, open_case
from portal.doors.inspector.keeping import keep
from portal.doors.inspector.sheet import Sheet
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import needs

_PATH = "/audits/<uuid:audit_id>/units/<unit>/<int:place>"


@bp.get("/audits/<uuid:audit_id>/units/<unit>")
@needs(Permission.FIELDWORK_VIEW)
def next_unit(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Lead to the first unit of a kind with something left to judge, or else to the first."""
    case = open_case(audit_id)
    kind, units = units_of_kind(case, unit)
    if not units:
        if not case.is_led:
            abort(404)
        return redirect(url_for("inspector.show_sample", audit_id=audit_id, unit=unit), 303)
    total = len(case.scheme.on_unit(kind.code))
    first = next((each for each in units if each.done < total), units[0])
    return redirect(_address(case, kind, first), 303)


@bp.get(_PATH)
@needs(Permission.FIELDWORK_VIEW)
def show_unit(audit_id: UUID, unit: str, place: int) -> ResponseReturnValue:
    """Show a unit with a cell per requirement."""
    case = open_case(audit_id)
    spot = spot_at(case, unit, place)
    return _page(case, spot, sheets_of_spot(case, spot), Form())


@bp.post(_PATH)
@needs(Permission.AUDIT_CONDUCT)
def judge_unit(audit_id: UUID, unit: str, place: int) -> ResponseReturnValue:
    """Save the verdicts on one unit, and continue to the next if asked."""
    case, form = open_case(audit_id), Form()
    spot = spot_at(case, unit, place)
    sheets = sheets_of_spot(case, spot)
    status = keep(case, form, sheets)
    if status:
        return _page(case, spot, sheets, form), status
    flash(_("The verdicts are saved."), "success")
    follows = spot.beside(1) if "next" in request.form else spot.here
    if follows is None:
        return redirect(url_for("inspector.show_audit", audit_id=audit_id), 303)
    return redirect(_address(case, spot.kind, follows), 303)


@dataclass(frozen=True, slots=True)
class Spot:
    """A unit among the others of its kind."""

    kind: Unit
    units: Sequence[UnitStand]
    here: UnitStand

    @property
    def title(self) -> str:
        """Return its kind and reference; the agency itself has none."""
        name = self.kind.name.in_(current_language())
        return name if self.kind.is_agency else f"{name} {self.here.reference}"

    def beside(self, step: int) -> UnitStand | None:
        """Return the unit so many steps further, if there is one."""
        place = self.units.index(self.here) + step
        return self.units[place] if 0 <= place < len(self.units) else None


def units_of_kind(case: Case, unit: str) -> tuple[Unit, list[UnitStand]]:
    """Return a kind of unit with the drawn ones, or 404."""
    kind = case.scheme.units.get(unit)
    if kind is None or not case.scheme.on_unit(unit):
        abort(404)
    return kind, units_on(database.read(), case.audit.id, unit, falling(case.scheme))


def spot_at(case: Case, unit: str, place: int) -> Spot:
    """Return the unit at a place of the draw, or 404."""
    kind, units = units_of_kind(case, unit)
    here = next((each for each in units if each.place == place), None) or abort(404)
    return Spot(kind, units, here)


def sheets_of_spot(case: Case, spot: Spot) -> list[Sheet]:
    """Return a sheet of one row per requirement on a unit."""
    here = spot.here
    seen = verdicts_at(database.read(), case.audit.id, spot.kind.code, here.reference)
    return [
        Sheet(case.scheme, item, [here], {here.reference: seen[item.code]} if item.code in seen else {})
        for item in case.scheme.on_unit(spot.kind.code)
    ]


def _page(case: Case, spot: Spot, sheets: Sequence[Sheet], form: Form) -> str:
    cells = cells_of(case, sheets, reference=spot.here.reference)
    counted = counted_on(case, spot.kind, counts_at(case, spot.kind, spot.here.reference))
    return render_template(
        "inspector/unit.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        kind=spot.kind,
        title=spot.title,
        here=spot.here,
        units=spot.units,
        cells=cells,
        groups=[(chapter, list(its)) for chapter, its in groupby(cells, lambda cell: _chapter(case, cell))],
        facts=_facts(case, [sheet.requirement for sheet in sheets], counted),
        counted=counted,
        before=_step(case, spot, -1),
        after=_step(case, spot, 1),
        form=form,
        forms=[form, *sheets],
    )


def _chapter(case: Case, cell: Cell) -> Chapter:
    return case.scheme.chapters[cell.item.chapter]


def _facts(case: Case, items: Sequence[Requirement], counted: Sequence[Counted]) -> dict[str, Facts]:
    session, said_in = database.read(), case.audit.certification_id
    answers, files, past = answers_of(session, said_in), evidence_of(session, said_in), past_of(case)
    broken: dict[str, list[str]] = {item.code: [] for item in items}
    for item, words in (pair for each in counted for pair in each.against):
        broken[item.code].append(words)
    return {
        code: Facts(answers.get(code), files.get(code, []), *past(code), list(dict.fromkeys(words)))
        for code, words in broken.items()
    }


def _step(case: Case, spot: Spot, step: int) -> Step | None:
    unit = spot.beside(step)
    return Step(unit.reference, _address(case, spot.kind, unit)) if unit else None


def _address(case: Case, kind: Unit, unit: UnitStand) -> str:
    return url_for("inspector.show_unit", audit_id=case.audit.id, unit=kind.code, place=unit.place)
