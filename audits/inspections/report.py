"""Build the snapshot of an audit for its report: plain values in one language."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from audits.agencies.wording import country_name, holder_facts
from audits.applications.queries import language_of
from audits.core import clock
from audits.core.clock import day_of
from audits.core.errors import N_
from audits.core.languages import say
from audits.inspections import rules
from audits.inspections.cell_files import pictures_to_print
from audits.inspections.counted_words import counted_facts
from audits.inspections.coverage import is_refusal_certain, scheme_of_audit
from audits.inspections.days import AuditDay, days_of
from audits.inspections.disclosure import Extent, extent_for_agency, text_for_agency
from audits.inspections.drafts import CONDUCT_TEXTS, AuditConduct, ReportDraft, conduct_of, newest_draft
from audits.inspections.draws import periods_of
from audits.inspections.grading import Origin
from audits.inspections.judging import Method
from audits.inspections.models import Audit, Finding, Population, SampledUnit
from audits.inspections.printed import Chosen, units_shown
from audits.inspections.queries import VerdictRow, findings_of, populations_of, units_of, verdicts_of
from audits.inspections.wording import EXTENTS, FINDING_STATES, METHODS
from audits.schemes.text import Requirement, SampleToDetect, SchemeText, Unit, VerdictKind

_HOUSING = N_("Own housing")
Seen = Mapping[str, Mapping[str, VerdictRow]]


def report_facts(session: Session, audit: Audit, *, body: Mapping[str, str]) -> dict[str, Any]:
    """Return the facts of a report; `body` holds name and address of the certification body.

    The shape is that of an audit report in `certificates.press.documents`.
    """
    if audit.reported_at is None or audit.score is None:
        raise ValueError("only a reported audit has a report")
    found, day = findings_of(session, audit.id), day_of(audit.reported_at)
    facts = _facts(session, audit, _Issue(day, audit.summary, audit.score, found, audit.strengths))
    return facts | {
        "draft": 0,
        "comment_until": None,
        "comments": _comments(newest_draft(session, audit.id)),
        "body": dict(body),
    }


def draft_facts(
    session: Session, audit: Audit, found: Sequence[Finding], summary: str, strengths: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Return the facts of a report that is not issued yet, without the body; `found` are not stored."""
    score = sum(finding.points for finding in found)
    return _facts(session, audit, _Issue(clock.today(), summary, score, found, strengths))


@dataclass(frozen=True, slots=True)
class _Issue:
    """What a draft and a report say each in their own words."""

    day: date
    summary: str
    score: int
    findings: Sequence[Finding]
    strengths: Sequence[Mapping[str, str]]


def _facts(session: Session, audit: Audit, issue: _Issue) -> dict[str, Any]:
    if audit.started_at is None:
        raise ValueError("an audit that did not start has no report")
    norm, language = scheme_of_audit(audit), language_of(session, audit.application)
    found = issue.findings
    first_by_hand = {each.requirement_code: each.number for each in reversed(found) if each.remark_id}
    seen, populations = verdicts_of(session, audit.id), populations_of(session, audit.id)
    chosen = pictures_to_print(session, audit.id)
    return {
        "language": language,
        "reference": audit.reference,
        "agency": holder_facts(audit.agency, language),
        "norm": {"name": norm.title.in_(language), "version": norm.version, "sha256": norm.sha256},
        "announced": audit.announced,
        "started_on": day_of(audit.started_at).isoformat(),
        "reported_on": issue.day.isoformat(),
        "inspector": audit.inspector.name,
        "days": [_day(each) for each in days_of(session, audit.id)],
        "conduct": _conduct(conduct_of(session, audit.id)),
        "summary": issue.summary,
        "score": issue.score,
        "fail_total": norm.scoring.fail_total,
        "conditional_from": norm.scoring.conditional_from,
        "refusal_certain": is_refusal_certain(audit, (finding.grade for finding in found)),
        "grades": _grades(norm, found, language),
        "sampling": norm.sampling.description.in_(language),
        "samples": _samples(norm, populations, units_of(session, audit.id), periods_of(session, audit.id), language),
        "findings": [
            _finding(norm, finding, language)
            | _methods(norm, finding, seen, language)
            | {"pictures": _pictures(norm, finding, seen, chosen, first_by_hand)}
            for finding in found
        ],
        "strengths": [_strength(norm, said, language) for said in issue.strengths],
        "confirmed": _confirmed(norm, audit, language),
        "counted": counted_facts(session, audit, norm, language),
        "chapters": _chapters(norm, seen, found, {each.unit: each.size for each in populations}, language),
    }


def _conduct(conduct: AuditConduct | None) -> dict[str, Any] | None:
    """Return how the visit went; nothing where nobody wrote it down."""
    if conduct is None:
        return None
    days = {name: day.isoformat() if (day := getattr(conduct, name)) else None for name in ("opened_on", "closed_on")}
    return days | {name: getattr(conduct, name) for name in CONDUCT_TEXTS}


