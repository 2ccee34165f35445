"""A decision that counts from a later day: until then nothing changes, and on it everything that shows it does."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from audits.core import clock
from audits.core.access import ActorKind, Role
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Event
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.queries import waiting_decision
from audits.schemes.cycle import DecisionKind
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle import services
from certificates.lifecycle.queries import changes_of
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.terms import EFFECTIVE_WITHIN_DAYS
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.queries import history as public_history
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.people import make_person

S = CertificateState
BODY = {"name": "Stichting Keurwerk", "address": "Waagplein 1"}
LATER = 20
ENDS = {
    "suspend": (services.suspend_certificate, S.SUSPENDED),
    "withdraw": (services.withdraw_certificate, S.WITHDRAWN),
    "end": (services.end_certificate, S.ENDED),
}


@pytest.fixture
def certificate(session):
    return make_certificate(session)


@pytest.fixture
def decider(session):
    return make_person(session, Role.DECIDER)


def day(days=LATER):
    return clock.today() + timedelta(days=days)


def later(session, person, certificate, kind="end", days=LATER, **said):
    services.CHANGES[DecisionKind(kind)](
        session, person.actor, certificate.id, reasons="They stop.", effective_on=day(days).isoformat(), **said
    )
    session.flush()
    return waiting_decision(session, certificate.agency_id)


def on(monkeypatch, days):
    """Move the clock so many days on."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=days))


def entries(session):
    return [each.type for each in session.scalars(select(LedgerEntry).order_by(LedgerEntry.index))]


@pytest.mark.parametrize("kind", ENDS)
def test_nothing_changes_before_that_day_and_everything_on_it(session, monkeypatch, certificate, decider, kind):
    _, state = ENDS[kind]
    logged = len(entries(session))
    decision = later(session, decider, certificate, kind)
    assert (decision.kind, decision.effective_on) == (kind, day())
    on(monkeypatch, LATER - 1)
    assert services.carry_out_due(session) == 0
    entry = session.get_one(RegisterEntry, certificate.agency_id)
    assert (certificate.state, entry.state, len(entries(session))) == (S.ACTIVE, S.ACTIVE, logged)
    on(monkeypatch, 1)
    assert (services.carry_out_due(session), services.carry_out_due(session)) == (1, 0)
    session.flush()
    session.refresh(entry)
    assert (certificate.state, entry.state, entry.since) == (state, state, decision.effective_on)
    assert len(entries(session)) == logged + 1
    [line, *_] = public_history(session, certificate.agency_id, clock.today())
    assert line.on == decision.effective_on
    [change, *_] = changes_of(session, certificate.id)
    assert (change.decision_id, change.actor_id) == (decision.id, decider.id)
    [*_, event] = session.scalars(select(Event).where(Event.subject_id == certificate.id).order_by(Event.id))
    assert event.actor_kind == ActorKind.SYSTEM  # the person decided, and the clock did the rest
    assert waiting_decision(session, certificate.agency_id) is None


def test_a_part_is_suspended_from_its_day(session, monkeypatch, certificate, decider):
    part = f"sectors:{certificate.scope['sectors'][0]}"
    later(session, decider, certificate, "suspend", excepted=[part])
    on(monkeypatch, LATER)
    assert services.carry_out_due(session) == 1
    assert certificate.state is S.PARTLY_SUSPENDED
    assert session.get_one(RegisterEntry, certificate.agency_id).excepted["sectors"] == [
        certificate.scope["sectors"][0]
    ]


def test_letter_and_mail_say_from_when(session, certificate, decider):
    decision = later(session, decider, certificate, "withdraw")
    said = decision_letter_facts(session, decision, body=BODY)
    assert (said["effective_on"], said["register"]) == (day().isoformat(), "withdrawn")
    told = session.scalars(select(OutboxItem.payload).where(OutboxItem.kind == "mail.agency")).all()
    assert [(each["template"], each["day"]) for each in told] == [("certificate_will_change", day().isoformat())]


