"""The basis of a decision: the summary of the findings, and everything that was considered, with its digest."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import CompoundSelect, ScalarSelect, Select, func, literal_column, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, selectinload

from audits.agencies.models import Agency, Branch, holder_of
from audits.agencies.rules import Holder
from audits.applications.models import Answer, Evidence
from audits.changes.models import AgencyChange
from audits.changes.queries import referred_changes
from audits.changes.rules import Consequence, holder_after
from audits.changes.workflow import OPEN_STATES
from audits.conditions.models import Condition, ConditionFile, ConditionProof
from audits.conditions.workflow import UNMET
from audits.core.canonical import canonical
from audits.core.errors import IllegalMoveError
from audits.core.statements import built_once, rows
from audits.correspondence.models import TeamObjection
from audits.decisions.models import Decision, DecisionBasis
from audits.findings.models import Dispute, GradeChange, ReviewCheck
from audits.inspections.comparison import Compared, in_order
from audits.inspections.grading import Origin
from audits.inspections.models import Audit, Finding, Population, Remark, SampledUnit, Verdict
from audits.inspections.workflow import FindingState
from audits.schemes.cycle import Judged
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import SchemeText, Shortfall

_OF_UNIT = ("reference", "origin", "replaces", "reason_code", "reason")
_LISTED = (
    *(Population.unit, Population.digest, Population.seed, Population.algorithm, Population.drawn),
    *(Population.size, Population.source, Population.declared, Population.difference),
)
_NAMED = tuple(field.name for field in fields(Holder))
_Query = Select[*tuple[Any, ...]]
_Gathered = CompoundSelect[*tuple[Any, ...]]


class Standing(TypedDict):
    """The summary of an audit's findings that the rules of decision need."""

    score: int
    any_failing: bool
    any_open_blocking: bool
    insufficient: frozenset[Shortfall]


def standing(audit: Audit, found: Iterable[Finding]) -> Standing:
    """Compute the summary from the findings, as the database does before it allows a grant.

    Where the scheme judges this kind of audit as repaired, a closed finding weighs nothing.
    """
    scheme = scheme_of_version(audit.scheme_version)
    repaired = scheme.judged(audit.kind) is Judged.AS_REPAIRED
    listed = [finding for finding in found if not (repaired and finding.state is FindingState.CLOSED)]
    return {
        "score": sum(finding.points for finding in listed),
        "any_failing": any(scheme.severities[finding.grade].fails for finding in listed),
        "any_open_blocking": any(finding.blocks and finding.state is not FindingState.CLOSED for finding in listed),
        "insufficient": frozenset(each.effect for each in audit.shortfalls),
    }


class Part(StrEnum):
    """The parts of a basis; each has a digest of its own, so that a page can say which of them changed."""

    SCHEME = "scheme"
    AGENCY = "agency"
    CHANGES = "changes"
    AMENDED = "amended"  # the agency as an amended certificate names it
    SCOPE = "scope"
    ANSWERS = "answers"
    EVIDENCE = "evidence"
    POPULATIONS = "populations"
    VERDICTS = "verdicts"
    FINDINGS = "findings"
    GRADES = "grades"
    REMARKS = "remarks"
    DISPUTES = "disputes"
    OBJECTIONS = "objections"
    REVIEW = "review"
    WORDS = "words"
    CERTIFICATE = "certificate"
    DECISIONS = "decisions"
    CONDITIONS = "conditions"
    APPEAL = "appeal"
    AUDITS = "audits"


