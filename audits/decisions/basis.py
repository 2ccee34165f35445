"""What a decision rests on: how the findings stand, and the digest of everything that was weighed."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.applications.models import Answer, Evidence
from audits.inspections.models import Audit, Finding, Population, Verdict
from audits.inspections.workflow import FindingState
from audits.schemes.text import SchemeText


class Standing(TypedDict):
    """How the findings of an audit stand, as the rules ask for it."""

    score: int
    any_failing: bool
    any_open_blocking: bool


def standing(scheme: SchemeText, found: Iterable[Finding]) -> Standing:
    """Counted anew from the findings, as the database does before it lets a grant through."""
    listed = list(found)
    return {
        "score": sum(finding.points for finding in listed),
        "any_failing": any(scheme.severities[finding.grade].fails for finding in listed),
        "any_open_blocking": any(finding.blocks and finding.state is not FindingState.CLOSED for finding in listed),
    }


def basis_digest(session: Session, audit: Audit) -> str:
    """SHA-256 (hex) over all that the decider had before them, in fixed order.

    The norm, who the agency is and what it asks the mark for, its answers and the hashes of its evidence, the
    populations with their draws, the verdicts, the findings with their repairs, the inspector's and reviewer's words.
    """
    basis = {
        "scheme": audit.scheme_version.sha256,
        "agency": _rows(session, _agency(audit)),
        "answers": _rows(session, _answers(audit)),
        "evidence": _rows(session, _evidence(audit)),
        "populations": _rows(session, _populations(audit)),
        "verdicts": _rows(session, _verdicts(audit)),
        "findings": _rows(session, _findings(audit)),
        "words": [audit.summary, audit.recommendation],
    }
    return hashlib.sha256(json.dumps(basis, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _rows(session: Session, query: Any) -> list[list[Any]]:
    return [list(row) for row in session.execute(query)]


def _agency(audit: Audit) -> Any:
    facts = (Agency.legal_name, Agency.country, Agency.register_number, Agency.activities, Agency.sectors)
    return select(*facts, Agency.recruitment_countries, Agency.own_housing).where(Agency.id == audit.agency_id)


def _answers(audit: Audit) -> Any:
    return (
        select(Answer.requirement_code, Answer.value, Answer.explanation)
        .where(Answer.application_id == audit.application_id)
        .order_by(Answer.requirement_code)
    )


def _evidence(audit: Audit) -> Any:
    return (
        select(Evidence.requirement_code, Evidence.sha256)
        .where(Evidence.application_id == audit.application_id, Evidence.removed_at.is_(None))
        .order_by(Evidence.requirement_code, Evidence.sha256)
    )


def _populations(audit: Audit) -> Any:
    return (
        select(Population.unit, Population.digest, Population.seed, Population.algorithm, Population.drawn)
        .where(Population.audit_id == audit.id)
        .order_by(Population.unit)
    )


def _verdicts(audit: Audit) -> Any:
    return (
        select(Verdict.requirement_code, Verdict.unit, Verdict.reference, Verdict.value, Verdict.note)
        .where(Verdict.audit_id == audit.id)
        .order_by(Verdict.requirement_code, Verdict.unit, Verdict.reference)
    )


def _findings(audit: Audit) -> Any:
    found = (Finding.number, Finding.requirement_code, Finding.grade, Finding.points, Finding.observed, Finding.state)
    repair = (Finding.cause, Finding.extent, Finding.solution, Finding.operation, Finding.verification_note)
    return select(*found, *repair).where(Finding.audit_id == audit.id).order_by(Finding.number)
