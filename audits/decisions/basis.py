"""What a decision rests on: what stands in the way of a grant, and the digest of everything that was weighed."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications.models import Answer, Evidence
from audits.inspections.models import Audit, Finding, Population, Verdict
from audits.inspections.workflow import FindingState
from audits.schemes.text import SchemeText


def basis_digest(session: Session, audit: Audit) -> str:
    """SHA-256 (hex) over norm, answers, evidence hashes, populations, verdicts and findings, in fixed order."""
    basis = {
        "scheme": audit.scheme_version.sha256,
        "answers": _rows(session, _answers(audit)),
        "evidence": _rows(session, _evidence(audit)),
        "populations": _rows(session, _populations(audit)),
        "verdicts": _rows(session, _verdicts(audit)),
        "findings": _rows(session, _findings(audit)),
    }
    return hashlib.sha256(json.dumps(basis, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def barriers(norm: SchemeText, found: Iterable[Finding]) -> dict[str, bool]:
    """What the findings put in the way of a grant, as the rules ask for it."""
    listed = list(found)
    return {
        "any_failing": any(norm.severities[finding.grade].fails for finding in listed),
        "any_open_blocking": any(finding.blocks and finding.state is not FindingState.CLOSED for finding in listed),
    }


def _rows(session: Session, query: Any) -> list[list[Any]]:
    return [list(row) for row in session.execute(query)]


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
        select(Population.unit, Population.digest, Population.seed, Population.drawn)
        .where(Population.audit_id == audit.id)
        .order_by(Population.unit)
    )


def _verdicts(audit: Audit) -> Any:
    return (
        select(Verdict.requirement_code, Verdict.reference, Verdict.value, Verdict.note)
        .where(Verdict.audit_id == audit.id)
        .order_by(Verdict.requirement_code, Verdict.reference)
    )


def _findings(audit: Audit) -> Any:
    return (
        select(Finding.number, Finding.requirement_code, Finding.grade, Finding.points, Finding.state)
        .where(Finding.audit_id == audit.id)
        .order_by(Finding.number)
    )
