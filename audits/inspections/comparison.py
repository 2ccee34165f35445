"""Compare the agency's answers with the inspector's verdicts, requirement by requirement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Integer, func, null, select, union_all
from sqlalchemy.orm import Session

from audits.applications.models import Answer
from audits.core.statements import built_once
from audits.inspections import rules
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.models import Audit, Verdict
from audits.schemes.text import SchemeText


@dataclass(slots=True)
class Compared:
    """One requirement: the code of the agency's answer, and the number of units per verdict."""

    code: str
    answer: str | None = None
    verdicts: dict[str, int] = field(default_factory=dict)


def compare(session: Session, audit: Audit) -> list[Compared]:
    """Return every requirement of the audit, in the order of the scheme.

    The caller must have access to it.
    """
    query, values = _said_and_judged(audit.id, audit.certification_id)
    return in_order(scheme_of_audit(audit), session.execute(query, values).all())


def in_order(scheme: SchemeText, rows: Iterable[Sequence[Any]]) -> list[Compared]:
    """Return every requirement from rows of its code, a verdict, and on how many units; no number for the answer."""
    compared = {item.code: Compared(item.code) for item in scheme.requirements}
    for code, value, count in rows:
        if code not in compared:  # an answer on what this audit does not look at
            continue
        if count is None:
            compared[code].answer = value
        else:
            compared[code].verdicts[value] = count
    return list(compared.values())


def differing(scheme: SchemeText, compared: Iterable[Compared]) -> list[Compared]:
    """Return the requirements where answer and verdict contradict each other on conformity."""
    bad = {code for code, kind in scheme.verdicts.items() if kind.nonconforming}
    return [row for row in compared if row.verdicts and (row.answer in bad) is bad.isdisjoint(row.verdicts)]


def nowhere_assessed(scheme: SchemeText, compared: Iterable[Compared]) -> list[str]:
    """Return the requirements that were assessed on no unit; a decider must see them."""
    return rules.unassessed(scheme, {row.code: dict(zip(row.verdicts, row.verdicts, strict=True)) for row in compared})


@built_once
def _said_and_judged(audit_id: UUID, application_id: UUID) -> CompoundSelect[str, str, int | None]:
    """Select the answers, without a count, and then the verdicts. A join would repeat each answer for every verdict."""
    said = select(Answer.requirement_code, Answer.value, null().cast(Integer)).where(
        Answer.application_id == application_id
    )
    judged = select(Verdict.requirement_code, Verdict.value, func.count()).where(Verdict.audit_id == audit_id)
    return union_all(said, judged.group_by(Verdict.requirement_code, Verdict.value)).order_by("value")
