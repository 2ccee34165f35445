"""A database with a case in every state, for statements that must not pass."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications.models import Answer, Evidence
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import STAFF_ROLES, Role
from audits.inspections.models import Audit, Finding
from audits.inspections.workflow import AuditState, FindingState
from audits.schemes.queries import scheme_of_version
from certificates.lifecycle.workflow import CertificateState
from tests.kit.factories import give_password, make_agency, make_application, make_audit, make_certificate, make_person
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.documents import known
from tests.kit.factories.inspections import judge


def make_world(session: Session) -> dict[str, Any]:
    """Rows of several agencies and of the staff; what statements name them by."""
    world = {f"{state}_application": make_application(session, state=state).id for state in ApplicationState}
    world |= _audits(session) | _certificates(session) | _people(session)
    session.flush()
    return world


def _audits(session: Session) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for state in AuditState:
        audit = make_audit(session, state)
        made |= {f"{state}_audit": audit.id, f"{state}_inspector": audit.inspector_id}
        made[f"{state}_case"] = audit.application_id
        if state is AuditState.IN_PROGRESS:
            judge(session, audit, {_of_the_agency(audit): ("conform", "")})
        if state in {AuditState.REPORTED, AuditState.REVIEWED, AuditState.CONCLUDED}:
            made |= _findings(session, state, audit)
    return made


def _certificates(session: Session) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for state in CertificateState:
        certificate = make_certificate(session, state)
        made[f"{state}_certificate"] = certificate.id
        if state is CertificateState.ACTIVE:
            known(session, certificate, b"sealed")
            made |= {"decision": certificate.decision_id, "decided_audit": certificate.decision.audit_id}
            made["holder"] = certificate.agency_id
    return made


def _people(session: Session) -> dict[str, Any]:
    """Two agencies with a draft, a file and an owner each, and one of the staff in each role."""
    made: dict[str, Any] = {}
    for name in ("mine", "other"):
        agency = make_agency(session)
        owner = give_password(session, make_person(session, [Role.AGENCY_OWNER], agency))
        draft = make_application(session, agency=agency, signatory=owner, answers=True)
        made |= {name: agency.id, f"{name}_owner": owner.id, f"{name}_draft": draft.id}
        made |= {f"{name}_version": draft.scheme_version_id, f"{name}_evidence": _evidence(session, draft, owner)}
    for role in STAFF_ROLES:
        made[str(role)] = give_password(session, make_person(session, role)).id
    return made


def _findings(session: Session, state: AuditState, audit: Audit) -> dict[str, Any]:
    add_findings(session, audit, [finding("minor", each) for each in FindingState])
    session.refresh(audit)
    rows = session.scalars(select(Finding).where(Finding.audit_id == audit.id))
    return {f"{state}_{row.state}_finding": row.id for row in rows}


def _of_the_agency(audit: Audit) -> str:
    """A requirement that is looked at once, at the organisation itself."""
    scheme = scheme_of_version(audit.scheme_version)
    return next(item.code for item in scheme.requirements if scheme.units[item.unit].is_agency)


def _evidence(session: Session, application: Any, person: Any) -> Any:
    answer = session.scalars(select(Answer).where(Answer.application_id == application.id)).first()
    assert answer is not None
    row = Evidence(
        id=uuid4(),
        application_id=application.id,
        requirement_code=answer.requirement_code,
        scheme_version_id=application.scheme_version_id,
        filename="contract.pdf",
        media_type="application/pdf",
        size=1,
        sha256="ab" * 32,
        uploaded_by=person.id,
        uploaded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id
