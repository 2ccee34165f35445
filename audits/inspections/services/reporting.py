"""Report an audit: fix its verdicts and create the findings that follow from them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.agencies.queries import living_certificate
from audits.core import clock, moves, outbox
from audits.core.access import Actor, Role
from audits.core.calendar import add_working_days
from audits.core.errors import RuleError
from audits.core.letters import check_printable
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.rules import CRITICAL_FINDING_WORKING_DAYS, DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.inspections import events as told
from audits.inspections import grading, rules
from audits.inspections.counts import contradictions, counts_of
from audits.inspections.coverage import is_refusal_certain, scheme_of_audit
from audits.inspections.disclosure import untold
from audits.inspections.models import Audit, Finding, Population, Remark, RequirementJudgement
from audits.inspections.notices import AuditReported, CriticalFinding
from audits.inspections.queries import (
    VerdictRow,
    extents_in,
    falling_short,
    judgements_of,
    origins_of,
    populations_of,
    remarks_of,
    rules_view,
    undrawn,
    verdicts_of,
)
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import AUDITS
from audits.inspections.services.readings import check_draft_done, draw_reading
from audits.inspections.services.repeating import mark_repeats, weight_of
from audits.inspections.services.superseding import replace_findings
from audits.inspections.standing import conflicts_in
from audits.inspections.workflow import FINDING_FLOW
from audits.people.queries import free_deciders
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import SchemeText


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says, before it is issued."""

    summary: str
    findings: list[Finding]  # not stored yet
    strengths: list[dict[str, str]]
    insufficient: list[Any]


def report_audit(
    session: Session, actor: Actor, audit_id: UUID, *, summary: str, read_again: Callable[[], bool] = lambda: False
) -> Audit:
    """End the fieldwork: every drawn unit needs a verdict; findings, points and deadlines follow from the scheme.

    A finding that rules out a certificate is an urgent task for the deciders where the agency holds one. `read_again`
    is the lot: whether somebody reads this report once more.
    """
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditReported)
    check_draft_done(session, audit)
    report = prepare_report(session, audit, summary)
    scheme = scheme_of_audit(audit)
    audit.summary, audit.strengths, audit.insufficient = report.summary, report.strengths, report.insufficient
    audit.reported_at = clock.now()
    stand = replace_findings(session, actor, audit, report.findings)
    audit.score = sum(finding.points for finding in stand)
    if any(scheme.severities[finding.grade].is_urgent for finding in stand):
        open_urgent_task(session, audit, scheme)
    end_deadline(session, DeadlineKind.REPORT, audit.id)
    end_deadline(session, DeadlineKind.REPORT_COMMENT, audit.id)
    if read_again():
        draw_reading(session, actor, audit)
    _tell(session, audit, refused=is_refusal_certain(audit, (each.grade for each in stand)))
    return audit


def prepare_report(session: Session, audit: Audit, summary: str) -> Report:
    """Return what the report says, or raise RuleError for what is missing. Nothing is stored."""
    scheme = scheme_of_audit(audit)
    populations = {population.unit: population for population in populations_of(session, audit.id)}
    seen = verdicts_of(session, audit.id)
    drawn, verdicts = origins_of(session, audit.id), rules_view(seen)
    _check_complete(scheme, populations, drawn, verdicts)
    _check_chosen(session, audit)
    _check_counts(session, audit, seen)
    if scheme.cycle and audit.application_id and audit.confirmed_scope is None:
        raise RuleError("Confirm or narrow the stated scope first.", "summary")
    if not summary.strip():
        raise RuleError("Write a summary.", "summary")
    check_printable(summary, "summary")
    check_names_nobody(session, audit, summary, "summary")
    judged, counted = judgements_of(session, audit.id), grading.seen_on(scheme, drawn, verdicts)
    extents = extents_in(judged)
    _check_extents(grading.misjudged(scheme, counted, extents))
    found = grading.findings(scheme, counted, extents)
    _check_texts(scheme, found, {code for code, row in judged.items() if row.agency_text})
    listed = []
    for item in found:
        finding = _finding(audit, item, populations, seen[item.requirement])
        by_lot = counted[item.requirement].random
        finding.random_assessed, finding.random_nonconforming = by_lot.assessed, by_lot.nonconforming
        _take_over(finding, judged.get(item.requirement))
        listed.append(finding)
    remarks = remarks_of(session, audit.id)
    listed += [_by_hand(audit, remark) for remark in remarks if remark.grade]
    mark_repeats(session, audit, listed)
    return Report(
        summary.strip(),
        listed,
        [{"code": each.requirement_code, "text": each.agency_text} for each in remarks if not each.grade],
        [each.plain() for each in grading.insufficient(scheme, counted)],
    )


def _check_complete(
    scheme: SchemeText,
    populations: Mapping[str, Population],
    drawn: Mapping[str, Collection[str]],
    verdicts: rules.Verdicts,
) -> None:
    if waiting := undrawn(scheme, populations):
        raise RuleError("%(count)d samples are not drawn yet. Draw them first.", "summary", count=len(waiting))
    if gaps := rules.missing(scheme, drawn, verdicts):
        code, reference = gaps[0]
        raise RuleError(
            "%(count)d verdicts are missing. The first is %(code)s, %(reference)s.",
            "summary",
            count=len(gaps),
            code=code,
            reference=reference,
        )


