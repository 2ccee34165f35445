"""Suspension at once: one decider, provisionally; the holder is heard, and a second decider confirms or ends it."""

import pytest
from sqlalchemy import func, select

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision
from audits.decisions.queries import provisional_suspension
from audits.decisions.rules import Outcome
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle import services
from certificates.lifecycle.queries import hearings
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.queries import history
from tests.kit.factories.applications import make_application
from tests.kit.factories.certificates import BODY, make_certificate
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person

S = CertificateState
SAID = {"reasons": "Passports in a safe.", "grounds": ["harm_to_workers"]}
HEARD = {"heard": "The agency gave the passports back.", "reasons": "It was proven."}


@pytest.fixture
def first(session):
    return make_person(session, Role.DECIDER)


@pytest.fixture
def second(session):
    return make_person(session, Role.DECIDER)


@pytest.fixture
def held(session, first):
    """A certificate that was suspended at once."""
    certificate = make_certificate(session)
    services.suspend_certificate(session, first.actor, certificate.id, provisional=True, **SAID)
    session.flush()
    return certificate


def letter(session, certificate):
    query = select(Decision).where(Decision.certificate_id == certificate.id).order_by(Decision.decided_at.desc())
    return decision_letter_facts(session, session.scalars(query.limit(1)).one(), body=BODY)


def terms(session, certificate):
    hearing = Deadline.kind == DeadlineKind.SUSPENSION_HEARING
    query = select(Deadline).where(Deadline.subject_id == certificate.id, hearing)
    return session.scalars(query).all()


def test_the_register_says_what_it_is_from_the_first_moment(session, first, second, held):
    entry = session.get_one(RegisterEntry, held.agency_id)
    assert (held.state, entry.state, entry.provisional) == (S.SUSPENDED, S.SUSPENDED, True)
    newest = history(session, held.agency_id, clock.today())[0]
    assert (newest.status, newest.provisional) == ("suspended", True)
    [term] = terms(session, held)
    last = add_working_days(clock.today(), 5)
    assert (term.kind, term.due_on, term.done_at) == (DeadlineKind.SUSPENSION_HEARING, last, None)
    said = letter(session, held)
    assert (said["provisional"], said["hear_until"], said["confirms"]) == (True, last.isoformat(), False)
    mails = session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail"))
    told = {item.payload["person_id"] for item in mails if item.payload["template"] == "suspension_to_review"}
    assert str(second.id) in told
    assert str(first.id) not in told
    assert [item.certificate.id for item in hearings(session, second.actor)] == [held.id]


def test_a_second_decider_confirms_it_on_the_same_serious_ground(session, second, held):
    entries = session.scalar(select(func.count()).select_from(LedgerEntry))
    begun = session.get_one(RegisterEntry, held.agency_id).since
    services.confirm_suspension(session, second.actor, held.id, **HEARD)
    session.flush()
    entry = session.get_one(RegisterEntry, held.agency_id)
    assert (held.state, entry.provisional, entry.since) == (S.SUSPENDED, False, begun)
    decision = session.scalars(select(Decision).where(Decision.decider_id == second.id)).one()
    assert (decision.kind, decision.provisional, decision.heard) == ("suspend", False, HEARD["heard"])
    assert [each.code for each in decision.grounds] == ["harm_to_workers"]
    assert terms(session, held)[0].done_at is not None
    assert provisional_suspension(session, held.agency_id) is None
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == entries  # the status is the same
    said = letter(session, held)
    assert (said["confirms"], said["heard"], said["hear_until"]) == (True, HEARD["heard"], None)
    with pytest.raises(IllegalMoveError):
        services.confirm_suspension(session, make_person(session, Role.DECIDER).actor, held.id, **HEARD)
    services.lift_suspension(session, second.actor, held.id, reasons="Repaired.")  # from here on as ever
    assert held.state is S.ACTIVE


@pytest.mark.parametrize("end", [services.lift_suspension, services.withdraw_certificate, services.end_certificate])
def test_or_ends_it(session, second, held, end):
    end(session, second.actor, held.id, **HEARD)
    session.flush()
    assert held.state is not S.SUSPENDED
    assert (session.get_one(RegisterEntry, held.agency_id).provisional, hearings(session, second.actor)) == (False, [])
    [answer] = session.scalars(select(Decision).where(Decision.decider_id == second.id))
    assert session.get_one(Decision, answer.reviews_decision_id).provisional


@pytest.mark.parametrize("service", [services.lift_suspension, services.withdraw_certificate])
def test_nobody_answers_without_hearing_the_agency(session, second, held, service):
    with pytest.raises(RuleError, match="what the agency said") as refusal:
        service(session, second.actor, held.id, reasons="x", heard=" ")
    assert (refusal.value.field, held.state) == ("heard", S.SUSPENDED)


def test_who_suspended_decides_nothing_more_until_it_is_answered(session, first, second, held):
    acts = [services.confirm_suspension, services.lift_suspension, services.withdraw_certificate]
    for act in [*acts, services.end_certificate, services.maintain_certificate]:
        with pytest.raises(NotAllowedError, match="You suspended this certificate"), session.begin_nested():
            act(session, first.actor, held.id, **HEARD)
    application = make_application(session, agency=held.agency, state=ApplicationState.ACCEPTED)
    audit = make_audit(session, AuditState.REVIEWED, application=application)
    refused = {"outcome": Outcome.REFUSE, "reasons": "x", "fate": Fate.MAINTAIN, "fate_reasons": "x"}
    for said in (refused, {"outcome": Outcome.GRANT, "reasons": "x"}):
        with pytest.raises(NotAllowedError, match="You suspended this certificate"), session.begin_nested():
            services.decide_on_audit(session, first.actor, audit.id, **said)
    services.decide_on_audit(session, second.actor, audit.id, **refused)


def test_a_tied_decider_answers_nothing(session, second, held):
    declared = {"nature": "kin", "declared_at": clock.now()}
    session.add(Interest(person_id=second.id, agency_id=held.agency_id, **declared))
    session.flush()
    with pytest.raises(NotAllowedError, match="an interest in"):
        services.confirm_suspension(session, second.actor, held.id, **HEARD)


def test_a_suspension_as_ever_is_not_provisional(session, first):
    certificate = make_certificate(session)
    services.suspend_certificate(session, first.actor, certificate.id, reasons="x")
    assert (terms(session, certificate), provisional_suspension(session, certificate.agency_id)) == ([], None)
    assert session.get_one(RegisterEntry, certificate.agency_id).provisional is False