class BasisMovedError(IllegalMoveError):
    """The basis changed after the decider had read it; `parts` says where."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        super().__init__("What you decide on has changed since you opened this page. Look again, then decide.")
        self.parts = parts


@dataclass(frozen=True)
class Basis:
    """Everything that a decider had before him, as JSON values."""

    parts: Mapping[Part, Any]

    @cached_property
    def _spelled(self) -> dict[Part, bytes]:
        """Return the canonical JSON of each part, as the value of an object with an empty name."""
        return {part: canonical({"": value}) for part, value in self.parts.items()}

    @cached_property
    def content(self) -> bytes:
        """Return the canonical JSON, which is kept with the decision: that of its parts, by their names."""
        named = (b'"' + part.encode() + self._spelled[part][2:-1] for part in sorted(self.parts))
        return b"{" + b",".join(named) + b"}"

    @property
    def sha256(self) -> str:
        """Return the digest (hex) of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def shown(self) -> str:
        """Return the digests of all parts on one line, which a form carries and posts back."""
        return " ".join(f"{part}:{hashlib.sha256(said).hexdigest()}" for part, said in self._spelled.items())

    def with_parts(self, more: Mapping[Part, Any]) -> "Basis":
        """Return this basis and more."""
        return Basis({**self.parts, **more})

    def check_unmoved(self, shown: str | None) -> None:
        """Raise BasisMovedError if this is not what a page has shown; None skips the check."""
        if shown is None or shown == self.shown:
            return
        seen = set(shown.split())
        now = zip(self.parts, self.shown.split(), strict=True)
        raise BasisMovedError(tuple(part for part, digest in now if digest not in seen))


def audit_basis(session: Session, audit: Audit) -> Basis:
    """Return the basis of a decision on an audit, in fixed order.

    Included are the scheme, the agency as a certificate names it, the changes that it reported and that are not
    finished, the scope that it stated, the answers and the hashes of their evidence, the populations with their draws,
    the verdicts, the findings with their corrective actions, the words of inspector and reviewer, and the other
    decisions about this agency.
    """
    parts = _gather(session, *_of_audit(audit.id, audit.certification_id, audit.agency_id))
    parts[Part.VERDICTS] = sorted([*alike, sorted(units)] for *alike, units in parts[Part.VERDICTS])
    return Basis(
        {
            Part.SCHEME: audit.scheme_version.sha256,
            Part.SCOPE: [audit.application.scope, audit.confirmed_scope],
            Part.WORDS: [audit.summary, audit.recommendation],
            **parts,
        }
    )


def compared_in(basis: Basis, scheme: SchemeText) -> list[Compared]:
    """Compare answers and verdicts as `compare` does, without reading them again."""
    said = [(code, value, None) for code, value, *_more in basis.parts[Part.ANSWERS]]
    judged: Counter[tuple[str, str]] = Counter()
    for code, _unit, value, _note, units in basis.parts[Part.VERDICTS]:
        judged[code, value] += len(units)
    return in_order(scheme, [*said, *((*key, count) for key, count in sorted(judged.items()))])


def agency_parts(session: Session, agency_id: UUID) -> dict[Part, Any]:
    """Return what every decision about an agency rests on: its details, audits and findings, and earlier decisions."""
    return _gather(session, *_of_agency(agency_id))


def amended_parts(session: Session, agency_id: UUID) -> dict[Part, Any]:
    """Return the agency as its certificate names it after the changes that wait for an amendment."""
    fresh = session.get_one(Agency, agency_id, options=[selectinload(Agency.branches)], populate_existing=True)
    waiting = referred_changes(session, agency_id, Consequence.AMEND)
    return {Part.AMENDED: holder_after(holder_of(fresh), waiting).plain()}


def holder_in(session: Session, decision: Decision) -> Holder:
    """Return the agency as it was decided; as it is now where the basis does not say (before migration 0022)."""
    content = session.scalar(select(DecisionBasis.content).where(DecisionBasis.decision_id == decision.id))
    basis = json.loads(content or "{}")
    said = basis.get(Part.AMENDED) or basis.get(Part.AGENCY)
    return Holder.of(said) if isinstance(said, dict) else holder_of(decision.agency)


def _gather(session: Session, query: _Gathered, values: dict[str, Any]) -> dict[Part, Any]:
    parts: dict[Part, Any] = {Part(name): listed for name, listed in rows(session, query, values)}
    [row] = parts[Part.AGENCY]
    parts[Part.AGENCY] = dict(zip(_NAMED, row, strict=True))
    return parts


