"""The basis of a decision: the summary of the findings, and the digest of everything that was considered."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypedDict

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.rules import Scope
from audits.applications.models import Answer, Evidence
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


def basis_digest(session: Session, audit: Audit) -> str:
    """Return the SHA-256 (hex) of everything that the decider had available, in fixed order.

    Included are the scheme, the agency and its scope, the answers and the hashes of their evidence, the populations
    with their draws, the verdicts, the findings with their corrective actions, and the words of inspector and reviewer.
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


def _rows(session: Session, query: _Query) -> list[list[Any]]:
    return [list(row) for row in session.execute(query)]


def _agency(audit: Audit) -> _Query:
    scope = (getattr(Agency, field.name) for field in fields(Scope))
    return select(Agency.legal_name, Agency.country, Agency.register_number, *scope).where(Agency.id == audit.agency_id)


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
