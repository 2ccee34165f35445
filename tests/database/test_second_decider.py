"""Grounds that the scheme calls serious: one decider proposes, another confirms, and until then nothing is decided."""

from contextlib import suppress

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.decisions.basis import BasisMovedError, Part
from audits.decisions.models import Decision, DecisionGround, DecisionProposal
from audits.decisions.proposals import SecondDeciderNeededError, find_proposal, open_proposals
from audits.decisions.rules import Outcome
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from audits.schemes.cycle import DecisionKind
from audits.schemes.models import SchemeVersion
from audits.schemes.services import publish_scheme
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.certificates import BODY, make_certificate
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, scheme, source

REASONS = "Passports in a safe."
K, S = DecisionKind, CertificateState


@pytest.fixture
def first(session):
    return make_person(session, Role.DECIDER)


@pytest.fixture
def second(session):
    return make_person(session, Role.DECIDER)


@pytest.fixture
def held(session):
    return make_certificate(session)


def propose(session, person, certificate, kind=K.SUSPEND, grounds=("deceit",), **more):
    said = {"reasons": REASONS, "grounds": list(grounds), **more}
    return services.change_or_propose(session, person.actor, certificate.id, kind, **said)


def declare(session, person, agency_id):
    declared = {"nature": "kin", "declared_at": clock.now()}
    session.add(Interest(person_id=person.id, agency_id=agency_id, **declared))
    session.flush()


def told(session, template):
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail"))
    return {item.payload["person_id"] for item in items if item.payload["template"] == template}


def count(session, kind, **where):
    return session.scalar(select(func.count()).select_from(kind).filter_by(**where))


@pytest.mark.parametrize("kind", [K.SUSPEND, K.WITHDRAW])
def test_nothing_happens_until_a_second_decider_confirms(session, first, second, held, kind):
    before = count(session, LedgerEntry)
    proposal = propose(session, first, held, kind)
    session.flush()
    assert isinstance(proposal, DecisionProposal)
    assert held.state is S.ACTIVE
    assert count(session, Decision, certificate_id=held.id) == 0
    assert count(session, LedgerEntry) == before
    assert session.get_one(RegisterEntry, held.agency_id).state is S.ACTIVE
    asked = told(session, "second_decider_needed")
    assert str(second.id) in asked
    assert str(first.id) not in asked
    assert [each.id for each in open_proposals(session, second.actor)] == [proposal.id]
    services.confirm_proposal(session, second.actor, proposal.id)
    session.flush()
    decision = session.scalars(select(Decision).where(Decision.certificate_id == held.id)).one()
    assert (decision.kind, decision.decider_id, decision.reasons) == (kind, second.id, REASONS)
    assert decision.proposal.proposed_by == first.id
    assert [each.code for each in decision.grounds] == ["deceit"]
    assert held.state is {K.SUSPEND: S.SUSPENDED, K.WITHDRAW: S.WITHDRAWN}[kind]
    assert session.get_one(RegisterEntry, held.agency_id).state is held.state
    assert count(session, LedgerEntry) == before + 1
    assert told(session, "proposal_answered") == {str(first.id)}
    assert [event.name.partition(".")[2] for event in history(session, proposal.id)] == ["propose", "confirm"]
    said = decision_letter_facts(session, decision, body=BODY)
    assert said["decided_by"] == "twee beslissers van de certificatie-instelling"
    with pytest.raises(IllegalMoveError):
        services.confirm_proposal(session, make_person(session, Role.DECIDER).actor, proposal.id)


def test_a_ground_that_is_not_serious_takes_one(session, first, held):
    assert propose(session, first, held, grounds=["no_access"]) is held
    assert held.state is S.SUSPENDED


def test_a_service_that_proposes_nothing_refuses_a_serious_ground(session, first, held):
    with pytest.raises(SecondDeciderNeededError):
        services.suspend_certificate(session, first.actor, held.id, reasons=REASONS, grounds=["deceit"])


def test_a_holder_is_refused_and_loses_the_certificate_by_one_proposal(session, first, second, held):
    version = make_scheme(session, source(SECOND))
    application = make_application(session, agency=held.agency, version=version, state=ApplicationState.ACCEPTED)
    audit = make_audit(session, AuditState.REVIEWED, application=application)
    said = {"outcome": Outcome.REFUSE, "reasons": REASONS, "grounds": ["harm_to_workers"], "fate": Fate.WITHDRAW}
    with pytest.raises(RuleError, match="A ground does not fit"):
        services.decide_or_propose(session, first.actor, audit.id, **(said | {"grounds": ["harm_to_workers", "x"]}))
    proposal = services.decide_or_propose(session, first.actor, audit.id, **said)
    session.flush()
    assert (audit.state, held.state) == (AuditState.REVIEWED, S.ACTIVE)
    services.confirm_proposal(session, second.actor, proposal.id)
    session.flush()
    found = session.scalars(select(Decision).where(Decision.proposal_id == proposal.id)).all()
    assert {each.kind for each in found} == {K.REFUSE, K.WITHDRAW}
    assert (audit.state, held.state) == (AuditState.CONCLUDED, S.WITHDRAWN)