@built_once
def _of_audit(audit_id: UUID, application_id: UUID, agency_id: UUID) -> _Gathered:
    return _together(
        {
            Part.AGENCY: _holder(agency_id),
            Part.CHANGES: _changes(agency_id),
            Part.ANSWERS: _answers(application_id),
            Part.EVIDENCE: _evidence(application_id),
            Part.POPULATIONS: _populations(audit_id),
            Part.VERDICTS: _verdicts(audit_id),
            Part.FINDINGS: _findings(audit_id),
            Part.GRADES: _grades(audit_id),
            Part.REMARKS: _remarks(audit_id),
            Part.DISPUTES: _disputes(audit_id),
            Part.OBJECTIONS: _objections(audit_id),
            Part.REVIEW: _review(audit_id),
            Part.DECISIONS: _decisions(agency_id),
            Part.CONDITIONS: _conditions(agency_id),
        }
    )


@built_once
def _of_agency(agency_id: UUID) -> _Gathered:
    return _together(
        {
            Part.AGENCY: _holder(agency_id),
            Part.CHANGES: _changes(agency_id),
            Part.AUDITS: _audits(agency_id),
            Part.FINDINGS: _all_findings(agency_id),
            Part.DECISIONS: _decisions(agency_id),
            Part.CONDITIONS: _conditions(agency_id),
        }
    )


def _together(parts: Mapping[Part, _Query]) -> _Gathered:
    """Return one statement for all parts: a row each, with the rows of the part as JSON that the database writes."""
    return union_all(*(_as_json(part, query) for part, query in parts.items()))


def _as_json(part: Part, query: _Query) -> Select[str, Any]:
    its = query.subquery()
    listed = func.json_agg(func.json_build_array(*its.c))  # of a sorted subquery, in its order
    return select(literal_column(f"'{part.value}'"), func.coalesce(listed, literal_column("'[]'::json")))


def _holder(agency_id: UUID) -> _Query:
    """Select the agency as a certificate names it, as `holder_of` does, as it stands in the database now."""
    branches = select(func.count()).where(Branch.agency_id == Agency.id).correlate(Agency).scalar_subquery()
    named = (1 + branches if name == "sites" else getattr(Agency, name) for name in _NAMED)
    return select(*(column.label(name) for name, column in zip(_NAMED, named, strict=True))).where(
        Agency.id == agency_id
    )


def _changes(agency_id: UUID) -> _Query:
    reported = (AgencyChange.id, AgencyChange.section, AgencyChange.state, AgencyChange.consequences)
    query = select(*reported).where(AgencyChange.agency_id == agency_id, AgencyChange.state.in_(sorted(OPEN_STATES)))
    return query.order_by(AgencyChange.reported_at, AgencyChange.id)


def _decisions(agency_id: UUID) -> _Query:
    query = select(Decision.id, Decision.kind, Decision.decided_at).where(Decision.agency_id == agency_id)
    return query.order_by(Decision.decided_at, Decision.id)


def _conditions(agency_id: UUID) -> _Query:
    """Return the conditions that are not met yet, with the proof and the hashes of its files."""
    named = (Condition.id, Condition.text, Condition.due_on, Condition.state)
    query = select(*named, ConditionProof.explanation, ConditionProof.answer, ConditionFile.sha256)
    query = query.outerjoin(ConditionProof, ConditionProof.condition_id == Condition.id)
    query = query.outerjoin(ConditionFile, ConditionFile.proof_id == ConditionProof.id)
    query = query.where(Condition.agency_id == agency_id, Condition.state.in_(sorted(UNMET)))
    in_order = (Condition.due_on, Condition.id, ConditionProof.submitted_at, ConditionFile.sha256)
    return query.order_by(*in_order)


def _audits(agency_id: UUID) -> _Query:
    query = select(Audit.reference, Audit.state, Audit.score, Audit.reported_at).where(Audit.agency_id == agency_id)
    return query.order_by(Audit.reference)


def _all_findings(agency_id: UUID) -> _Query:
    found = (Audit.reference, Finding.number, Finding.requirement_code, Finding.grade, Finding.state, Finding.due_on)
    query = select(*found).join(Audit, Audit.id == Finding.audit_id).where(Audit.agency_id == agency_id)
    return query.order_by(Audit.reference, Finding.number)


