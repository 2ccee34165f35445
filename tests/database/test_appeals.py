"""Appeals against decisions: their term, who handles them, what they change, and what the register and the log say."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.basis import BasisMovedError
from audits.decisions.models import Decision, DecisionProposal
from audits.disputes import services as disputes
from audits.disputes.models import Appeal
from audits.disputes.queries import decisions_with_appeals, waiting_appeals
from audits.disputes.rules import OUTCOME_WORKING_DAYS, RECEIPT_WORKING_DAYS, AppealOutcome
from audits.disputes.workflow import AppealState
from audits.inspections.models import Participant
from audits.people.models import Interest
from audits.schemes.cycle import DecisionKind
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.services import (
    appeal_or_propose,
    appealing,
    confirm_proposal,
    suspend_certificate,
    withdraw_certificate,
)
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from tests.kit.factories import make_agency, make_certificate, make_person
from tests.kit.factories.certificates import BODY

WHY = "We paid in time. Look at the bank statements."


@pytest.fixture
def certificate(session):
    return make_certificate(session)


@pytest.fixture
def owner(session, certificate):
    return make_person(session, Role.AGENCY_OWNER, certificate.agency).actor


@pytest.fixture
def first(session):
    return make_person(session, Role.DECIDER).actor


@pytest.fixture
def second(session):
    return make_person(session, Role.DECIDER).actor


@pytest.fixture
def suspension(session, certificate, first):
    suspend_certificate(session, first, certificate.id, reasons="Pay was late.", grounds=["misuse_of_mark"])
    session.flush()
    query = select(Decision).where(Decision.certificate_id == certificate.id, Decision.kind == DecisionKind.SUSPEND)
    return session.scalars(query).one()


def decide(session, handler, appeal, outcome, **said):
    """By the handler, and where a ground is serious, confirmed by another decider."""
    taken = appeal_or_propose(session, handler, appeal.id, outcome=outcome, **said)
    if isinstance(taken, DecisionProposal):
        session.flush()
        other = make_person(session, Role.DECIDER).actor
        confirm_proposal(session, other, taken.id)
    session.flush()


def lodged(session, owner, decision, **said):
    appeal = appealing.lodge(session, owner, decision.id, **{"reasons": WHY, **said})
    session.flush()
    return appeal


def in_hand(session, owner, decision, handler):
    return appealing.take(session, handler, lodged(session, owner, decision).id)


def shown(session, certificate):
    return session.get_one(RegisterEntry, certificate.agency_id, populate_existing=True).under_appeal


def open_terms(session, subject):
    query = select(Deadline.kind, Deadline.due_on, Deadline.owner_id)
    rows = session.execute(query.where(Deadline.subject_id == subject.id, Deadline.done_at.is_(None)))
    return {row[0]: (row[1], row[2]) for row in rows}


def later(monkeypatch, days):
    now = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: now)


def test_an_appeal_opens_its_terms_and_the_register_says_so(session, owner, suspension, first, second):
    appeal = lodged(session, owner, suspension)
    today = clock.today()
    assert {kind: due for kind, (due, _) in open_terms(session, appeal).items()} == {
        DeadlineKind.APPEAL_RECEIPT: add_working_days(today, RECEIPT_WORKING_DAYS),
        DeadlineKind.APPEAL_OUTCOME: add_working_days(today, OUTCOME_WORKING_DAYS),
    }
    assert appeal.until == add_working_days(today, 20)
    assert not appeal.is_late
    assert shown(session, appeal)
    told = session.scalars(select(OutboxItem).where(OutboxItem.payload["template"].astext == "appeal_received"))
    assert {item.payload["person_id"] for item in told} >= {str(second.id)}
    assert str(first.id) not in {item.payload["person_id"] for item in told}
    assert [each.id for each, _ in waiting_appeals(session, second)] == [appeal.id]


def test_the_term_starts_when_the_letter_was_sent(session, certificate, owner, suspension, monkeypatch):
    decided = clock.today()
    assert appealing.appeal_by(session, suspension) == add_working_days(decided, 20)
    monkeypatch.setattr(appealing, "sent_on", lambda *_: decided + timedelta(days=7))
    assert appealing.appeal_by(session, suspension) == add_working_days(decided + timedelta(days=7), 20)


def test_a_day_late_is_refused_until_the_agency_says_why(session, owner, suspension, monkeypatch):
    until = appealing.appeal_by(session, suspension)
    later(monkeypatch, (until - clock.today()).days)
    with session.begin_nested() as on_the_last_day:
        assert not lodged(session, owner, suspension).is_late
        on_the_last_day.rollback()
    later(monkeypatch, 1)
    with pytest.raises(RuleError) as refused:
        lodged(session, owner, suspension)
    assert refused.value.field == "late_because"
    assert "Say why you are late" in str(refused.value)
    assert lodged(session, owner, suspension, late_because="I was in hospital.").is_late


def test_a_late_one_counts_once_somebody_admitted_it_with_a_reason(session, owner, suspension, second, monkeypatch):
    later(monkeypatch, 60)
    appeal = lodged(session, owner, suspension, late_because="I was in hospital.")
    assert not shown(session, appeal)
    with pytest.raises(RuleError, match="reason"), session.begin_nested():
        appealing.take(session, second, appeal.id)
    appealing.take(session, second, appeal.id, because="The hospital confirms it.")
    assert shown(session, appeal)
    assert appeal.late_answer == "The hospital confirms it."


def test_a_late_one_is_refused_with_a_reason_and_one_in_time_is_not(session, owner, suspension, second, monkeypatch):
    appeal = lodged(session, owner, suspension)
    with pytest.raises(IllegalMoveError, match="in time"), session.begin_nested():
        disputes.refuse_appeal(session, second, appeal.id, because="No.")
    appealing.take_back(session, owner, appeal.id)
    later(monkeypatch, 60)
    appeal = lodged(session, owner, suspension, late_because="Busy.")
    disputes.refuse_appeal(session, second, appeal.id, because="Being busy is no reason.")
    assert appeal.state is AppealState.REFUSED
    assert open_terms(session, appeal) == {}
    with pytest.raises(IllegalMoveError):
        lodged(session, owner, suspension, late_because="Again.")


def test_on_paper_the_day_of_receipt_counts(session, certificate, suspension, monkeypatch):
    planner = make_person(session, Role.PLANNER).actor
    day = clock.today()
    until = appealing.appeal_by(session, suspension)
    later(monkeypatch, 45)
    with pytest.raises(RuleError) as refused:
        lodged(session, planner, suspension, received_on=clock.today() + timedelta(days=1))
    assert refused.value.field == "received_on"
    with pytest.raises(RuleError):
        lodged(session, planner, suspension, received_on=day - timedelta(days=1))
    appeal = lodged(session, planner, suspension, received_on=until)
    assert (appeal.on_paper, appeal.is_late) == (True, False)


def test_nobody_who_took_part_handles_it(session, owner, suspension, first, second):
    appeal = lodged(session, owner, suspension)
    certificate = session.get_one(Certificate, suspension.certificate_id)
    part = make_person(session, Role.DECIDER)
    session.add(Participant(audit_id=certificate.decision.audit_id, person_id=part.id, since=clock.now()))
    tied = make_person(session, Role.DECIDER)
    session.add(Interest(person=tied, agency=certificate.agency, nature="x", declared_at=clock.now()))
    session.flush()
    for barred in (first, part.actor, tied.actor, make_person(session, Role.PLANNER).actor, owner):
        with pytest.raises(NotAllowedError), session.begin_nested():
            appealing.take(session, barred, appeal.id)
    appealing.take(session, second, appeal.id)
    assert open_terms(session, appeal).keys() == {DeadlineKind.APPEAL_OUTCOME}
    assert open_terms(session, appeal)[DeadlineKind.APPEAL_OUTCOME][1] == second.id


def test_another_agency_neither_appeals_nor_sees_it(session, owner, suspension):
    appeal = lodged(session, owner, suspension)
    stranger = make_person(session, Role.AGENCY_OWNER, make_agency(session)).actor
    with pytest.raises(NotFoundError):
        lodged(session, stranger, suspension)
    with pytest.raises(NotFoundError):
        appealing.take_back(session, stranger, appeal.id)


def test_upheld_lifts_the_suspension_in_the_same_act(session, certificate, owner, suspension, second):
    appeal = in_hand(session, owner, suspension, second)
    disputes.hear_agency(session, second, appeal.id, on=clock.today() + timedelta(days=2))
    with pytest.raises(RuleError) as refused, session.begin_nested():
        decide(session, second, appeal, AppealOutcome.UPHELD, reasons="Right.")
    assert refused.value.field == "heard"
    disputes.hear_agency(session, second, appeal.id, on=None, heard="It showed the bank statements.")
    decide(session, second, appeal, AppealOutcome.UPHELD, reasons="They were right.")
    assert certificate.state is CertificateState.ACTIVE
    assert appeal.state is AppealState.DECIDED
    assert not shown(session, certificate)
    assert open_terms(session, appeal) == {}
    changes = select(CertificateChange.move).where(CertificateChange.certificate_id == certificate.id)
    assert list(session.scalars(changes.order_by(CertificateChange.id)))[-3:] == ["suspend", "appeal_outcome", "lift"]
    logged = select(LedgerEntry.type).where(LedgerEntry.number == certificate.number).order_by(LedgerEntry.index)
    assert set(session.scalars(logged)) >= {"suspended", "lifted", "appeal-decided"}
    letter = decision_letter_facts(session, appeal.decision, body=BODY)
    assert (letter["appeal"]["outcome"], letter["appeal"]["lifted"]) == ("upheld", True)
    assert letter["heard"] == "It showed the bank statements."


def test_what_cannot_be_undone_is_decided_anew(session, certificate, owner, first, second):
    withdraw_certificate(session, first, certificate.id, reasons="x", grounds=["misuse_of_mark"])
    query = select(Decision).where(Decision.certificate_id == certificate.id, Decision.kind == DecisionKind.WITHDRAW)
    appeal = in_hand(session, owner, session.scalars(query).one(), second)
    decide(session, second, appeal, AppealOutcome.UPHELD, reasons="x", heard="It did not want to be heard.")
    assert open_terms(session, appeal).keys() == {DeadlineKind.APPEAL_FOLLOW_UP}
    assert certificate.state is CertificateState.WITHDRAWN


def test_a_new_decision_ends_the_term_to_decide_anew(session, certificate, owner, suspension, second):
    appeal = in_hand(session, owner, suspension, second)
    decide(session, second, appeal, AppealOutcome.PARTLY, reasons="x", heard="x")
    assert open_terms(session, appeal).keys() == {DeadlineKind.APPEAL_FOLLOW_UP}
    withdraw_certificate(session, second, certificate.id, reasons="x", grounds=["misuse_of_mark"])
    assert open_terms(session, appeal) == {}
    query = select(Decision).where(Decision.certificate_id == certificate.id, Decision.kind == DecisionKind.WITHDRAW)
    anew = session.scalars(query).one()
    assert anew.replaces_decision_id == suspension.id
    assert decision_letter_facts(session, anew, body=BODY)["replaces"]["kind"] == "suspend"
    assert appeal.decision.replaces_decision_id is None


def test_dismissed_changes_nothing_and_there_is_no_further_appeal(session, certificate, owner, suspension, second):
    appeal = in_hand(session, owner, suspension, second)
    decide(session, second, appeal, AppealOutcome.DISMISSED, reasons="x", heard="x")
    assert certificate.state is CertificateState.SUSPENDED
    assert open_terms(session, appeal) == {}
    assert [g.code for g in appeal.decision.grounds] == ["appeal_dismissed"]
    with pytest.raises(IllegalMoveError, match="outcome of an appeal"):
        lodged(session, owner, appeal.decision)
    rows = {decision.id: found for decision, found in decisions_with_appeals(session, owner, certificate.agency_id)}
    assert rows[suspension.id].id == appeal.id


def test_only_who_handles_it_decides_and_on_what_was_shown(session, certificate, owner, suspension, second):
    appeal = in_hand(session, owner, suspension, second)
    third = make_person(session, Role.DECIDER).actor
    said = {"outcome": AppealOutcome.DISMISSED, "reasons": "x", "heard": "x"}
    with pytest.raises(NotAllowedError, match="Take it up first"), session.begin_nested():
        appealing.decide_appeal(session, third, appeal.id, **said)
    with pytest.raises(BasisMovedError), session.begin_nested():
        appealing.decide_appeal(session, second, appeal.id, **said, shown="appeal:x")
    appealing.take(session, third, appeal.id)
    appealing.decide_appeal(session, third, appeal.id, **said, shown=appealing.appeal_basis(session, appeal).shown)
    assert session.get_one(Appeal, appeal.id).state is AppealState.DECIDED
