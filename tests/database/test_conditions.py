"""Conditions of a certificate: their days, their proof, who judges it, and what the register and the log say then."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.conditions.models import Condition, ConditionProof
from audits.conditions.queries import waiting_conditions
from audits.conditions.services import return_proof, submit_proof
from audits.conditions.workflow import ConditionState
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import months_after
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.files import StoredFile
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.basis import BasisMovedError
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.inspections.models import Participant
from audits.people.models import Interest
from audits.schemes.cycle import DecisionKind
from audits.schemes.queries import scheme_of_version
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.queries import basis_of
from certificates.lifecycle.rules import Status, valid_until
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from tests.kit.factories import make_agency, make_certificate, make_person
from tests.kit.factories.certificates import BASE_URL, BODY
from tests.kit.factories.decisions import make_decision

WHY = {"reasons": "The contracts were seen."}


@pytest.fixture
def certificate(session):
    return make_certificate(session, conditions=["Mend the contracts.", "Train the staff."], months=3)


@pytest.fixture
def conditions(session, certificate):
    query = select(Condition).where(Condition.agency_id == certificate.agency_id)
    return list(session.scalars(query.order_by(Condition.position)))


@pytest.fixture
def owner(session, certificate):
    return holder_of(session, certificate)


def holder_of(session, certificate):
    return make_person(session, Role.AGENCY_OWNER, certificate.agency).actor


def meet(session, decider, certificate, condition, **said):
    session.flush()
    return services.meet_condition(session, decider, certificate.id, condition_id=str(condition.id), **WHY | said)


def open_terms(session, agency_id):
    query = select(Deadline).where(Deadline.agency_id == agency_id, Deadline.done_at.is_(None))
    return {(each.kind, each.subject_id): each for each in session.scalars(query)}


def entry_of(session, certificate):
    return session.get(RegisterEntry, certificate.agency_id, populate_existing=True)


def logged(session, number):
    query = select(LedgerEntry.type).where(LedgerEntry.number == number).order_by(LedgerEntry.index)
    return [each.value for each in session.scalars(query)]


# Imposed with the grant


def test_each_condition_of_a_grant_has_its_day_its_owner_and_its_term(session):
    soon = clock.today() + timedelta(days=10)
    said = [
        {"text": " Pay. ", "due_on": soon.isoformat(), "owner": "office", "about": "PAY-01"},
        "Train.",
        {"text": " "},
    ]
    decision = make_decision(session, Outcome.GRANT_WITH_CONDITIONS, conditions=said)
    session.flush()
    found = session.scalars(select(Condition).order_by(Condition.position)).all()
    last = months_after(clock.today(), 3) - timedelta(days=1)
    assert [(each.text, each.due_on, each.owner, each.about, each.state) for each in found] == [
        ("Pay.", soon, "office", "PAY-01", ConditionState.OPEN),
        ("Train.", last, "agency", None, ConditionState.OPEN),
    ]
    assert decision.conditions == ["Pay.", "Train."]  # for processes of the release before
    terms = open_terms(session, decision.agency_id)
    owners = [
        (terms[DeadlineKind.CONDITION, each.id].due_on, terms[DeadlineKind.CONDITION, each.id].owner_role)
        for each in found
    ]
    assert owners == [(soon, Role.PLANNER), (last, Role.AGENCY_OWNER)]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"text": "x", "due_on": "2020-01-01"}, "from today until the last day"),
        ({"text": "x", "due_on": "2999-01-01"}, "from today until the last day"),
        ({"text": "x", "about": "XXX-99"}, "does not have"),
    ],
)
def test_a_condition_that_cannot_be_is_refused(session, wrong, words):
    with pytest.raises(RuleError, match=words):
        make_decision(session, Outcome.GRANT_WITH_CONDITIONS, conditions=[wrong])


def test_the_letter_of_the_grant_says_the_days(session, certificate, conditions):
    facts = decision_letter_facts(session, certificate.decision, body=BODY)
    assert facts["conditions"] == [{"text": each.text, "due_on": each.due_on.isoformat()} for each in conditions]
    assert facts["condition"] == ""


def test_the_certificate_prints_the_days(session, certificate, conditions):
    day = conditions[0].due_on
    assert certificate.snapshot["conditions"][0].startswith("Mend the contracts. Uiterlijk op ")
    assert certificate.snapshot["conditions"][0].endswith(f"{day.year}.")


def test_the_register_shows_conditions_with_their_days(session, certificate, conditions):
    shown = entry_of(session, certificate).condition_terms
    assert shown == [{"text": each.text, "due_on": each.due_on.isoformat(), "met_on": None} for each in conditions]


# Proof


def test_proof_waits_for_a_decider_within_the_term_of_the_scheme(session, certificate, conditions, owner, decider):
    file = StoredFile("ab" * 32, 9, "application/pdf", "contract.pdf")
    condition = submit_proof(session, owner, conditions[0].id, explanation="See the file.", files=[file])
    session.flush()
    assert condition.state is ConditionState.SUBMITTED
    [proof] = session.scalars(select(ConditionProof))
    assert (proof.explanation, proof.submitted_by, [each.filename for each in proof.files]) == (
        "See the file.", owner.id, ["contract.pdf"],
    )  # fmt: skip
    task = open_terms(session, certificate.agency_id)[DeadlineKind.CONDITION_PROOF, condition.id]
    assert task.owner_role is Role.DECIDER
    [waiting] = waiting_conditions(session, decider, clock.today())
    assert (waiting.condition, waiting.judge_by) == (condition, task.due_on)
    mails = select(OutboxItem.payload["template"].astext).where(
        OutboxItem.payload["person_id"].astext == str(decider.id)
    )
    assert "proof_submitted" in set(session.scalars(mails))


def test_proof_says_something_and_comes_from_the_holder(session, conditions, owner):
    with pytest.raises(RuleError, match="Explain"):
        submit_proof(session, owner, conditions[0].id, explanation="  ")
    stranger = make_person(session, Role.AGENCY_OWNER, make_agency(session)).actor
    with pytest.raises(NotFoundError):
        submit_proof(session, stranger, conditions[0].id, explanation="x")


def test_proof_that_is_not_enough_goes_back_with_the_reason_and_stays(session, certificate, conditions, owner, decider):
    submit_proof(session, owner, conditions[0].id, explanation="First.")
    session.flush()
    condition = return_proof(session, decider, conditions[0].id, reason="Sign it.")
    assert condition.state is ConditionState.OPEN
    assert (DeadlineKind.CONDITION_PROOF, condition.id) not in open_terms(session, certificate.agency_id)
    submit_proof(session, owner, condition.id, explanation="Second.")
    session.flush()
    rounds = session.scalars(select(ConditionProof).order_by(ConditionProof.submitted_at)).all()
    assert [(each.explanation, each.answer, each.answered_by) for each in rounds] == [
        ("First.", "Sign it.", decider.id),
        ("Second.", "", None),
    ]


def test_an_overdue_condition_waits_for_the_office(session, certificate, conditions, decider):
    assert waiting_conditions(session, decider, conditions[0].due_on) == []
    late = conditions[0].due_on + timedelta(days=1)
    assert not conditions[0].is_overdue(conditions[0].due_on)
    assert conditions[0].is_overdue(late)
    other = make_certificate(session, conditions=["x"], months=24)
    session.flush()
    assert other.agency_id in {each.condition.agency_id for each in waiting_conditions(session, decider, late)}


# Met by a decision


def test_one_that_is_met_is_public_and_the_others_still_count(session, certificate, conditions, decider):
    meet(session, decider, certificate, conditions[0])
    session.expire_all()
    [decision] = session.scalars(select(Decision).where(Decision.kind == DecisionKind.CONDITION_MET))
    assert (conditions[0].state, conditions[0].met_by) == (ConditionState.MET, decision.id)
    assert {
        kind for kind, subject in open_terms(session, certificate.agency_id) if subject == conditions[0].id
    } == set()
    entry = entry_of(session, certificate)
    assert [each["met_on"] for each in entry.condition_terms] == [clock.today().isoformat(), None]
    assert entry.status_on(clock.today()) is Status.CONDITIONAL
    [*_, line] = session.scalars(select(CertificateChange).order_by(CertificateChange.id))
    assert (line.move, line.state, line.decision_id) == ("condition_met", CertificateState.ACTIVE, decision.id)
    assert logged(session, certificate.number) == ["condition-met"]
    facts = decision_letter_facts(session, decision, body=BODY)
    assert (facts["kind"], facts["condition"], facts["register"]) == (
        "condition_met",
        "Mend the contracts.",
        "conditional",
    )
    assert [each["text"] for each in facts["conditions"]] == ["Train the staff."]
    asked = select(OutboxItem.kind).where(OutboxItem.kind == "certificate.number")
    assert session.scalars(asked).all() == []


def test_with_the_last_one_the_certificate_is_issued_anew_without_conditions(session, certificate, conditions, decider):
    for condition in conditions:
        meet(session, decider, certificate, condition)
        session.flush()
    last = session.get_one(Decision, conditions[1].met_by)
    assert decision_letter_facts(session, last, body=BODY)["conditions"] == []
    new = services.number_certificate(session, last.id, base_url=BASE_URL, body=BODY)
    session.flush()
    services.issue_certificate(session, new.id, sha256="f" * 64, size=9, language="nl")
    session.flush()
    months = scheme_of_version(certificate.scheme_version).validity.certified_months
    assert (new.conditional, new.conditions, new.snapshot["conditions"]) == (False, [], [])
    assert (new.valid_from, new.valid_until) == (certificate.valid_from, valid_until(certificate.valid_from, months))
    assert new.scope == certificate.scope
    entry = entry_of(session, certificate)
    assert (entry.status_on(clock.today()), entry.certificate_number, entry.condition_terms) == (
        Status.CERTIFIED, new.number, [],
    )  # fmt: skip
    assert logged(session, certificate.number) == ["condition-met", "condition-met", "replaced"]


@pytest.mark.parametrize("way", ["part", "interest"])
def test_who_has_a_part_or_an_interest_judges_nothing(session, certificate, conditions, decider, way):
    submit_proof(session, holder_of(session, certificate), conditions[0].id, explanation="x")
    session.flush()
    if way == "part":
        session.add(Participant(audit_id=certificate.decision.audit_id, person_id=decider.id, since=clock.now()))
    else:
        who = {"person_id": decider.id, "agency_id": certificate.agency_id}
        session.add(Interest(**who, nature="kin", declared_at=clock.now()))
    session.flush()
    with pytest.raises(NotAllowedError):
        meet(session, decider, certificate, conditions[0])
    with pytest.raises(NotAllowedError):
        return_proof(session, decider, conditions[0].id, reason="x")


def test_a_condition_of_another_certificate_is_not_met_here(session, certificate, decider):
    other = make_certificate(session, conditions=["x"])
    foreign = session.scalars(select(Condition).where(Condition.agency_id == other.agency_id)).one()
    with pytest.raises(NotFoundError):
        meet(session, decider, certificate, foreign)


def test_proof_that_came_after_the_page_was_opened_is_noticed(session, certificate, conditions, owner, decider):
    shown = basis_of(session, certificate, DecisionKind.CONDITION_MET).shown
    submit_proof(session, owner, conditions[0].id, explanation="Late.")
    with pytest.raises(BasisMovedError):
        meet(session, decider, certificate, conditions[0], shown=shown)


def test_a_condition_is_met_once(session, certificate, conditions, decider):
    meet(session, decider, certificate, conditions[0])
    session.flush()
    with pytest.raises(IllegalMoveError):
        meet(session, decider, certificate, conditions[0])


# Lapsed with the certificate


def test_conditions_lapse_with_their_certificate(session, certificate, conditions, owner, decider):
    submit_proof(session, owner, conditions[0].id, explanation="x")
    session.flush()
    services.withdraw_certificate(session, decider, certificate.id, **WHY)
    session.flush()
    assert {each.state for each in conditions} == {ConditionState.LAPSED}
    assert not {kind for kind, _ in open_terms(session, certificate.agency_id)} & {
        DeadlineKind.CONDITION, DeadlineKind.CONDITION_PROOF,
    }  # fmt: skip
    with pytest.raises(IllegalMoveError):
        submit_proof(session, owner, conditions[1].id, explanation="x")
    assert waiting_conditions(session, decider, clock.today()) == []


def test_a_renewal_lets_the_conditions_of_before_lapse_and_not_its_own(session, certificate, conditions, decider):
    newer = make_certificate(
        session, CertificateState.ISSUING, certificate.agency, conditions=["New."], issued=clock.today()
    )
    session.flush()
    certificate.state = CertificateState.ACTIVE
    session.flush()
    services.issue_certificate(session, newer.id, sha256="f" * 64, size=9, language="nl")
    session.flush()
    states = session.execute(select(Condition.text, Condition.state)).all()
    assert dict(states) == {"Mend the contracts.": "lapsed", "Train the staff.": "lapsed", "New.": "open"}
    assert session.scalars(select(Certificate.number).where(Certificate.state == CertificateState.ACTIVE)).all() == [
        newer.number
    ]
