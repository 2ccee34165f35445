"""Findings of an audit that is reported again: what is said anew stands beside what was said before, which is kept."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.core import moves
from audits.core.access import Actor
from audits.inspections import events as told
from audits.inspections.models import Audit, Finding
from audits.inspections.queries import findings_and_replaced
from audits.inspections.services.course import FINDINGS
from audits.inspections.workflow import FindingState


def replace_findings(session: Session, actor: Actor, audit: Audit, found: Sequence[Finding]) -> list[Finding]:
    """Store the findings of a report and return those that count now.

    A finding that an earlier report made in the same words stays, with its corrective action and its number. The others
    of that report are superseded. One that was withdrawn after a dispute does not come back in the same words. Numbers
    are never given twice.
    """
    standing, gone = findings_and_replaced(session, audit.id)
    earlier = {_about(finding): finding for finding in standing}
    withdrawn = [(_about(each), _said(each)) for each in gone if each.state is FindingState.WITHDRAWN]
    number = session.scalar(select(func.max(Finding.number)).where(Finding.audit_id == audit.id)) or 0
    stand: list[Finding] = []
    for finding in found:
        if (_about(finding), _said(finding)) in withdrawn:
            continue
        old = earlier.get(_about(finding))
        if old is not None and _said(old) == _said(finding):
            stand.append(earlier.pop(_about(finding)))
            continue
        number += 1
        finding.number, finding.supersedes_id = number, old.id if old else None
        session.add(finding)
        stand.append(finding)
    for old in earlier.values():
        moves.make(session, FINDINGS, actor, moves.load(session, Finding, old.id), told.FindingSuperseded)
    return stand


def _about(finding: Finding) -> tuple[str, UUID | None]:
    return finding.requirement_code, finding.remark_id


def _said(finding: Finding) -> tuple[object, ...]:
    counts = (finding.population, finding.assessed, finding.nonconforming)
    judged = (finding.judged, finding.judged_reason, finding.repeat_of_id)
    return finding.grade_found, *judged, *counts, finding.observed, finding.agency_text
