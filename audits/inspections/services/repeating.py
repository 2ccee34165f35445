"""Findings that come back: what an earlier audit of the agency found on the same requirement makes them heavier."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.calendar import add_working_days
from audits.inspections.earlier_findings import EarlierFinding, found_before
from audits.inspections.grading import codes_before, escalated, is_repeated
from audits.inspections.models import Audit, Finding
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import SchemeText, Severity


def mark_repeats(session: Session, audit: Audit, found: Iterable[Finding]) -> None:
    """Name the finding of which each is a repeat, within the time of the scheme, and weigh it as the scheme says."""
    scheme = scheme_of_version(audit.scheme_version)
    before = found_before(session, audit.id) if scheme.scoring.repeats_within_months else []
    for finding in found:
        if (old := _earlier(scheme, finding.requirement_code, before)) is None:
            continue
        finding.repeat_of_id, finding.repeat_of = old.id, f"{old.audit}, {old.number}"
        grade = escalated(scheme, finding.grade_found, repeated=True)
        for name, value in weight_of(scheme, scheme.severities[grade]).items():
            setattr(finding, name, value)


def weight_of(scheme: SchemeText, weight: Severity) -> dict[str, Any]:
    """Return what a grade makes of a finding that is reported today: its points, and its terms."""
    repair, plan = weight.repair_working_days, scheme.terms.corrective_plan_working_days
    return {
        "grade": weight.code,
        "points": weight.points,
        "blocks": weight.blocks_certificate,
        "due_on": None if repair is None else add_working_days(clock.today(), repair),
        "plan_due_on": None if repair is None or plan is None else add_working_days(clock.today(), plan),
    }


def _earlier(scheme: SchemeText, requirement: str, before: Iterable[EarlierFinding]) -> EarlierFinding | None:
    """Return the newest finding on this requirement, if it is not too long ago to count."""
    codes = codes_before(scheme, requirement)
    same = [each for each in before if each.code in codes]
    if not same or not is_repeated(scheme, requirement, {same[0].code: same[0].day}, clock.today()):
        return None
    return same[0]
