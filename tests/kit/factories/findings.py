"""Findings in any state, and their corrective actions, created through the services."""

from typing import Any

from sqlalchemy.orm import Session

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.findings.services import answer_dispute, dispute_finding
from audits.inspections import queries, services
from audits.inspections.models import Finding
from audits.inspections.workflow import AuditState, FindingState
from audits.people.models import Person
from audits.schemes.models import SchemeVersion
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.inspections import judge, make_audit
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, source

BROKEN = ("nonconform", "The original was not seen.")
REPAIR = {
    "cause": "Nobody was told to look.",
    "extent": "All files of May.",
    "solution": "Every file was done again.",
    "effectiveness": "The team lead samples ten files a month.",
}


STEPWISE = {FindingState.PLAN_ACCEPTED, FindingState.PROVEN}


def make_finding(
    session: Session,
    state: FindingState = FindingState.OPEN,
    code: str = "CON-01",
    *,
    inspector: Person | None = None,
    version: SchemeVersion | None = None,
) -> Finding:
    """Return a finding on a reported audit in which one requirement is not met.

    States that come with a plan need a version of the norm that asks for one.
    """
    if state in STEPWISE:
        version = version or make_scheme(session, source(SECOND))
    application = make_application(session, version=version, state=ApplicationState.ACCEPTED) if version else None
    audit = make_audit(session, AuditState.REPORTED, {code: BROKEN}, inspector=inspector, application=application)
    finding = queries.findings_of(session, audit.id)[0]
    if state in {FindingState.ANSWERED, FindingState.CLOSED, *STEPWISE}:
        answer(session, finding)
    if state in {FindingState.CLOSED, *STEPWISE}:
        services.accept_corrective_action(session, audit.inspector.actor, finding.id, note="The files were seen.")
    if state is FindingState.PROVEN:
        answer(session, finding)
    if state is FindingState.SUPERSEDED:
        supersede(session, finding)
    if state is FindingState.WITHDRAWN:
        withdraw(session, finding)
    session.flush()
    return finding


def withdraw(session: Session, finding: Finding) -> None:
    """Let the agency dispute it, and a reviewer agree."""
    owner, reviewer = make_person(session, Role.AGENCY_OWNER, finding.agency_id), make_person(session, Role.REVIEWER)
    raised = dispute_finding(session, owner.actor, finding.id, reason="It was there.")
    answer_dispute(session, reviewer.actor, raised.id, granted=True, answer="So it was.")


def supersede(session: Session, finding: Finding) -> None:
    """Report the audit again, now without the finding."""
    audit, code = finding.audit, finding.requirement_code
    services.reopen_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, reason="Look again.")
    judge(session, audit, {code: ("conform", "")})
    services.report_audit(session, audit.inspector.actor, audit.id, summary="Looked again.")


def answer(session: Session, finding: Finding, somebody: Person | None = None, **values: Any) -> Finding:
    """Answer all four questions, as an editor of the agency."""
    somebody = somebody or make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)
    services.submit_corrective_action(
        session, somebody.actor, finding.id, **{**REPAIR, "version": finding.version, **values}
    )
    session.flush()
    return finding