def _comments(draft: ReportDraft | None) -> list[dict[str, str]]:
    """Return what the agency said about the draft, and what the inspector answered; an empty title: about the whole."""
    if draft is None or not draft.comments:
        return []
    said, answers = draft.comments, draft.answers or {}
    return [
        {"title": draft.titles.get(number, ""), "text": said[number], "answer": answers.get(number, "")}
        for number in sorted(said, key=int)
    ]


def _strength(norm: SchemeText, said: Mapping[str, str], language: str) -> dict[str, str]:
    return {"code": said["code"], "title": norm.requirement(said["code"]).title.in_(language), "text": said["text"]}


def _confirmed(norm: SchemeText, audit: Audit, language: str) -> list[str]:
    """Return what the inspector confirmed of the stated scope, in words; nothing where nobody asked for it."""
    if (scope := audit.confirmed) is None:
        return []
    named = [(scope.activities, norm.activities), (scope.sectors, norm.sectors)]
    found = [words[code].in_(language) if code in words else code for codes, words in named for code in codes]
    housing = [say(_HOUSING, language)] if scope.offers_housing else []
    return [*found, *housing, *(country_name(code, language) for code in scope.recruitment_countries)]


def _day(day: AuditDay) -> dict[str, Any]:
    hours = day.hours_planned if day.hours_done is None else day.hours_done
    return {"day": day.day.isoformat(), "place": day.place, "who": day.person.name, "hours": f"{hours.normalize():f}"}


@dataclass(frozen=True, slots=True)
class Told:
    """What an agency reads of a finding."""

    extent: Extent
    text: str


def told_to_agency(norm: SchemeText, finding: Finding) -> Told:
    """Return counts and text of a finding without what was said in confidence."""
    unit = norm.units[norm.requirement(finding.requirement_code).unit]
    extent = _extent(
        unit, population=finding.population, assessed=finding.assessed, nonconforming=finding.nonconforming
    )
    return Told(extent, text_for_agency(unit, notes=finding.observed, agency_text=finding.agency_text))


def _extent(unit: Unit, *, population: int, assessed: int, nonconforming: int) -> Extent:
    """Return the counts for the agency; of confidential units never more than were drawn.

    One more would say that the inspector chose somebody, for example after a signal.
    """
    most = rules.sample_size(unit.sampling, population) if unit.confidential else assessed
    return extent_for_agency(
        unit, population=population, assessed=min(assessed, most), nonconforming=min(nonconforming, most)
    )


def overall(norm: SchemeText, verdicts: Collection[VerdictRow]) -> VerdictKind:
    """Return the gravest verdict on a requirement, or "not applicable" if no unit was judged."""
    if not verdicts:
        return max(norm.verdicts.values(), key=_mildness)
    return min((norm.verdicts[row.value] for row in verdicts), key=_mildness)


def _mildness(kind: VerdictKind) -> int:
    return 0 if kind.nonconforming else 1 if kind.assessed else 2 if kind.leaves_open else 3


def _grades(norm: SchemeText, found: Sequence[Finding], language: str) -> list[dict[str, Any]]:
    counted = {code: [finding for finding in found if finding.grade == code] for code in norm.severities}
    return [
        {
            "name": norm.severities[code].name.in_(language),
            "count": len(findings),
            "points": sum(finding.points for finding in findings),
        }
        for code, findings in counted.items()
    ]


def _samples(
    norm: SchemeText,
    populations: Sequence[Population],
    units: Sequence[SampledUnit],
    periods: Mapping[str, list[str]],
    language: str,
) -> list[dict[str, Any]]:
    return [
        {
            "unit": norm.units[population.unit].plural.in_(language),
            "population": population.size,
            "drawn": population.drawn,
            "source": _source(norm, population, language) if open_to_agency else "",
            "period": periods.get(population.unit, []),
            "power": _power(norm.units[population.unit], population),
            "draw": _draw(population, theirs) if open_to_agency else None,
            "added": [_added(norm, each, language) for each in theirs if each.origin is not Origin.RANDOM]
            if open_to_agency
            else [],
        }
        for population in populations
        for theirs in [[each for each in units if each.unit == population.unit]]
        for open_to_agency in [not norm.units[population.unit].confidential]
    ]


def _power(unit: Unit, population: Population) -> dict[str, float] | None:
    """Return what the draw could show of the share that the norm wants to detect; of a whole list nothing is unseen."""
    rule = unit.sampling
    if not isinstance(rule, SampleToDetect) or population.drawn >= population.size:
        return None
    chance = rules.chance_to_see(rule.defect_share, population.drawn, population.size)
    return {"share": float(rule.defect_share), "chance": float(chance)}


def _source(norm: SchemeText, population: Population, language: str) -> str:
    sources = norm.cycle.list_sources if norm.cycle else {}
    return sources[population.source].name.in_(language) if population.source else ""


def _added(norm: SchemeText, unit: SampledUnit, language: str) -> dict[str, Any]:
    """Return a unit beside the draw; why the inspector chose one stays with staff, as it may come from somebody."""
    reasons = norm.cycle.replacement_reasons if norm.cycle else {}
    code = unit.reason_code or ""
    reason = reasons[code].in_(language) if code in reasons else ""
    return {"reference": unit.reference, "replaces": unit.replaces, "reason": reason}


