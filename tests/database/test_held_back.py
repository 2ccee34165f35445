"""A norm that lets an appeal hold a decision back: it counts after the term, or after the outcome, or never."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import RuleError
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.queries import waiting_decision
from audits.disputes import services as disputes
from audits.disputes.rules import AppealOutcome
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services import appealing
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from tests.kit.factories import make_person, make_scheme
from tests.kit.factories.certificates import BODY, make_certificate
from tests.kit.scheme import SECOND, short

S, K = CertificateState, DeadlineKind
RULES = "appeal: {holds_back: [withdraw], receipt_working_days: 3, outcome_working_days: 40}\n"
ENDS = {"dismissed": S.WITHDRAWN, "upheld": S.ACTIVE, "partly": S.ACTIVE}
TERM = 20  # working days of this norm


@pytest.fixture
def norm(session):
    return make_scheme(session, short(SECOND).replace("\nrequirements:\n", f"\n{RULES}requirements:\n"))


@pytest.fixture
def certificate(session, norm):
    return make_certificate(session)


@pytest.fixture
def owner(session, certificate):
    return make_person(session, Role.AGENCY_OWNER, certificate.agency).actor


@pytest.fixture
def deciders(session):
    return [make_person(session, Role.DECIDER).actor for _ in range(3)]


@pytest.fixture
def appeal(session, owner, withdrawal, deciders):
    return appealed(session, owner, withdrawal, deciders[1])


@pytest.fixture
def withdrawal(session, certificate, deciders):
    services.withdraw_certificate(session, deciders[0], certificate.id, reasons="x", grounds=["misuse_of_mark"])
    session.flush()
    return waiting_decision(session, certificate.agency_id)


def after_term():
    return add_working_days(clock.today(), TERM) + timedelta(days=1)


def on(monkeypatch, day):
    now = clock.now() + (day - clock.today())
    monkeypatch.setattr(clock, "now", lambda: now)


def appealed(session, owner, decision, handler=None):
    appeal = appealing.lodge(session, owner, decision.id, reasons="We paid in time.")
    session.flush()
    return appealing.take(session, handler, appeal.id) if handler else appeal


def decide(session, deciders, appeal, outcome):
    """By the second decider, and confirmed by the third where the ground is serious."""
    said = {"outcome": outcome, "reasons": "x", "heard": "x"}
    taken = services.appeal_or_propose(session, deciders[1], appeal.id, **said)
    session.flush()
    if isinstance(taken, DecisionProposal):
        services.confirm_proposal(session, deciders[2], taken.id)
        session.flush()


def entry(session, certificate):
    return session.get_one(RegisterEntry, certificate.agency_id, populate_existing=True)


def test_it_counts_from_the_day_after_the_term_if_nobody_appeals(session, certificate, withdrawal, monkeypatch):
    first = after_term()
    assert (withdrawal.effective_on, certificate.state) == (first, S.ACTIVE)
    assert not entry(session, certificate).details.get("held_back")
    on(monkeypatch, first - timedelta(days=1))
    assert services.carry_out_due(session) == 0
    on(monkeypatch, first)
    assert (services.carry_out_due(session), certificate.state) == (1, S.WITHDRAWN)


def test_a_letter_that_was_sent_late_leaves_the_whole_term(session, certificate, withdrawal, monkeypatch):
    first, sent = withdrawal.effective_on, clock.today() + timedelta(days=9)
    monkeypatch.setattr("certificates.lifecycle.services.waiting.sent_on", lambda *_: sent)
    on(monkeypatch, first)
    assert services.carry_out_due(session) == 0
    on(monkeypatch, add_working_days(sent, TERM) + timedelta(days=1))
    assert services.carry_out_due(session) == 1


@pytest.mark.parametrize("outcome", ENDS)
def test_an_appeal_holds_it_back_until_the_outcome(session, appeal, deciders, monkeypatch, outcome):
    state = ENDS[outcome]
    certificate, first = session.get_one(Certificate, appeal.contested.certificate_id), appeal.contested.effective_on
    assert (entry(session, certificate).under_appeal, entry(session, certificate).details.get("held_back")) == (
        True,
        True,
    )
    on(monkeypatch, first + timedelta(days=20))
    assert (services.carry_out_due(session), certificate.state) == (0, S.ACTIVE)
    decide(session, deciders, appeal, AppealOutcome(outcome))
    assert services.carry_out_due(session) == (state is S.WITHDRAWN)
    assert certificate.state is state
    assert not entry(session, certificate).details.get("held_back")
    letter = decision_letter_facts(session, appeal.decision, body=BODY)["appeal"]
    assert letter["waited_until"] == clock.today().isoformat()
    asked = select(Deadline.kind).where(Deadline.subject_id == appeal.id, Deadline.done_at.is_(None))
    assert list(session.scalars(asked)) == ([K.APPEAL_FOLLOW_UP] if outcome == "partly" else [])


def test_one_that_is_taken_back_holds_nothing_back(session, certificate, owner, withdrawal, monkeypatch):
    first = withdrawal.effective_on
    appeal = appealed(session, owner, withdrawal)
    on(monkeypatch, first)
    assert services.carry_out_due(session) == 0
    appealing.take_back(session, owner, appeal.id)
    session.flush()
    assert services.carry_out_due(session) == 1


def test_the_norm_says_the_terms_and_the_letter_what_waits(session, owner, withdrawal):
    appeal = appealed(session, owner, withdrawal)
    terms = dict(session.execute(select(Deadline.kind, Deadline.due_on).where(Deadline.subject_id == appeal.id)).all())
    today = clock.today()
    assert terms == {K.APPEAL_RECEIPT: add_working_days(today, 3), K.APPEAL_OUTCOME: add_working_days(today, 40)}
    assert decision_letter_facts(session, withdrawal, body=BODY)["held_back"] is True


def test_an_earlier_day_is_refused_and_what_cannot_wait_counts_at_once(session, certificate, deciders):
    said = {"reasons": "x", "grounds": ["misuse_of_mark"]}
    with pytest.raises(RuleError) as refused:
        services.withdraw_certificate(
            session, deciders[0], certificate.id, effective_on=clock.today().isoformat(), **said
        )
    assert refused.value.field == "effective_on"
    services.suspend_certificate(session, deciders[0], certificate.id, provisional=True, **said)
    session.flush()
    services.withdraw_certificate(session, deciders[1], certificate.id, heard="Nothing.", **said)
    assert certificate.state is S.WITHDRAWN


def test_what_the_norm_does_not_name_counts_at_once_all_the_same(session, certificate, owner, deciders):
    services.suspend_certificate(session, deciders[0], certificate.id, reasons="x", grounds=["misuse_of_mark"])
    session.flush()
    assert certificate.state is S.SUSPENDED
    decision = session.scalars(select(Decision).where(Decision.kind == "suspend")).one()
    appealed(session, owner, decision)
    assert (certificate.state, entry(session, certificate).details.get("held_back")) == (S.SUSPENDED, None)


def test_the_last_day_of_a_certificate_is_the_latest(session, norm, deciders):
    ending = make_certificate(session, issued=clock.today() - timedelta(days=360), months=12)
    services.withdraw_certificate(session, deciders[0], ending.id, reasons="x", grounds=["misuse_of_mark"])
    session.flush()
    assert waiting_decision(session, ending.agency_id).effective_on == ending.valid_until


def test_the_database_leaves_time_to_appeal_too(session, withdrawal):
    same = ", ".join(
        each.name for each in Decision.__table__.columns if each.name not in {"id", "txid", "effective_on"}
    )
    today = "(decided_at AT TIME ZONE 'Europe/Amsterdam')::date"
    row = f"SELECT gen_random_uuid(), {today}, {same} FROM decision"  # noqa: S608  # names of our own
    query = f"INSERT INTO decision (id, effective_on, {same}) {row} WHERE id = :id"
    with pytest.raises(IntegrityError, match="hold this decision back"), session.begin_nested():
        session.execute(text(query), {"id": withdrawal.id})


def test_without_such_a_norm_a_dismissed_appeal_leaves_a_later_day_as_it_was(session, monkeypatch):
    certificate = make_certificate(session)
    owner = make_person(session, Role.AGENCY_OWNER, certificate.agency).actor
    first, second = (make_person(session, Role.DECIDER).actor for _ in range(2))
    day = clock.today() + timedelta(days=30)
    said = {"reasons": "x", "grounds": ["misuse_of_mark"], "effective_on": day.isoformat()}
    services.withdraw_certificate(session, first, certificate.id, **said)
    session.flush()
    appeal = appealed(session, owner, waiting_decision(session, certificate.agency_id), second)
    disputes.hear_agency(session, second, appeal.id, on=None, heard="x")
    appealing.decide_appeal(session, second, appeal.id, outcome=AppealOutcome.DISMISSED, reasons="x")
    session.flush()
    on(monkeypatch, day)
    assert (services.carry_out_due(session), certificate.state) == (1, S.WITHDRAWN)
