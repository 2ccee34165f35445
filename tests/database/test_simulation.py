"""Living certificates judged by a proposed version: the newest verdicts of the cycle, in a fixed number of reads."""

from datetime import timedelta

import pytest

from audits.core import clock
from audits.core.access import Role
from audits.core.outbox import OutboxItem
from audits.inspections.workflow import AuditState
from audits.schemes.cycle import AuditKind
from audits.schemes.queries import running_cases
from audits.schemes.services import decline_proposal, propose_scheme, simulate_again
from certificates.lifecycle.simulation import living_cases, simulate_proposal
from certificates.lifecycle.workflow import CertificateState
from tests.kit.factories import make_application, make_audit, make_certificate, make_person, make_scheme
from tests.kit.factories.inspections import make_holder_audit
from tests.kit.inspecting import statements_of
from tests.kit.scheme import edited

BROKEN = ("nonconform", "It was not there.")


def proposed(session, *edits):
    """Version 1.2 with these changes, as somebody proposed it."""
    make_scheme(session)
    day = clock.today() + timedelta(days=1)
    named = (('version: "1.0"', 'version: "1.2"'), ("valid_from: 2026-11-01", f"valid_from: {day}"))
    return propose_scheme(session, make_person(session, Role.SCHEME_MANAGER).actor, edited(*named, *edits))


def holder(session, verdicts=None):
    """A holder whose certificate rests on an audit with these verdicts."""
    certificate = make_certificate(session)
    agency = certificate.agency
    audit = make_holder_audit(
        session, agency, AuditKind.SPECIAL, AuditState.REPORTED, verdicts, by_hand=list(verdicts or ["PAY-05"])
    )
    return certificate, audit


def test_the_newest_verdicts_of_the_cycle_count(session):
    certificate, _ = holder(session, {"PAY-05": BROKEN})
    (case,) = living_cases(session, clock.today())
    assert {value for _, value in case.known["PAY-05"].counts} == {"nonconform"}
    make_holder_audit(session, certificate.agency, AuditKind.SPECIAL, AuditState.REPORTED, by_hand=["PAY-05"])
    (case,) = living_cases(session, clock.today())
    assert {value for _, value in case.known["PAY-05"].counts} == {"conform"}


@pytest.mark.parametrize("state", [CertificateState.WITHDRAWN, CertificateState.ENDED, CertificateState.REPLACED])
def test_a_certificate_that_is_gone_is_not_judged(session, state):
    certificate, _ = holder(session)
    certificate.state = state
    session.flush()
    assert list(living_cases(session, clock.today())) == []


def test_who_would_fall_is_kept_with_the_proposal(session):
    holder(session, {"IDW-05": BROKEN})
    holder(session)
    proposal = proposed(session, ("fail_total: 30", "fail_total: 2"), ("conditional_from: 16", "conditional_from: 1"))
    simulate_proposal(session, proposal.id)
    kept = proposal.simulation
    assert (kept["living"], kept["falling"], kept["causes"]) == (2, 1, [])
    assert proposal.simulated_at is not None


def test_more_certificates_take_no_more_statements(session):
    holder(session, {"PAY-05": BROKEN})

    def statements():
        return len(statements_of(session.bind, lambda: list(living_cases(session, clock.today()))))

    few = statements()
    for _ in range(3):
        holder(session)
    assert statements() == few > 0


def test_a_proposal_is_simulated_when_made_when_asked_and_not_once_answered(session):
    proposal = proposed(session)
    person = make_person(session, Role.SCHEME_MANAGER)
    simulate_again(session, person.actor, proposal.id)
    asked = [item for item in session.query(OutboxItem) if item.kind == "scheme.simulate"]
    assert [item.payload for item in asked] == [{"proposal_id": str(proposal.id)}] * 2
    decline_proposal(session, person.actor, proposal.id)
    session.flush()
    simulate_proposal(session, proposal.id)
    assert proposal.simulation is None


def test_cases_are_counted_by_version(session):
    version = make_scheme(session)
    before = running_cases(session, clock.today())[version.id]
    make_application(session)
    make_audit(session, AuditState.PLANNED)
    make_certificate(session)
    after = running_cases(session, clock.today())[version.id]
    grown = [now - was for was, now in zip(before, after, strict=True)]
    assert grown == [2, 1, 1]  # the application of an audit is open too
