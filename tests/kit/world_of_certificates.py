"""Certificates in the world of statements: one in each state, audits of holders, and what deciders propose and hear."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import GroupStatement
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision, DecisionGround, DecisionProposal
from audits.inspections.models import Finding
from audits.inspections.workflow import AuditState, FindingState
from audits.people.models import Person
from audits.schemes.cycle import AuditKind, DecisionKind
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from audits.worklists.letters import Moment
from certificates.letters.services import note_posted, write_decision_letter, write_term_letter
from certificates.lifecycle.services import say_in_hearing, suspend_certificate
from certificates.lifecycle.workflow import CertificateState
from tests.kit.factories import make_application, make_audit, make_certificate, make_person
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.documents import known
from tests.kit.factories.inspections import make_holder_audit
from tests.kit.world_of_agencies import add_interest
from tests.kit.world_of_findings import dispute


def add_certificates(session: Session) -> dict[str, Any]:
    """One in each state; what was printed, written and posted about the active one."""
    made: dict[str, Any] = {}
    for state in CertificateState:
        certificate = make_certificate(session, state)
        made[f"{state}_certificate"] = certificate.id
        if state is CertificateState.ACTIVE:
            known(session, certificate, b"sealed")
            known(session, certificate, b"a letter", "decision_letter")
            made |= {"decision": certificate.decision_id, "decided_audit": certificate.decision.audit_id}
            made["holder"] = certificate.agency_id
            made["letter"] = write_decision_letter(session, certificate.decision).id
            made["posted_letter"] = _posted(session, certificate.agency_id)
            session.add(DecisionGround(decision_id=certificate.decision_id, code="x", position=0, words={}))
    return made


def _posted(session: Session, agency_id: Any) -> Any:
    """A letter about a term, which was posted."""
    letter = write_term_letter(session, uuid4(), agency_id=agency_id, kind=DeadlineKind.RENEWAL, moment=Moment.BEGIN)
    note_posted(session, make_person(session, Role.PLANNER).actor, [letter.id], clock.today())
    return letter.id


def add_holders(session: Session) -> dict[str, Any]:
    """Audits of holders of a certificate: one that is reported, and one to decide on, with a task."""
    made: dict[str, Any] = {}
    for name, state in (("found", AuditState.REPORTED), ("weighed", AuditState.REVIEWED)):
        certificate = make_certificate(session)
        application = make_application(session, agency=certificate.agency, state=ApplicationState.ACCEPTED)
        audit = make_audit(session, state, application=application)
        made |= {f"{name}_certificate": certificate.id, f"{name}_holder": audit.agency_id, f"{name}_audit": audit.id}
        made[f"{name}_inspector"] = audit.inspector_id
        add_findings(session, audit, [finding("minor", FindingState.OPEN)])
        made[f"{name}_finding"] = session.scalars(select(Finding.id).where(Finding.audit_id == audit.id)).one()
        if name == "found":
            dispute(session, audit, made["found_finding"])
    for name, state in (("chosen", AuditState.PLANNED), ("narrow", AuditState.IN_PROGRESS)):
        certificate = make_certificate(session)
        special = make_holder_audit(session, certificate.agency, AuditKind.SPECIAL, state, by_hand=["PAY-05"])
        made |= {f"{name}_audit": special.id, f"{name}_agency": special.agency_id}
        made |= {f"{name}_inspector": special.inspector_id, f"{name}_cycle": special.certification_id}
        expert, tied = (make_person(session, Role.INSPECTOR) for _ in range(2))
        member = join_team(session, special.planner.actor, special.id, person_id=expert.id, role=TeamRole.EXPERT)
        member.left_at = clock.now() if name == "narrow" else None
        add_interest(session, tied.id, special.agency_id)
        made[f"{name}_interested"] = tied.id
        made[f"{name}_tied_planner"] = make_person(session, Role.PLANNER).id
        add_interest(session, made[f"{name}_tied_planner"], special.agency_id)
        stated = {"name": "North", "source": "x", "stated_by": special.planner_id, "stated_at": clock.now()}
        session.add(GroupStatement(agency_id=special.agency_id, **stated))
    task = {"kind": "critical_finding", "owner_role": Role.DECIDER, "due_on": clock.today(), "opened_at": clock.now()}
    made["task"] = uuid4()
    session.add(Deadline(id=made["task"], subject_id=audit.id, agency_id=audit.agency_id, **task))
    return made


def add_proposals(session: Session, certificate_id: Any, agency_id: Any) -> dict[str, Any]:
    """A suspension that one decider proposed, and a certificate of a norm that names its grounds itself."""
    first = make_person(session, Role.DECIDER)
    proposal = DecisionProposal(
        id=uuid4(),
        kind=DecisionKind.SUSPEND,
        certificate_id=certificate_id,
        agency_id=agency_id,
        said={"reasons": "x", "grounds": ["deceit"]},
        shown="",
        proposed_by=first.id,
        proposed_at=clock.now(),
    )
    session.add(proposal)
    return {"first_decider": first.id, "proposal": proposal.id} | _at_once(session, first)


def _at_once(session: Session, first: Person) -> dict[str, Any]:
    """A certificate that one decider suspended provisionally."""
    certificate = make_certificate(session)
    suspend_certificate(session, first.actor, certificate.id, reasons="x", provisional=True)
    hearing = Deadline.kind == DeadlineKind.SUSPENSION_HEARING
    term = session.scalars(select(Deadline).where(Deadline.subject_id == certificate.id, hearing)).one()
    [decision] = session.scalars(select(Decision).where(Decision.certificate_id == certificate.id))
    owner = make_person(session, Role.AGENCY_OWNER, certificate.agency)
    say_in_hearing(session, owner.actor, words="x")
    made = {"heard_holder": certificate.agency_id, "heard_owner": owner.id}
    return {"heard_certificate": certificate.id, "hearing": term.id, "at_once": decision.id, **made}
