"""What agencies prove, report and answer in the world of the walls: conditions, changes and links, in every state."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications import services as applications
from audits.applications.models import FilePlea, QuestionRemark
from audits.applications.personal import Personal
from audits.applications.queries import submissions_of
from audits.applications.workflow import ApplicationState
from audits.changes import services as changes
from audits.changes.workflow import ChangeState
from audits.complaints.rules import Subject, Told, Verdict
from audits.complaints.services import answer, receive_complaint, take_up
from audits.conditions.models import Condition, ConditionProof
from audits.conditions.services import return_proof, submit_proof
from audits.core import clock
from audits.core.access import Role
from audits.core.files import StoredFile
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.decisions.models import Decision
from audits.disputes import services as disputes
from audits.disputes.rules import AppealOutcome
from audits.inspections.models import Audit
from audits.links.services import answer_link, dismiss_links, judge_link, note_traces, refer_links, report_links
from audits.links.workflow import LinkState, LinkVerdict
from audits.people.models import Interest, Person
from audits.signals.models import AuthoritySignal, Signal
from audits.signals.rules import About, Source
from certificates.lifecycle.services import (
    appealing,
    maintain_certificate,
    meet_condition,
)
from tests.kit.applying import submit
from tests.kit.factories import (
    answer_all,
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


def add_appeals(session: Session, decider_id: Any) -> dict[str, Any]:
    """A holder that appealed twice, once too late, and may appeal a third time; and appeals in hand and decided."""
    handler, first = session.get_one(Person, decider_id).actor, make_person(session, Role.DECIDER)
    made: dict[str, Any] = {"contested_decider": first.id, "tied_to_appeal": make_person(session, Role.DECIDER).id}
    for name in ("appealing", "handled", "answered"):
        certificate = make_certificate(session)
        owner = make_person(session, Role.AGENCY_OWNER, certificate.agency)
        made |= {name: certificate.agency_id, f"{name}_person": owner.id, f"{name}_certificate": certificate.id}
        for _ in range(3 if name == "appealing" else 1):
            maintain_certificate(session, first.actor, certificate.id, reasons="x")
            session.flush()
        query = select(Decision).where(Decision.certificate_id == certificate.id).order_by(Decision.decided_at)
        contested = list(session.scalars(query))
        appeal = appealing.lodge(session, owner.actor, contested[0].id, reasons="x")
        if name == "appealing":
            made |= {"lodged_appeal": appeal.id, "free_decision": contested[2].id}
            made["appealing_colleague"] = make_person(session, Role.AGENCY_EDITOR, certificate.agency).id
            said: dict[str, Any] = {"until": clock.today() - timedelta(days=1), "reasons": "x", "late_because": "x"}
            made["late_appeal"] = disputes.lodge_appeal(session, owner.actor, contested[1].id, **said).id
            add_interest(session, made["tied_to_appeal"], certificate.agency_id)
        else:
            appealing.take(session, handler, appeal.id)
            disputes.hear_agency(session, handler, appeal.id, on=None, heard="x")
            made["in_hand_appeal" if name == "handled" else "decided_appeal"] = appeal.id
        if name == "answered":
            appealing.decide_appeal(session, handler, appeal.id, outcome=AppealOutcome.DISMISSED, reasons="x")
            about: dict[str, Any] = {"subject_id": appeal.id, "agency_id": appeal.agency_id, "due_on": clock.today()}
            open_deadline(session, DeadlineKind.APPEAL_FOLLOW_UP, **about, owner_role=Role.DECIDER)
            assert certificate.decision.audit
            about["subject_id"] = certificate.decision.audit.certification_id
            open_deadline(session, DeadlineKind.AGREEMENT, **about, owner_role=Role.AGENCY_SIGNATORY)
            session.flush()
            made["appeal_decision"] = appeal.decided_by
        session.flush()
    return made


def add_complaints(session: Session, decider_id: Any, told_of: Any) -> dict[str, Any]:
    """Complaints about us that wait, are handled and are answered; and a signal, one of which somebody handles."""
    actor, made = session.get_one(Person, decider_id).actor, dict[str, Any]()
    for name in ("free", "handled", "answered"):
        made[f"{name}_complaint"] = receive_complaint(
            session, complaint_id=uuid4(), about=Subject.DELAY, message="x", contact="", language="nl"
        )
        if name != "free":
            take_up(session, actor, Told.COMPLAINT, made[f"{name}_complaint"], untied=True)
    answer(session, actor, Told.COMPLAINT, made["answered_complaint"], verdict=Verdict.FOUNDED, words="x")
    for signal in session.scalars(select(Signal)):
        if signal.agency_id == told_of:
            made["other_signal"] = signal.id
        else:
            take_up(session, make_person(session, Role.PLANNER).actor, Told.SIGNAL, signal.id, untied=True)
    return made


def add_remarks(session: Session, planner_id: Any) -> dict[str, Any]:
    """Remarks on questions that wait, were sent back, and are of what was sent again; a draft that two people share."""
    planner, made = session.get_one(Person, planner_id).actor, dict[str, Any]()
    for name in ("remarked", "sent_back", "sent_again"):
        application = make_application(session)
        person = make_person(session, [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY], application.agency)
        answer_all(session, application, person)
        submit(session, person.actor, application, person.name)
        applications.remark_on(session, planner, application.id, "GOV-01", text="x")
        made |= {name: application.agency_id, f"{name}_person": person.id, f"{name}_application": application.id}
        [submission] = submissions_of(session, application.id)
        made |= {f"{name}_submission": submission.id, f"{name}_remark": _remark_id(session, application.id)}
        if name != "remarked":
            applications.return_application(session, planner, application.id, reason="x")
        if name == "sent_again":
            applications.reply_to_remarks(session, person.actor, application.id, {"GOV-01": "x"})
            submit(session, person.actor, application, person.name)
    shared = make_application(session)
    one, other = (make_person(session, Role.AGENCY_OWNER, shared.agency) for _ in range(2))
    applications.give_questions(session, one.actor, shared.id, ["GOV-01"], person_id=other.id)
    applications.comment_on(session, one.actor, shared.id, "GOV-01", comment_id=uuid4(), text="x")
    made |= {"shared": shared.agency_id, "shared_application": shared.id, "shared_person": one.id}
    made |= {"shared_colleague": other.id, "lent": shared.agency_id, "lent_person": other.id}
    pleaded: dict[str, Any] = {"filename": "x.csv", "kinds": [Personal.PASSPORT], "reason": "x"}
    for name in ("open", "answered"):
        plea = applications.plead_file(session, one.actor, made["shared"], sha256=name, **pleaded)
        made[f"{name}_plea"] = plea.id
    applications.answer_plea(session, planner, plea.id, granted=True)
    made["tied_to_plea"] = make_person(session, Role.PLANNER).id
    add_interest(session, made["tied_to_plea"], made["shared"])
    made["tied_to_remark"] = make_person(session, Role.PLANNER).id
    add_interest(session, made["tied_to_remark"], made["remarked"])
    session.flush()
    return made


def plead_beside(session: Session, audit: Audit) -> FilePlea:
    """Let the inspector of an audit ask for a file beside a verdict."""
    said: dict[str, Any] = {"sha256": "beside", "filename": "x.csv", "kinds": [Personal.PASSPORT], "reason": "x"}
    inspector = audit.inspector
    return applications.plead_file(session, inspector.actor, audit.agency_id, audit_id=audit.id, **said)


def _remark_id(session: Session, application_id: Any) -> Any:
    return session.scalars(select(QuestionRemark.id).where(QuestionRemark.application_id == application_id)).one()


def add_interest(session: Session, person_id: Any, agency_id: Any) -> None:
    values = {"person_id": person_id, "agency_id": agency_id, "nature": "x", "declared_at": clock.now()}
    session.add(Interest(id=uuid4(), **values))


def add_authority_signal(session: Session, planner_id: Any, agency_id: Any, *, ended: bool = False) -> UUID:
    """A signal from an authority that counts, or one that somebody ended."""
    told: dict[str, Any] = {"source": Source.TAX, "reference": "", "about": About.PAY, "text": "x"}
    signal = AuthoritySignal(id=uuid4(), agency_id=agency_id, noted_by=planner_id, noted_at=clock.now(), **told)
    signal.received_on, signal.until = clock.today(), clock.today() + timedelta(days=365)
    if ended:
        signal.ended_by, signal.ended_at, signal.ended_because = planner_id, clock.now(), "x"
    session.add(signal)
    session.flush()
    return signal.id
