"""Compare the agency's answers with the inspector's verdicts, requirement by requirement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from audits.applications.models import Answer
from audits.core.statements import built_once
from audits.inspections import rules
from audits.inspections.models import Audit, Verdict
from audits.schemes.models import Requirement
from audits.schemes.text import SchemeText


@dataclass(frozen=True, slots=True)
class Compared:
    """One requirement: the code of the agency's answer, and the number of units per verdict."""

    code: str
    answer: str | None
    verdicts: dict[str, int] = field(default_factory=dict)


def compare(session: Session, audit: Audit) -> list[Compared]:
    """Return every requirement of the audit's version, in the order of the scheme.

    The caller must have access to it.
    """
    query, values = _comparison(audit.id, audit.application_id, audit.scheme_version_id)
    compared: dict[str, Compared] = {}
    for code, answer, verdict, count in session.execute(query, values):
        row = compared.setdefault(code, Compared(code, answer))
        if verdict is not None:
            row.verdicts[verdict] = count
    return list(compared.values())


def differing(scheme: SchemeText, compared: Iterable[Compared]) -> list[Compared]:
    """Return the requirements where answer and verdict contradict each other on conformity."""
    return [row for row in compared if row.verdicts and _admits(scheme, row) is not _falls_short(scheme, row.verdicts)]


def nowhere_assessed(scheme: SchemeText, compared: Iterable[Compared]) -> list[str]:
    """Return the requirements that were assessed on no unit; a decider must see them."""
    return rules.unassessed(scheme, {row.code: dict(zip(row.verdicts, row.verdicts, strict=True)) for row in compared})


def _admits(scheme: SchemeText, row: Compared) -> bool:
    return row.answer is not None and scheme.verdicts[row.answer].nonconforming


def _falls_short(scheme: SchemeText, verdicts: Mapping[str, int]) -> bool:
    return any(scheme.verdicts[value].nonconforming for value in verdicts)


@built_once
def _comparison(audit_id: UUID, application_id: UUID, version_id: UUID) -> Select[str, str | None, str | None, int]:
    judged = and_(Verdict.audit_id == audit_id, Verdict.requirement_code == Requirement.code)
    said = and_(Answer.application_id == application_id, Answer.requirement_code == Requirement.code)
    return (
        select(Requirement.code, Answer.value, Verdict.value, func.count(Verdict.reference))
        .outerjoin(Answer, said)
        .outerjoin(Verdict, judged)
        .where(Requirement.scheme_version_id == version_id)
        .group_by(Requirement.position, Requirement.code, Answer.value, Verdict.value)
        .order_by(Requirement.position, Verdict.value)
    )
