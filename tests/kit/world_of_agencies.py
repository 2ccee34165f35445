"""What agencies prove, report and answer in the world of the walls: conditions, changes and links, in every state."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications.workflow import ApplicationState
from audits.changes import services as changes
from audits.changes.workflow import ChangeState
from audits.conditions.models import Condition, ConditionProof
from audits.conditions.services import return_proof, submit_proof
from audits.core import clock
from audits.core.access import Role
from audits.core.files import StoredFile
from audits.links.services import answer_link, dismiss_links, judge_link, note_traces, refer_links, report_links
from audits.links.workflow import LinkState, LinkVerdict
from audits.people.models import Interest, Person
from certificates.lifecycle.services import meet_condition
from tests.kit.factories import (
    make_application,
    make_certificate,
    make_person,
)
from tests.kit.factories.changes import report
from tests.kit.factories.links import asked, make_lonely_agency


def add_conditions(session: Session) -> dict[str, Any]:
    """A certificate with conditions: one open, one with proof to judge, one whose proof was not enough, one met."""
    certificate = make_certificate(session, conditions=["x", "y", "z", "met"])
    owner = make_person(session, Role.AGENCY_OWNER, certificate.agency)
    other = make_person(session, Role.DECIDER)
    made: dict[str, Any] = {"conditional": certificate.agency_id, "conditional_person": owner.id}
    made |= {"conditional_certificate": certificate.id, "conditional_audit": certificate.decision.audit_id}
    made["tied_decider"] = make_person(session, Role.DECIDER).id
    add_interest(session, made["tied_decider"], certificate.agency_id)
    query = select(Condition).where(Condition.agency_id == certificate.agency_id).order_by(Condition.position)
    for name, condition in zip(("open", "submitted", "returned", "met"), session.scalars(query), strict=True):
        made[f"{name}_condition"] = condition.id
        if name in {"submitted", "returned"}:
            file = StoredFile("ab" * 32, 1, "application/pdf", "proof.pdf")
            submit_proof(session, owner.actor, condition.id, explanation="x", files=[file])
            session.flush()
            made[f"{name}_proof"] = session.scalars(
                select(ConditionProof.id).where(ConditionProof.condition_id == condition.id)
            ).one()
        if name == "returned":
            return_proof(session, other.actor, condition.id, reason="x")
        if name == "met":
            meet_condition(session, other.actor, certificate.id, reasons="x", condition_id=str(condition.id))
    return made


def add_changes(session: Session, planner_id: Any) -> dict[str, Any]:
    """Changes that agencies reported, one in each state; the one that is referred is a holder's."""
    planner = session.get_one(Person, planner_id).actor
    changed = make_application(session, state=ApplicationState.ACCEPTED).agency
    owner = make_person(session, Role.AGENCY_OWNER, changed)
    made: dict[str, Any] = {"changed": changed.id, "changed_owner": owner.id}
    for state in sorted(ChangeState, key=lambda state: state is ChangeState.REPORTED):  # two at once are refused
        agency = make_certificate(session).agency if state is ChangeState.REFERRED else changed
        person = make_person(session, Role.AGENCY_OWNER, agency)
        change = report(session, agency, person, city="Breda")
        if state in {ChangeState.ACCEPTED, ChangeState.REFERRED}:
            changes.accept_change(session, planner, change.id, checked_against="x")
        elif state is ChangeState.DECLINED:
            changes.decline_change(session, planner, change.id, reason="x")
        elif state is ChangeState.WITHDRAWN:
            changes.withdraw_change(session, person.actor, change.id)
        if state is ChangeState.ACCEPTED:
            changed.city = "Venlo"
        session.flush()
        made[f"{state}_agency_change"] = change.id
    return made


def add_links(session: Session, planner_id: Any) -> dict[str, Any]:
    """Three agencies, each linked to another by its account: one report is open, with one answer, the others judged."""
    planner = session.get_one(Person, planner_id).actor
    made: dict[str, Any] = {}
    for state in LinkState:
        known, linked = (make_lonely_agency(session, iban=f"account {state}") for _ in range(2))
        note_traces(session, b"key", [known.id])
        report = report_links(session, linked.id, bank_key=b"key")
        assert report is not None
        session.flush()
        owner, [hit] = make_person(session, Role.AGENCY_OWNER, linked), asked(session, planner, report)
        answer_link(session, owner.actor, hit.id, answer="x")
        made |= {f"{state}_link_report": report.id, f"{state}_link_hit": hit.id, f"{state}_linked": linked.id}
        made |= {f"{state}_linked_owner": owner.id}
        if state is not LinkState.OPEN:
            verdict = LinkVerdict.COUNTS if state is LinkState.REFERRED else LinkVerdict.COUNTS_NOT
            judge_link(session, planner, report.id, hit.id, verdict=verdict, reason="x")
            (refer_links if state is LinkState.REFERRED else dismiss_links)(session, planner, report.id, reason="x")
        session.flush()
    return made


def add_interest(session: Session, person_id: Any, agency_id: Any) -> None:
    values = {"person_id": person_id, "agency_id": agency_id, "nature": "x", "declared_at": clock.now()}
    session.add(Interest(id=uuid4(), **values))
