"""A certificate that is suspended in part: what still counts, who decides, and what everybody reads."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import RuleError
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision, DecisionProposal
from audits.schemes.cycle import DecisionKind
from certificates.credentials.status import StatusPurpose
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle import services
from certificates.lifecycle.models import CertificateChange
from certificates.lifecycle.rules import Status
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register import queries
from certificates.register.models import RegisterEntry
from certificates.status_lists import SETS
from tests.kit.factories import make_certificate, make_person
from tests.kit.factories.certificates import BODY

WHY = {"reasons": "The cold store was not safe."}
PART = ("sectors:meat_fish", "own_housing")
CODES = {"activities": [], "sectors": ["meat_fish"], "recruitment_countries": [], "own_housing": True}


@pytest.fixture
def certificate(session):
    return make_certificate(session)


@pytest.fixture
def partly(session, certificate, decider):
    services.suspend_certificate(session, decider, certificate.id, **WHY, excepted=PART)
    session.flush()
    return certificate


def entry_of(session, certificate):
    return session.get(RegisterEntry, certificate.agency_id, populate_existing=True)


def test_the_rest_counts_and_the_register_names_the_part(session, partly):
    assert partly.state is CertificateState.PARTLY_SUSPENDED
    entry, today = entry_of(session, partly), clock.today()
    assert (entry.status_on(today), entry.excepted) == (Status.PARTLY_SUSPENDED, CODES)
    assert entry.scope == partly.scope
    [line] = session.scalars(select(CertificateChange).where(CertificateChange.move == "suspend"))
    assert (line.state, line.excepted) == (CertificateState.PARTLY_SUSPENDED, CODES)
    [newest, *_] = queries.history(session, partly.agency_id, today)
    assert (newest.status, newest.excepted) == (Status.PARTLY_SUSPENDED, CODES)
    assert queries.figures(session, today).certified == 1


def test_the_log_says_so(session, partly):
    [entry] = session.scalars(select(LedgerEntry).where(LedgerEntry.number == partly.number))
    assert entry.type == "suspended"
    assert b'"status":"partly_suspended"' in entry.data


def test_the_letter_names_the_part(session, partly):
    [decision] = session.scalars(select(Decision).where(Decision.kind == DecisionKind.SUSPEND))
    facts = decision_letter_facts(session, decision, body=BODY)
    assert facts["register"] == "partly_suspended"
    assert facts["excepted"][-1] == "Eigen huisvesting"
    assert len(facts["excepted"]) == 2


def test_it_ends_with_its_last_day_as_what_counts_does(session, partly):
    assert partly.status_on(partly.valid_until) is Status.PARTLY_SUSPENDED
    assert partly.status_on(partly.valid_until.replace(year=partly.valid_until.year + 1)) is Status.EXPIRED


def test_who_reads_only_the_bit_looks_at_the_register():
    assert CertificateState.PARTLY_SUSPENDED in SETS[StatusPurpose.SUSPENSION]
    assert CertificateState.PARTLY_SUSPENDED not in SETS[StatusPurpose.REVOCATION]


def test_it_has_the_term_of_a_suspension_until_it_is_lifted(session, partly, decider):
    term = select(Deadline).where(Deadline.kind == DeadlineKind.SUSPENSION, Deadline.subject_id == partly.id)
    assert session.scalars(term).one().done_at is None
    services.lift_suspension(session, decider, partly.id, **WHY)
    session.flush()
    assert partly.state is CertificateState.ACTIVE
    entry = entry_of(session, partly)
    assert (entry.status_on(clock.today()), entry.excepted) == (Status.CERTIFIED, {})
    assert session.scalars(term.execution_options(populate_existing=True)).one().done_at


def test_all_of_it_can_follow(session, partly, decider):
    services.suspend_certificate(session, decider, partly.id, **WHY)
    session.flush()
    assert partly.state is CertificateState.SUSPENDED
    assert entry_of(session, partly).excepted == {}


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (["sectors:building"], "does not cover"),
        (["activities:temporary_agency_work"], "would be left"),
        (["sectors:logistics", "sectors:meat_fish"], "would be left"),
    ],
)
def test_what_is_no_part_is_refused(session, certificate, decider, items, words):
    with pytest.raises(RuleError, match=words):
        services.suspend_certificate(session, decider, certificate.id, **WHY, excepted=items)


def test_at_once_is_all_of_it(session, certificate, decider):
    with pytest.raises(RuleError, match="At once"):
        services.suspend_certificate(session, decider, certificate.id, **WHY, excepted=PART, provisional=True)


def test_a_second_decider_confirms_the_same_part(session, certificate, decider):
    said = {"reasons": "x", "grounds": ["deceit"], "excepted": PART}
    proposal = services.change_or_propose(session, decider, certificate.id, DecisionKind.SUSPEND, **said)
    assert isinstance(proposal, DecisionProposal)
    session.flush()
    services.confirm_proposal(session, make_person(session, Role.DECIDER).actor, proposal.id)
    session.flush()
    assert entry_of(session, certificate).excepted == CODES


@pytest.mark.parametrize("part", ['{"sectors": ["building"]}', '{"activities": ["temporary_agency_work"]}', "{}"])
def test_the_database_refuses_what_is_no_part(session, certificate, decider, part):
    statement = (
        "INSERT INTO decision (id, certificate_id, agency_id, decider_id, outcome, reasons, conditions, basis_sha256,"
        " decided_at, effective_on, excepted) VALUES (gen_random_uuid(), :id, :agency, :decider, 'suspend', 'x', '[]',"
        " '', now(), now(), cast(:part AS jsonb))"
    )
    who = {"id": certificate.id, "agency": certificate.agency_id, "decider": decider.id, "part": part}
    with pytest.raises(IntegrityError, match="no part of the certificate"):
        session.execute(text(statement), who)