def _draw(population: Population, units: Sequence[SampledUnit]) -> dict[str, Any]:
    """Return what repeats the draw, and whom it drew: never of confidential units."""
    return {
        "digest": population.digest,
        "seed": population.seed,
        "algorithm": population.algorithm,
        "references": [each.reference for each in units if each.origin is Origin.RANDOM],
    }


def _finding(norm: SchemeText, finding: Finding, language: str) -> dict[str, Any]:
    requirement = norm.requirement(finding.requirement_code)
    unit, told = norm.units[requirement.unit], told_to_agency(norm, finding)
    extent = told.extent
    interval = _interval(finding)
    answer = {name: getattr(finding, name) for name in ("cause", "extent", "solution")}
    return {
        "number": finding.number,
        "code": finding.requirement_code,
        "title": requirement.title.in_(language),
        "requirement": requirement.question.in_(language),
        "grade": norm.severities[finding.grade].name.in_(language),
        "points": finding.points,
        "blocks": finding.blocks,
        "unit": unit.plural.in_(language),
        "population": finding.population,
        "assessed": extent.assessed,
        "nonconforming": extent.nonconforming,
        "fewer_than": extent.fewer_than,
        "interval": list(interval) if interval and extent.is_whole else None,
        "by_lot": _by_lot(finding) if not unit.confidential else None,
        "judged": say(EXTENTS[finding.judged], language) if finding.judged else None,
        "judged_reason": finding.judged_reason,
        "observed": told.text,
        "due_on": finding.due_on.isoformat() if finding.due_on else None,
        "state": say(FINDING_STATES[finding.state], language),
        "answer": answer | {"operation": finding.effectiveness} if finding.answered_at else None,
        "verification": finding.verification_note,
    }


def _methods(norm: SchemeText, finding: Finding, seen: Seen, language: str) -> dict[str, Any]:
    """Return how the inspector came to the verdicts behind a finding; nothing of confidential units."""
    rows = seen.get(finding.requirement_code, {}) if finding.remark_id is None else {}
    used = {rows[reference].method for reference in units_shown(norm, finding.requirement_code, rows, by_hand=False)}
    return {"methods": [say(METHODS[method], language) for method in Method if method in used]}


def _pictures(
    norm: SchemeText, finding: Finding, seen: Seen, chosen: Chosen, first_by_hand: Mapping[str, int]
) -> list[dict[str, str | None]]:
    """Return the pictures of a finding; of several by hand on one requirement the first has them."""
    code, by_hand = finding.requirement_code, finding.remark_id is not None
    if by_hand and first_by_hand[code] != finding.number:
        return []
    is_agency = norm.units[norm.requirement(code).unit].is_agency
    return [
        {"sha256": file.printed_sha256, "caption": file.caption, "reference": "" if is_agency else reference}
        for reference in units_shown(norm, code, seen.get(code, {}), by_hand=by_hand)
        for file in chosen.get((code, reference), ())
    ]


def _interval(finding: Finding) -> tuple[float, float] | None:
    """Return the interval of the share in the population, over units by lot alone; None without any."""
    assessed, nonconforming = finding.random_assessed, finding.random_nonconforming
    if assessed is None or nonconforming is None:  # made by an older release, which knew no others
        assessed, nonconforming = finding.assessed, finding.nonconforming
    return rules.share_interval(nonconforming, assessed, finding.population) if assessed else None


def _by_lot(finding: Finding) -> list[int] | None:
    """Return how many of the units by lot fell short, and of how many, where other units were looked at too."""
    if finding.random_assessed is None or finding.random_assessed == finding.assessed:
        return None
    return [finding.random_nonconforming or 0, finding.random_assessed]


def _chapters(
    norm: SchemeText, seen: Seen, found: Sequence[Finding], sizes: Mapping[str, int], language: str
) -> list[dict[str, Any]]:
    numbers = {
        finding.requirement_code: finding.number for finding in sorted(found, key=lambda each: not each.remark_id)
    }
    return [
        {
            "code": code,
            "title": chapter.title.in_(language),
            "requirements": [
                _judgement(norm, item, seen.get(item.code, {}), sizes.get(item.unit, 1), language)
                | {"finding": numbers.get(item.code)}
                for item in norm.in_chapter(code)
            ],
        }
        for code, chapter in norm.chapters.items()
    ]


def _judgement(
    norm: SchemeText, item: Requirement, verdicts: Mapping[str, VerdictRow], population: int, language: str
) -> dict[str, Any]:
    kinds = [norm.verdicts[row.value] for row in verdicts.values()]
    extent = _extent(
        norm.units[item.unit],
        population=population,
        assessed=sum(kind.assessed for kind in kinds),
        nonconforming=sum(kind.nonconforming for kind in kinds),
    )
    return {
        "code": item.code,
        "title": item.title.in_(language),
        "verdict": overall(norm, verdicts.values()).name.in_(language),
        "assessed": extent.assessed,
        "nonconforming": extent.nonconforming,
        "fewer_than": extent.fewer_than,
        "bulk": 0 if norm.units[item.unit].confidential else sum(row.bulk for row in verdicts.values()),
    }
