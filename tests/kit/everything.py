"""A case with one of everything that an address can name."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications import services as applications
from audits.applications.personal import Personal
from audits.changes.models import AgencyChangeFile
from audits.complaints.rules import Subject
from audits.complaints.services import receive_complaint
from audits.conditions.models import Condition, ConditionFile, ConditionProof
from audits.conditions.rules import ConditionOwner
from audits.conditions.workflow import ConditionState
from audits.core import clock
from audits.core.access import AGENCY_ROLES, STAFF_ROLES, Role
from audits.core.files import StoredFile
from audits.core.outbox import OutboxItem
from audits.correspondence.models import EvidenceRequest
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.rules import Outcome
from audits.decisions.services import decide
from audits.disputes.models import Appeal
from audits.inspections.days import AuditDay
from audits.inspections.models import (
    Audit,
    CellFile,
    EntryChain,
    Remark,
    ReportDraft,
    SealedEntry,
    SecondReading,
    Verdict,
)
from audits.inspections.queries import findings_of
from audits.inspections.workflow import AuditState
from audits.links.models import LinkHit, LinkReport
from audits.links.rules import Sign
from audits.links.workflow import LinkState
from audits.notes.models import StaffNote
from audits.notes.services import write_note
from audits.people.models import Absence, Interest, Person, RoleRequest
from audits.schemes.cycle import DecisionKind
from audits.schemes.models import SchemeProposal
from audits.signals.models import Signal
from audits.signals.rules import About
from audits.signals.services import receive_signal
from audits.teams.models import TeamMember
from audits.teams.rules import TeamRole
from certificates.credentials import thumbprint
from certificates.documents.models import Document
from certificates.letters.models import Letter
from certificates.letters.services import write_decision_letter
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services import appealing, maintain_certificate, number_certificate
from portal.settings import Settings
from portal.signing.keys import current_keys
from portal.signing.private_links import Purpose, token_of
from portal.stores import files
from portal.work import handlers
from tests.kit.factories import add_competence, make_agency, make_application, make_audit, make_person
from tests.kit.factories.certificates import BASE_URL, BODY
from tests.kit.factories.changes import report
from tests.kit.following import add_webhook, followed_list
from tests.kit.scheme import SECOND, scheme, source
from tests.kit.world_of_agencies import add_authority_signal
from tests.kit.world_of_fieldwork import add_vault


@dataclass(frozen=True)
class Case:
    """An agency that came all the way and applies again, the staff of its case, and what fills the addresses."""

    people: dict[Role, Person]
    things: dict[str, Any]


def fill(session: Session, settings: Settings) -> Case:
    """Through the services, by the people whose work it is."""
    agency = make_agency(session)
    people = {role: make_person(session, role, agency) for role in AGENCY_ROLES}
    people |= {role: make_person(session, role) for role in STAFF_ROLES}
    light = next(item for item in scheme().requirements if scheme().severities[item.severity].points < 8)
    application = make_application(session, agency=agency, answers=True)
    file = StoredFile(files.store().put(b"%PDF-1.7"), 8, "application/pdf", "register.pdf")
    editor, signatory = people[Role.AGENCY_EDITOR].actor, people[Role.AGENCY_SIGNATORY]
    evidence = applications.add_evidence(session, editor, application.id, light.code, file)
    applications.submit_application(session, signatory.actor, application.id, declared_name=signatory.name)
    applications.accept_application(session, people[Role.PLANNER].actor, application.id)
    audit = make_audit(
        session,
        AuditState.REVIEWED,
        {light.code: ("nonconform", "Not seen.")},
        application=application,
        inspector=people[Role.INSPECTOR],
        planner=people[Role.PLANNER],
    )
    decision = decide(session, people[Role.DECIDER].actor, audit.id, outcome=Outcome.GRANT, reasons="All was weighed.")
    certificate = number_certificate(session, decision.id, base_url=BASE_URL, body=BODY)
    session.flush()
    handlers.seal(session, {"certificate_id": str(certificate.id)})
    document = session.scalars(select(Document).where(Document.subject_id == certificate.id)).one()
    _beside_the_report(session, audit)
    appeal = _appeal(session, certificate, people[Role.AGENCY_OWNER])
    followed = followed_list(session, agency)
    complaint_id = receive_complaint(
        session, complaint_id=uuid4(), about=Subject.DELAY, message="x", contact="", language="nl"
    )
    draft = make_application(session, agency=agency)
    change = report(session, agency, people[Role.AGENCY_OWNER], city="Breda", files=[file])
    lost = OutboxItem(kind="mail", payload={}, created_at=clock.now(), due_at=clock.now(), failed_at=clock.now())
    session.add(lost)
    by, now = people[Role.PLANNER].id, clock.now()
    request = RoleRequest(person_id=people[Role.INSPECTOR].id, role=Role.DECIDER, asked_by=by, asked_at=now)
    norm = {
        "code": agency.register_number,
        "version": SECOND,
        "source": source(SECOND),
        "sha256": scheme(SECOND).sha256,
    }
    proposal = SchemeProposal(**norm, proposed_by=by, proposed_at=now)
    session.add_all([request, proposal, proposed := _proposed(session, certificate)])
    remark = Remark(
        audit_id=audit.id,
        scheme_version_id=audit.scheme_version_id,
        requirement_code=light.code,
        note="Seen.",
        agency_text="Seen.",
        written_by=people[Role.INSPECTOR].id,
        written_at=now,
    )
    asked = EvidenceRequest(
        audit_id=audit.id,
        agency_id=agency.id,
        scheme_version_id=audit.scheme_version_id,
        requirement_code=light.code,
        text="x",
        due_on=now,
        asked_by=people[Role.INSPECTOR].id,
        asked_at=now,
        withdrawn_at=now,
    )
    opening = b"x"
    device = EntryChain(
        audit_id=audit.id,
        person_id=people[Role.INSPECTOR].id,
        public_key="k",
        label="Tablet",
        opening=opening,
        digest=sha256(opening).hexdigest(),
        opened_at=now,
    )
    member = TeamMember(
        audit_id=audit.id, person=make_person(session, Role.INSPECTOR), role=TeamRole.EXPERT, joined_at=now
    )
    tie = Interest(
        person=make_person(session, Role.INSPECTOR), agency=make_agency(session), nature="x", declared_at=now
    )
    session.add_all([remark, asked, device, member, tie])
    receive_signal(session, agency.id, signal_id=uuid4(), about=About.PAY, message="No pay.", contact="", language="pl")
    session.flush()
    links, other = LinkReport(agency=agency, made_at=now, compared=1, state=LinkState.OPEN), make_agency(session)
    sign = LinkHit(report=links, agency_id=agency.id, other=other, sign=Sign.SAME_PHONE, here="1", there="1", weight=4)
    sign.other_name, sign.asked_at, sign.answer_by = "x", now, clock.today()
    session.add_all([links, sign])
    day = AuditDay(
        audit_id=audit.id, person=people[Role.INSPECTOR], day=now, place="x", hours_planned=1, said_by=by, said_at=now
    )
    absence = Absence(
        person=make_person(session, Role.INSPECTOR),
        deputy=make_person(session, Role.INSPECTOR),
        first_day=now,
        last_day=now,
        recorded_by=by,
        recorded_at=now,
    )
    session.add_all([day, absence])
    competence = add_competence(session, people[Role.REVIEWER].id, people[Role.ADMINISTRATOR].id)
    letter, note = _written(session, decision, people[Role.PLANNER])
    term = select(Deadline.id).where(Deadline.agency_id == agency.id, Deadline.kind == DeadlineKind.RENEWAL)
    proof, proof_file = _proof(session, decision, people[Role.AGENCY_OWNER])
    return Case(
        people,
        {
            "agency": agency,
            "agency_id": agency.id,
            "appeal_id": appeal.id,
            "complaint_id": complaint_id,
            "call_id": add_webhook(session, followed),
            "followed": token_of(Purpose.FOLLOW, followed),
            "feed": token_of(Purpose.FEED, followed),
            "decision_id": appeal.decision_id,
            "application_id": application.id,
            "draft_id": draft.id,
            "audit_id": audit.id,
            "certificate_id": certificate.id,
            "document_id": document.id,
            "evidence_id": evidence.id,
            "vault_entry_id": add_vault(session, by, audit.id)["vault_entry"],
            "cell_file_id": _cell_file(session, audit, file).id,
            "finding_id": findings_of(session, audit.id)[0].id,
            "change_id": change.id,
            "file_id": session.scalars(
                select(AgencyChangeFile.id).where(AgencyChangeFile.change_id == change.id)
            ).one(),
            "condition_id": proof.condition_id,
            "proof_file_id": proof_file.id,
            "item_id": lost.id,
            "row_id": agency.branches[0].id,
            "staff_id": people[Role.REVIEWER].id,
            "person_id": people[Role.AGENCY_EDITOR].id,
            "proposal_id": proposal.id,
            "proposed_id": proposed.id,
            "remark_id": remark.id,
            "asked_id": asked.id,
            "plea_id": _plea(session, people[Role.AGENCY_OWNER]),
            "chain_id": device.id,
            "objection_id": uuid4(),  # the agency objects to nobody
            "member_id": member.id,
            "interest_id": tie.id,
            "report_id": links.id,
            "hit_id": sign.id,
            "day_id": day.id,
            "letter_id": letter.id,
            "note_id": note.id,
            "authority_signal_id": add_authority_signal(session, people[Role.PLANNER].id, agency.id),
            "deadline_id": session.scalars(term).one(),
            "absence_id": absence.id,
            "competence_id": competence.id,
            "request_id": request.id,
            "version_id": application.scheme_version_id,
            "code": light.code,
            "chapter": light.chapter,
            "unit": next(unit.code for unit in scheme().units.values() if not unit.is_agency),
            "place": 1,
            "form": "json",
            "kid": thumbprint(current_keys().credential_key.public_key()),
            "number": certificate.number,
            "public_id": f"nl-{agency.register_number}",
            "sha256": document.sha256,
            "signal_id": session.scalars(select(Signal.id).where(Signal.agency_id == agency.id)).one(),
        },
    )


def _written(session: Session, decision: Decision, planner: Person) -> tuple[Letter, StaffNote]:
    """The letter of a decision, and a note of the office."""
    letter = write_decision_letter(session, decision)
    note = write_note(session, planner.actor, decision.agency_id, text="x")
    session.flush()
    return letter, note


def _plea(session: Session, owner: Person) -> Any:
    kinds = [Personal.CITIZEN_NUMBER, Personal.PASSPORT]
    said: dict[str, Any] = {"sha256": "f" * 64, "filename": "a.csv", "kinds": kinds, "reason": "x"}
    assert owner.agency_id
    return applications.plead_file(session, owner.actor, owner.agency_id, **said).id


def _cell_file(session: Session, audit: Audit, file: StoredFile) -> CellFile:
    """A file beside its first verdict."""
    entry = session.scalars(select(SealedEntry).where(SealedEntry.audit_id == audit.id).limit(1)).one()
    verdict = session.scalars(select(Verdict).where(Verdict.audit_id == audit.id).limit(1)).one()
    cell = {"requirement_code": verdict.requirement_code, "unit": verdict.unit, "reference": verdict.reference}
    beside = CellFile(audit_id=audit.id, entry_id=entry.id, **cell, **file.uploaded(audit.inspector_id))
    session.add(beside)
    session.flush()
    return beside


def _proof(session: Session, decision: Decision, owner: Person) -> tuple[ConditionProof, ConditionFile]:
    """Proof of a condition, which the grant of this case does not need."""
    of_case = {"decision_id": decision.id, "audit_id": decision.audit_id, "agency_id": decision.agency_id}
    condition = Condition(id=uuid4(), **of_case, position=1, text="x", due_on=clock.today())
    condition.owner, condition.state = ConditionOwner.AGENCY, ConditionState.SUBMITTED
    session.add(condition)
    session.flush()
    named = {"agency_id": decision.agency_id}
    proof = ConditionProof(id=uuid4(), condition_id=condition.id, **named, explanation="x", submitted_by=owner.id)
    proof.submitted_at = clock.now()
    session.add(proof)
    session.flush()
    file = ConditionFile(id=uuid4(), proof_id=proof.id, **named, filename="x.pdf", media_type="application/pdf", size=8)
    file.sha256, file.uploaded_by, file.uploaded_at = files.store().put(b"%PDF-1.7"), owner.id, clock.now()
    session.add(file)
    session.flush()
    return proof, file


def _beside_the_report(session: Session, audit: Audit) -> None:
    """A draft with a comment, and a second reading that waits."""
    about = {"audit_id": audit.id, "agency_id": audit.agency_id}
    facts = {"summary": "x", "findings": [{"number": 1, "title": "x", "grade": "x", "points": 1, "observed": "x"}]}
    said = {"comments": {"1": "x"}, "commented_by": audit.inspector_id, "commented_at": clock.now()}
    sent = {"number": 1, "facts": facts, "due_on": clock.today(), "sent_by": audit.inspector_id}
    session.add(ReportDraft(**about, **sent, **said, sent_at=clock.now()))
    session.add(SecondReading(**about, drawn_at=clock.now()))


def _appeal(session: Session, certificate: Certificate, owner: Person) -> Appeal:
    """An appeal against a decision that the decider of this case did not take."""
    maintain_certificate(session, make_person(session, Role.DECIDER).actor, certificate.id, reasons="x")
    session.flush()
    [kept] = session.scalars(select(Decision.id).where(Decision.certificate_id == certificate.id))
    return appealing.lodge(session, owner.actor, kept, reasons="x")


def _proposed(session: Session, certificate: Certificate) -> DecisionProposal:
    """A suspension that waits for a second decider."""
    return DecisionProposal(
        id=uuid4(),
        kind=DecisionKind.SUSPEND,
        certificate_id=certificate.id,
        agency_id=certificate.agency_id,
        said={"reasons": "x", "grounds": ["deceit"]},
        shown="",
        proposed_by=make_person(session, Role.DECIDER).id,
        proposed_at=clock.now(),
    )