def _answers(application_id: UUID) -> _Query:
    return (
        select(Answer.requirement_code, Answer.value, Answer.explanation, Answer.details)
        .where(Answer.application_id == application_id)
        .order_by(Answer.requirement_code)
    )


def _evidence(application_id: UUID) -> _Query:
    return (
        select(Evidence.requirement_code, Evidence.sha256)
        .where(Evidence.application_id == application_id, Evidence.removed_at.is_(None))
        .order_by(Evidence.requirement_code, Evidence.sha256)
    )


def _grades(audit_id: UUID) -> _Query:
    asked = (GradeChange.grade_before, GradeChange.grade, GradeChange.reason, GradeChange.asked_by)
    query = select(Finding.number, *asked, GradeChange.granted, GradeChange.answer, GradeChange.answered_by)
    query = query.join(Finding, Finding.id == GradeChange.finding_id).where(Finding.audit_id == audit_id)
    return query.order_by(Finding.number, GradeChange.asked_at)


def _disputes(audit_id: UUID) -> _Query:
    query = select(Finding.number, Dispute.reason, Dispute.granted, Dispute.answer, Dispute.answered_by)
    query = query.join(Finding, Finding.id == Dispute.finding_id).where(Finding.audit_id == audit_id)
    return query.order_by(Finding.number)


def _objections(audit_id: UUID) -> _Query:
    """Select what the agency said of people who audited it, and what the office answered."""
    said = (TeamObjection.person_id, TeamObjection.reason, TeamObjection.upheld)
    query = select(*said, TeamObjection.answer, TeamObjection.answered_by)
    return query.where(TeamObjection.audit_id == audit_id).order_by(TeamObjection.asked_at, TeamObjection.id)


def _review(audit_id: UUID) -> _Query:
    said = (ReviewCheck.chapter, ReviewCheck.code, ReviewCheck.ticked, ReviewCheck.remark, ReviewCheck.reviewed_by)
    query = select(*said).where(ReviewCheck.audit_id == audit_id)
    return query.order_by(ReviewCheck.id)


def _remarks(audit_id: UUID) -> _Query:
    said = (Remark.requirement_code, Remark.grade, Remark.note, Remark.agency_text)
    query = select(*said).where(Remark.audit_id == audit_id, Remark.withdrawn_at.is_(None))
    return query.order_by(Remark.written_at, Remark.id)


def _populations(audit_id: UUID) -> _Query:
    return select(*_LISTED, _added()).where(Population.audit_id == audit_id).order_by(Population.unit)


def _added() -> ScalarSelect[Any]:
    """Return the units beside the draw, as JSON: how each came in, and why."""
    one = func.json_build_array(*(getattr(SampledUnit, name) for name in _OF_UNIT))
    listed = func.coalesce(func.json_agg(aggregate_order_by(one, SampledUnit.position)), literal_column("'[]'::json"))
    beside = (SampledUnit.audit_id == Population.audit_id, SampledUnit.unit == Population.unit)
    return select(listed).where(*beside, SampledUnit.origin != Origin.RANDOM).scalar_subquery()


def _verdicts(audit_id: UUID) -> _Query:
    """Select requirement, kind of unit, verdict and note, and the units that have these in common, in any order.

    Most of some 900 verdicts conform without a note. To group them takes the database a third of what it takes to sort
    them and write each, and they are a quarter as long.
    """
    alike = (Verdict.requirement_code, Verdict.unit, Verdict.value, Verdict.note)
    units = func.json_agg(Verdict.reference).label("units")
    return select(*alike, units).where(Verdict.audit_id == audit_id).group_by(*alike)


def _findings(audit_id: UUID) -> _Query:
    found = (Finding.number, Finding.requirement_code, Finding.grade, Finding.grade_found, Finding.points)
    said = (Finding.observed, Finding.agency_text, Finding.repeat_of, Finding.state)
    repair = (Finding.cause, Finding.extent, Finding.solution, Finding.effectiveness, Finding.verification_note)
    return select(*found, *said, *repair).where(Finding.audit_id == audit_id).order_by(Finding.number)