def test_what_could_not_be_decided_is_not_proposed(session, first, held):
    tied = make_person(session, Role.DECIDER)
    declare(session, tied, held.agency_id)
    with pytest.raises(NotAllowedError, match="an interest in"):
        propose(session, tied, held)
    with pytest.raises(RuleError, match="Give the reasons"):
        propose(session, first, held, reasons=" ")
    with pytest.raises(BasisMovedError):
        propose(session, first, held, shown="seen:long_ago")
    with pytest.raises(IllegalMoveError):
        propose(session, first, held, K.LIFT)
    assert count(session, DecisionProposal) == 0


@pytest.mark.parametrize("who", ["proposer", "tied", "inspector"])
def test_who_proposed_it_or_is_tied_does_not_confirm(session, first, second, held, who):
    proposal = propose(session, first, held)
    audit = session.get_one(Certificate, held.id).decision.concluded
    person = {"proposer": first, "tied": second, "inspector": audit.inspector}[who]
    if who == "tied":
        declare(session, second, held.agency_id)
    actor = type(person.actor)(person.id, frozenset({Role.DECIDER}))
    with pytest.raises(NotAllowedError):
        services.confirm_proposal(session, actor, proposal.id)
    assert (held.state, proposal.answered_at) == (S.ACTIVE, None)


def test_a_proposer_with_an_interest_declared_later_decides_nothing(session, first, second, held):
    proposal = propose(session, first, held)
    declare(session, first, held.agency_id)
    with pytest.raises(NotAllowedError, match="may no longer decide"):
        services.confirm_proposal(session, second.actor, proposal.id)
    services.decline_proposal(session, second.actor, proposal.id, reason="Tied.")
    assert propose(session, make_person(session, Role.DECIDER), held).answered_at is None


def test_what_moved_since_cannot_be_confirmed(session, first, second, held):
    proposal = propose(session, first, held)
    make_audit(session, AuditState.PLANNED, application=make_application(
        session, agency=held.agency, state=ApplicationState.ACCEPTED))  # fmt: skip
    with pytest.raises(BasisMovedError) as moved, session.begin_nested():
        services.confirm_proposal(session, second.actor, proposal.id)
    assert moved.value.parts == (Part.AUDITS,)
    session.refresh(proposal)
    assert proposal.answered_at is None


def test_it_is_declined_with_a_reason_or_taken_back(session, first, second, held):
    for by in (second, first):
        proposal = propose(session, first, held)
        with pytest.raises(RuleError, match="Give the reason"):
            services.decline_proposal(session, by.actor, proposal.id, reason=" ")
        services.decline_proposal(session, by.actor, proposal.id, reason="Not proven.")
        session.flush()
        assert (proposal.confirmed, proposal.answered_by, held.state) == (False, by.id, S.ACTIVE)
        assert history(session, proposal.id)[-1].told["reason"] == "Not proven."
    assert told(session, "proposal_answered") == {str(first.id)}


def test_one_waits_at_a_time_and_another_decision_overtakes_it(session, first, second, held):
    proposal = propose(session, first, held)
    with pytest.raises(RuleError, match="waits for a second decider"):
        propose(session, second, held)
    services.suspend_certificate(session, second.actor, held.id, reasons=REASONS)
    session.flush()
    assert (proposal.confirmed, find_proposal(session, held.agency_id)) == (False, None)


@pytest.mark.parametrize("version", ["1.0", SECOND])
def test_the_database_knows_the_serious_grounds_of_each_version(session, held, version):
    manager = make_person(session, Role.SCHEME_MANAGER).actor
    row = publish_scheme(session, manager, source(version))
    wanted = [ground.code for ground in scheme(SECOND).cycle.grounds.values() if ground.serious]
    assert session.get_one(SchemeVersion, row.id).serious_grounds == wanted


def test_when_the_code_overlooks_a_serious_ground_the_database_does_not(session, first, held):
    services.suspend_certificate(session, first.actor, held.id, reasons=REASONS)
    decision = session.scalars(select(Decision).where(Decision.certificate_id == held.id)).one()
    with suppress(IntegrityError), session.begin_nested():
        session.add(DecisionGround(decision_id=decision.id, code="deceit", position=0, words={}))
        session.flush()
        pytest.fail("it passed")
    session.add(DecisionGround(decision_id=decision.id, code="no_access", position=0, words={}))
    session.flush()