def _check_chosen(session: Session, audit: Audit) -> None:
    if conflicts := conflicts_in(session, audit.id):
        code, unit, position = min(conflicts).split("/")
        raise RuleError(
            "On %(count)d cells two people judged differently. Choose first which counts. The first is %(code)s.",
            "summary",
            count=len(conflicts),
            code=f"{code}, {unit} {position}",
        )


def _check_counts(session: Session, audit: Audit, seen: Mapping[str, Mapping[str, VerdictRow]]) -> None:
    """Raise RuleError if a verdict conforms though the counts of its unit speak against it, and no note says why."""
    scheme = scheme_of_audit(audit)
    if wrong := next(contradictions(scheme, counts_of(session, audit.id, scheme), seen), None):
        raise RuleError(
            "What was counted at %(reference)s speaks against the verdict on %(code)s. Change it or add a note.",
            "summary",
            reference=wrong.reference,
            code=wrong.requirement,
        )


def _check_extents(misjudged: Sequence[str]) -> None:
    """Raise RuleError if more units fell short than may be called incidental, though somebody called it so."""
    if misjudged:
        raise RuleError(
            "Too many units fell short to call %(code)s incidental. Judge it again.", "summary", code=misjudged[0]
        )


def _check_texts(scheme: SchemeText, found: Iterable[rules.FoundFinding], texts: Collection[str]) -> None:
    """Raise RuleError if a finding on confidential units has no text for the agency, which never reads the notes."""
    asked = untold(scheme, (item.requirement for item in found), texts)
    if asked:
        raise RuleError(
            "%(count)d findings rest on confidential units. Write the agency a text on each; the first is %(code)s.",
            "summary",
            count=len(asked),
            code=asked[0],
        )


def _finding(
    audit: Audit,
    item: rules.FoundFinding,
    populations: Mapping[str, Population],
    seen: Mapping[str, VerdictRow],
) -> Finding:
    scheme = scheme_of_audit(audit)
    unit = scheme.units[scheme.requirement(item.requirement).unit]
    # The agency may read this row, so that notes on confidential units are not in it.
    notes = "" if unit.confidential else falling_short(scheme, seen, name_units=not unit.is_agency)
    return Finding(
        id=uuid4(),
        audit_id=audit.id,
        scheme_version_id=audit.scheme_version_id,
        requirement_code=item.requirement,
        **_weight(scheme, item.grade),
        population=1 if unit.is_agency else populations[unit.code].size,
        assessed=item.assessed,
        nonconforming=item.nonconforming,
        observed=notes,
        agency_text=notes,
        judged_reason="",
        state=FINDING_FLOW.initial,
    )


def _by_hand(audit: Audit, remark: Remark) -> Finding:
    """Return the finding that follows from a remark; it says nothing about a population."""
    scheme = scheme_of_version(audit.scheme_version)  # a remark may be about what the audit does not look at
    unit = scheme.units[scheme.requirement(remark.requirement_code).unit]
    return Finding(
        id=uuid4(),
        audit_id=audit.id,
        scheme_version_id=audit.scheme_version_id,
        requirement_code=remark.requirement_code,
        remark_id=remark.id,
        **_weight(scheme, remark.grade or ""),
        population=0,
        assessed=0,
        nonconforming=0,
        observed="" if unit.confidential else remark.note,
        agency_text=remark.agency_text,
        judged_reason="",
        state=FINDING_FLOW.initial,
    )


def _weight(scheme: SchemeText, grade: str) -> dict[str, Any]:
    """Return what the scheme says of a finding of this grade."""
    weight = scheme.severities[grade]
    return {"grade_found": grade, "repeat_of": "", **weight_of(scheme, weight)}


def _take_over(finding: Finding, judged: RequirementJudgement | None) -> None:
    """Store with a finding what the inspector said on its requirement as a whole."""
    if judged is None:
        return
    finding.agency_text = judged.agency_text or finding.agency_text
    finding.judged, finding.judged_reason = judged.extent, judged.extent_reason


def open_urgent_task(session: Session, audit: Audit, scheme: SchemeText) -> None:
    """Give the deciders the task to act on a critical finding, if the agency holds a certificate."""
    certificate_id = living_certificate(session, audit.agency_id, clock.today())
    if certificate_id is None:
        return
    term = scheme.terms.critical_finding_working_days or CRITICAL_FINDING_WORKING_DAYS
    due_on = add_working_days(clock.today(), term)
    open_deadline(
        session,
        DeadlineKind.CRITICAL_FINDING,
        subject_id=audit.id,
        agency_id=audit.agency_id,
        due_on=due_on,
        owner_role=Role.DECIDER,
    )
    notice = CriticalFinding(reference=audit.reference, day=due_on)
    for person_id in free_deciders(session, audit.agency_id):
        tell_person(session, person_id, notice, subject_id=certificate_id)


def _tell(session: Session, audit: Audit, *, refused: bool) -> None:
    outbox.enqueue(session, "document.audit_report", audit_id=str(audit.id))
    tell_agency(session, audit.agency_id, AuditReported(reference=audit.reference, refused=refused))
