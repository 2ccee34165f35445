"""Decisions taken through the service, and findings of any grade to base them on."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.core.access import Role
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.decisions.services import decide
from audits.inspections.models import Audit, Finding
from audits.inspections.workflow import AuditState, FindingState
from audits.people.models import Person
from audits.schemes.queries import scheme_of_version
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person


def make_decision(
    session: Session,
    outcome: Outcome = Outcome.GRANT,
    *,
    audit: Audit | None = None,
    decider: Person | None = None,
    conditions: Sequence[str] = (),
) -> Decision:
    """Return a decision on a reviewed audit, with the findings that a conditional grant needs."""
    audit = audit or make_audit(session, AuditState.REVIEWED)
    if outcome is Outcome.GRANT_WITH_CONDITIONS:
        conditions = conditions or ("A new check of the contracts within three months.",)
        add_findings(session, audit, [finding("major")] * 2)
    decider = decider or make_person(session, Role.DECIDER)
    return decide(session, decider.actor, audit.id, outcome=outcome, reasons="All was weighed.", conditions=conditions)


def finding(grade: str, state: FindingState = FindingState.CLOSED, **values: Any) -> dict[str, Any]:
    """Return the description of one finding for `add_findings`."""
    return {"grade": grade, "state": state, **values}


def add_findings(session: Session, audit: Audit, listed: Iterable[dict[str, Any]]) -> None:
    """Findings written straight into the table; what they weigh is what the norm says of their grade."""
    scheme = scheme_of_version(audit.scheme_version)
    last = session.scalar(select(func.count()).select_from(Finding).where(Finding.audit_id == audit.id)) or 0
    for number, values in enumerate(listed, start=last + 1):
        weight = scheme.severities[values["grade"]]
        common = {
            "id": uuid4(),
            "audit_id": audit.id,
            "number": number,
            "scheme_version_id": audit.scheme_version_id,
            "requirement_code": scheme.requirements[number].code,
            "points": weight.points,
            "blocks": weight.blocks_certificate,
            "population": 3,
            "assessed": 3,
            "nonconforming": 1,
            "observed": "The original was not seen.",
        }
        session.add(Finding(**(common | values)))
        audit.score = (audit.score or 0) + values.get("points", weight.points)
    session.flush()