def test_another_decision_takes_its_place(session, monkeypatch, certificate, decider):
    later(session, decider, certificate, "withdraw")
    services.maintain_certificate(session, decider.actor, certificate.id, reasons="It was repaired.")
    session.flush()
    assert waiting_decision(session, certificate.agency_id) is None
    on(monkeypatch, LATER)
    assert services.carry_out_due(session) == 0
    assert certificate.state is S.ACTIVE


def test_what_waits_stands_before_anything_that_is_issued_anew(session, certificate, decider):
    later(session, decider, certificate)
    with pytest.raises(IllegalMoveError, match="counts from"):
        services.amend_certificate(session, decider.actor, certificate.id, reasons="x")


@pytest.mark.parametrize("days", [-1, EFFECTIVE_WITHIN_DAYS + 1])
def test_the_day_is_today_or_within_what_the_scheme_allows(session, certificate, decider, days):
    with pytest.raises(RuleError) as refused:
        later(session, decider, certificate, days=days)
    assert refused.value.field == "effective_on"
    assert later(session, decider, certificate, days=EFFECTIVE_WITHIN_DAYS).effective_on == day(EFFECTIVE_WITHIN_DAYS)


def test_it_is_no_later_than_the_last_day_of_the_certificate(session, decider):
    ending = make_certificate(session, issued=clock.today() - timedelta(days=355), months=12)
    with pytest.raises(RuleError):
        later(session, decider, ending, days=30)


@pytest.mark.parametrize("kind", ["lift", "maintain"])
def test_what_gives_counts_at_once(session, decider, kind):
    certificate = make_certificate(session, S.SUSPENDED if kind == "lift" else S.ACTIVE)
    with pytest.raises(RuleError) as refused:
        later(session, decider, certificate, kind)
    assert refused.value.field == "effective_on"


def test_what_cannot_wait_counts_at_once(session, certificate, decider):
    with pytest.raises(RuleError):
        later(session, decider, certificate, "suspend", provisional=True)
    services.suspend_certificate(session, decider.actor, certificate.id, reasons="x", provisional=True)
    session.flush()
    second = make_person(session, Role.DECIDER)
    with pytest.raises(RuleError) as refused:
        later(session, second, certificate, "withdraw", heard="Nothing.")
    assert refused.value.field == "effective_on"


def test_two_deciders_agree_on_the_day_and_one_that_has_come_is_today(session, monkeypatch, certificate, decider):
    said = {"reasons": "x", "grounds": ["deceit"], "effective_on": day(2)}
    proposal = services.change_or_propose(session, decider.actor, certificate.id, DecisionKind.WITHDRAW, **said)
    assert isinstance(proposal, DecisionProposal)
    session.flush()
    on(monkeypatch, 3)
    services.confirm_proposal(session, make_person(session, Role.DECIDER).actor, proposal.id)
    session.flush()
    assert certificate.state is S.WITHDRAWN


def test_surveillance_goes_on_until_that_day(session, monkeypatch, certificate, decider):
    about = {"subject_id": certificate.decision.concluded.certification_id, "agency_id": certificate.agency_id}
    visit = Deadline(
        kind=DeadlineKind.SURVEILLANCE, **about, due_on=day(90), owner_role=Role.PLANNER, opened_at=clock.now()
    )
    session.add(visit)
    later(session, decider, certificate)
    session.refresh(visit)
    assert visit.done_at is None
    on(monkeypatch, LATER)
    services.carry_out_due(session)
    session.refresh(visit)
    assert visit.done_at is not None


@pytest.mark.parametrize(
    "change",
    ["effective_on = effective_on - 400", "effective_on = '2999-01-01'", "outcome = 'maintain'", "provisional = true"],
)
def test_the_database_holds_what_may_wait(session, certificate, decider, change):
    decision = later(session, decider, certificate, "suspend")
    column, value = change.split(" = ")
    same = ", ".join(each.name for each in Decision.__table__.columns if each.name not in {"id", "txid", column})
    row = f"SELECT gen_random_uuid(), {value}, {same} FROM decision WHERE id = :id"  # noqa: S608  # names of our own
    query = f"INSERT INTO decision (id, {column}, {same}) {row}"
    with pytest.raises(IntegrityError, match="cannot count from that day"), session.begin_nested():
        session.execute(text(query), {"id": decision.id})
