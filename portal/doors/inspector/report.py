"""Pages of the report: a preview of findings and score, and its submission."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import randbelow
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import queries, rules, services
from audits.inspections.cell_files import pictures_to_print
from audits.inspections.counts import Contradiction, contradictions, counts_of, uncounted
from audits.inspections.coverage import is_refusal_certain
from audits.inspections.disclosure import untold
from audits.inspections.grading import (
    Extent,
    Insufficient,
    findings,
    insufficient,
    interval,
    misjudged,
    seen_on,
)
from audits.inspections.models import Remark
from audits.inspections.printed import Printed, printed
from audits.inspections.rules import FoundFinding
from audits.inspections.standing import conflicts_in
from audits.schemes.text import Unit
from portal.doors.inspector.case import Case, bp, open_case
from portal.doors.inspector.forms import ReportForm
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, needs


@dataclass(frozen=True, slots=True)
class Preview:
    """The findings as of now, and what prevents reporting. `missing` counts units per requirement."""

    findings: list[FoundFinding]
    intervals: Mapping[str, tuple[float, float]]
    score: int
    refused: bool  # no certificate can follow, whatever is repaired
    missing: Mapping[str, int]
    undrawn: list[Unit]
    unassessed: list[str]
    shortfalls: list[Insufficient]
    untold: list[str]  # confidential findings without a text for the agency
    extents: Mapping[str, Extent]
    misjudged: list[str]  # called incidental though too many units fell short
    remarks: list[Remark]  # by hand
    contradicted: list[Contradiction]  # conforms without a note, though counts speak against it
    pictures: list[Printed]  # that were chosen for the report
    uncounted: list[tuple[Unit, str]]  # units at which the norm wants something counted, and nothing was

    @property
    def is_complete(self) -> bool:
        """Return whether the audit can be reported."""
        return not (self.missing or self.undrawn or self.untold or self.misjudged or self.contradicted)


@bp.get("/audits/<uuid:audit_id>/report")
@needs(Permission.AUDIT_CONDUCT)
def report(audit_id: UUID) -> ResponseReturnValue:
    """Show a preview of findings and score."""
    return _page(open_case(audit_id), ReportForm())


@bp.post("/audits/<uuid:audit_id>/report")
@needs(Permission.AUDIT_CONDUCT)
def report_audit(audit_id: UUID) -> ResponseReturnValue:
    """Report the audit, which fixes the verdicts."""
    case, form = open_case(audit_id), ReportForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.report_audit(session, current_actor(), audit_id, summary=form.summary.data, read_again=_lot)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The report is in. The agency has been told."), "success")
            return redirect(url_for("inspector.show_audit", audit_id=audit_id), 303)
    return _page(case, form), 422


def _lot() -> bool:
    """Return whether somebody reads this report once more, by a lot that nobody can foresee."""
    return randbelow(100) < current_settings().second_reading_percent


def _page(case: Case, form: ReportForm) -> str:
    return render_template(
        "inspector/report.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        preview=_preview(case),
        conflicts=len(conflicts_in(database.read(), case.audit.id)),
        unsent=[each for each in services.devices_of(database.read(), case.audit.id) if each.missing],
        form=form if case.is_led else None,
    )


def _preview(case: Case) -> Preview:
    session, scheme, audit_id = database.read(), case.scheme, case.audit.id
    populations = {population.unit: population for population in queries.populations_of(session, audit_id)}
    verdicts = queries.verdicts_of(session, audit_id)
    seen, counts = queries.rules_view(verdicts), counts_of(session, audit_id, scheme)
    judged, drawn = queries.judgements_of(session, audit_id), queries.origins_of(session, audit_id)
    counted, extents = seen_on(scheme, drawn, seen), queries.extents_in(judged)
    found = findings(scheme, counted, extents)
    texts = {code for code, row in judged.items() if row.agency_text}
    remarks = queries.remarks_of(session, audit_id)
    missing: dict[str, int] = {}
    for code, _reference in rules.missing(scheme, drawn, seen):
        missing[code] = missing.get(code, 0) + 1
    graded = [scheme.severities[each.grade] for each in remarks if each.grade]
    return Preview(
        findings=found,
        intervals={
            item.requirement: share
            for item in found
            if (unit := scheme.requirement(item.requirement).unit) in populations
            and (share := interval(counted[item.requirement], populations[unit].size))
        },
        score=rules.score(found) + sum(each.points for each in graded),
        refused=is_refusal_certain(case.audit, [each.grade for each in found] + [each.code for each in graded]),
        remarks=remarks,
        contradicted=list(contradictions(scheme, counts, verdicts)),
        pictures=printed(
            scheme,
            pictures_to_print(session, audit_id),
            verdicts,
            found,
            {each.requirement_code for each in remarks if each.grade},
        ),
        uncounted=[(scheme.units[unit], name) for unit, name in uncounted(scheme, counts, drawn)],
        missing=missing,
        undrawn=queries.undrawn(scheme, populations),
        unassessed=rules.unassessed(scheme, seen),
        shortfalls=[each for each in insufficient(scheme, counted) if each.requirement not in missing],
        untold=untold(scheme, (item.requirement for item in found), texts),
        extents=extents,
        misjudged=misjudged(scheme, counted, extents),
    )
