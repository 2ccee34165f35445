"""The basis of a decision: the summary of the findings, and everything that was considered, with its digest."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from audits.agencies.models import Agency, holder_of
from audits.agencies.rules import Holder
from audits.applications.models import Answer, Evidence
from audits.core.canonical import canonical
from audits.core.errors import IllegalMoveError
from audits.decisions.models import Decision, DecisionBasis
from audits.inspections.models import Audit, Finding, Population, Verdict
from audits.inspections.workflow import FindingState
from audits.schemes.text import SchemeText

_Query = Select[*tuple[Any, ...]]


class Standing(TypedDict):
    """The summary of an audit's findings that the rules of decision need."""

    score: int
    any_failing: bool
    any_open_blocking: bool


def standing(scheme: SchemeText, found: Iterable[Finding]) -> Standing:
    """Compute the summary from the findings, as the database does before it allows a grant."""
    listed = list(found)
    return {
        "score": sum(finding.points for finding in listed),
        "any_failing": any(scheme.severities[finding.grade].fails for finding in listed),
        "any_open_blocking": any(finding.blocks and finding.state is not FindingState.CLOSED for finding in listed),
    }


class Part(StrEnum):
    """The parts of a basis; each has a digest of its own, so that a page can say which of them changed."""

    SCHEME = "scheme"
    AGENCY = "agency"
    SCOPE = "scope"
    ANSWERS = "answers"
    EVIDENCE = "evidence"
    POPULATIONS = "populations"
    VERDICTS = "verdicts"
    FINDINGS = "findings"
    WORDS = "words"
    CERTIFICATE = "certificate"
    DECISIONS = "decisions"
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
    def content(self) -> bytes:
        """Return the canonical JSON, which is kept with the decision."""
        return canonical({part.value: value for part, value in self.parts.items()})

    @property
    def sha256(self) -> str:
        """Return the digest (hex) of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def shown(self) -> str:
        """Return the digests of all parts on one line, which a form carries and posts back."""
        return " ".join(f"{part}:{_digest(value)}" for part, value in self.parts.items())

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

    Included are the scheme, the agency as a certificate names it, the scope that it stated, the answers and the hashes
    of their evidence, the populations with their draws, the verdicts, the findings with their corrective actions, the
    words of inspector and reviewer, and the other decisions about this agency.
    """
    return Basis(
        {
            Part.SCHEME: audit.scheme_version.sha256,
            Part.AGENCY: _holder(session, audit.agency_id),
            Part.SCOPE: audit.application.scope,
            Part.ANSWERS: _rows(session, _answers(audit)),
            Part.EVIDENCE: _rows(session, _evidence(audit)),
            Part.POPULATIONS: _rows(session, _populations(audit)),
            Part.VERDICTS: _rows(session, _verdicts(audit)),
            Part.FINDINGS: _rows(session, _findings(audit)),
            Part.WORDS: [audit.summary, audit.recommendation],
            Part.DECISIONS: decisions_so_far(session, audit.agency_id),
        }
    )


def agency_parts(session: Session, agency_id: UUID) -> dict[Part, Any]:
    """Return what every decision about an agency rests on: its details, audits and findings, and earlier decisions."""
    return {
        Part.AGENCY: _holder(session, agency_id),
        Part.AUDITS: _rows(session, _audits(agency_id)),
        Part.FINDINGS: _rows(session, _all_findings(agency_id)),
        Part.DECISIONS: decisions_so_far(session, agency_id),
    }


def holder_in(session: Session, decision: Decision) -> Holder:
    """Return the agency as the decider saw it; as it is now where the basis does not say (before migration 0022)."""
    content = session.scalar(select(DecisionBasis.content).where(DecisionBasis.decision_id == decision.id))
    said = json.loads(content or "{}").get(Part.AGENCY)
    return Holder.of(said) if isinstance(said, dict) else holder_of(decision.agency)


def decisions_so_far(session: Session, agency_id: UUID) -> list[list[Any]]:
    """Return every decision about an agency, oldest first."""
    query = select(Decision.id, Decision.kind, Decision.decided_at).where(Decision.agency_id == agency_id)
    return _rows(session, query.order_by(Decision.decided_at, Decision.id))


def _holder(session: Session, agency_id: UUID) -> dict[str, Any]:
    """Return the agency as a certificate names it, as it stands in the database now."""
    fresh = session.get_one(Agency, agency_id, options=[selectinload(Agency.branches)], populate_existing=True)
    return holder_of(fresh).plain()


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical({"": value})).hexdigest()


def _rows(session: Session, query: _Query) -> list[list[Any]]:
    return [[_plain(value) for value in row] for row in session.execute(query)]


def _plain(value: Any) -> Any:
    """Convert a value of a row to JSON."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | StrEnum) else value


def _audits(agency_id: UUID) -> _Query:
    query = select(Audit.reference, Audit.state, Audit.score, Audit.reported_at).where(Audit.agency_id == agency_id)
    return query.order_by(Audit.reference)


def _all_findings(agency_id: UUID) -> _Query:
    found = (Audit.reference, Finding.number, Finding.requirement_code, Finding.grade, Finding.state, Finding.due_on)
    query = select(*found).join(Audit, Audit.id == Finding.audit_id).where(Audit.agency_id == agency_id)
    return query.order_by(Audit.reference, Finding.number)


def _answers(audit: Audit) -> _Query:
    return (
        select(Answer.requirement_code, Answer.value, Answer.explanation)
        .where(Answer.application_id == audit.application_id)
        .order_by(Answer.requirement_code)
    )


def _evidence(audit: Audit) -> _Query:
    return (
        select(Evidence.requirement_code, Evidence.sha256)
        .where(Evidence.application_id == audit.application_id, Evidence.removed_at.is_(None))
        .order_by(Evidence.requirement_code, Evidence.sha256)
    )


def _populations(audit: Audit) -> _Query:
    return (
        select(Population.unit, Population.digest, Population.seed, Population.algorithm, Population.drawn)
        .where(Population.audit_id == audit.id)
        .order_by(Population.unit)
    )


def _verdicts(audit: Audit) -> _Query:
    return (
        select(Verdict.requirement_code, Verdict.unit, Verdict.reference, Verdict.value, Verdict.note)
        .where(Verdict.audit_id == audit.id)
        .order_by(Verdict.requirement_code, Verdict.unit, Verdict.reference)
    )


def _findings(audit: Audit) -> _Query:
    found = (Finding.number, Finding.requirement_code, Finding.grade, Finding.points, Finding.observed, Finding.state)
    repair = (Finding.cause, Finding.extent, Finding.solution, Finding.effectiveness, Finding.verification_note)
    return select(*found, *repair).where(Finding.audit_id == audit.id).order_by(Finding.number)
