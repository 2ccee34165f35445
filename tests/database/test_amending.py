"""An amended certificate: who decides, what it keeps, what becomes of the old one, and what a page may not overlook."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from audits.agencies.rules import BranchDetails, ProfileSection, Scope
from audits.changes import services as changes
from audits.changes.workflow import ChangeState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.basis import BasisMovedError, Part
from audits.decisions.models import Decision
from audits.people.models import Interest, PersonRole
from audits.schemes.cycle import DecisionKind
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import basis_of
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from tests.kit.factories import make_certificate, make_person
from tests.kit.factories.certificates import BASE_URL, BODY, change
from tests.kit.factories.changes import EXTRACT, report

NAME = "Groenland Uitzenden Holding B.V."
WHY = {"reasons": "The trade register says so."}


@pytest.fixture
def certificate(session):
    return make_certificate(session, conditions=["Train the inspectors."])


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER).actor


def refer(session, planner, agency, **values):
    change = report(session, agency, **values)
    return changes.accept_change(session, planner, change.id, checked_against="An extract of today.")


def number(session, certificate, kind=DecisionKind.AMEND):
    [decision] = session.scalars(select(Decision).where(Decision.kind == kind))
    new = services.number_certificate(session, decision.id, base_url=BASE_URL, body=BODY)
    session.flush()
    return new


def issue(session, new):
    return services.issue_certificate(session, new.id, sha256="f" * 64, size=9, language="nl")


def test_an_amended_certificate_says_the_new_name_and_keeps_all_else(session, certificate, planner, decider):
    agency, old_name = certificate.agency, certificate.agency.legal_name
    waiting = refer(session, planner, agency, legal_name=NAME, city="Breda")
    services.amend_certificate(session, decider, certificate.id, **WHY)
    assert (agency.legal_name, agency.city, agency.former_names) == (NAME, "Breda", [old_name])
    assert waiting.state is ChangeState.ACCEPTED
    new = issue(session, number(session, certificate))
    session.expire_all()
    assert (certificate.state, new.state) == (CertificateState.REPLACED, CertificateState.ACTIVE)
    assert (new.snapshot["legal_name"], new.snapshot["seat"]["city"]) == (NAME, "Breda")
    kept = ("scope", "conditional", "conditions", "valid_from", "valid_until", "scheme_version_id")
    assert [getattr(new, name) for name in kept] == [getattr(certificate, name) for name in kept]
    entry = session.get(RegisterEntry, agency.id)
    assert (entry.legal_name, entry.city, entry.certificate_number) == (NAME, "Breda", new.number)
    logged = session.scalars(select(LedgerEntry).order_by(LedgerEntry.index.desc()).limit(2)).all()
    assert [(each.type.value, each.number) for each in logged] == [
        ("issued", new.number),
        ("replaced", certificate.number),
    ]
    open_tasks = select(Deadline.kind).where(Deadline.agency_id == agency.id, Deadline.done_at.is_(None))
    assert set(session.scalars(open_tasks)) == {DeadlineKind.RENEWAL, DeadlineKind.CONDITION}


def test_the_letter_names_the_new_name_and_the_old_certificate(session, certificate, planner, decider):
    refer(session, planner, certificate.agency, legal_name=NAME)
    services.amend_certificate(session, decider, certificate.id, **WHY)
    [decision] = session.scalars(select(Decision).where(Decision.kind == DecisionKind.AMEND))
    facts = decision_letter_facts(session, decision, body=BODY)
    assert (facts["agency"]["legal_name"], facts["certificate_number"]) == (NAME, certificate.number)
    assert (facts["kind"], facts["register"]) == ("amend", "conditional")


def test_a_branch_more_is_a_place_more(session, certificate, planner, decider):
    agency, sites = certificate.agency, certificate.snapshot["sites"]
    actor = make_person(session, Role.AGENCY_OWNER, agency).actor
    branch = BranchDetails(name="Breda", street="B 1", postcode="4811 AB", city="Breda", country="NL")
    said = {"effective_on": clock.today(), "explanation": "", "files": [EXTRACT]}
    row = changes.report_row(
        session, actor, agency.id, ProfileSection.BRANCHES, row_id=None, details=branch, **said
    )  # fmt: skip
    changes.accept_change(session, planner, row.id, checked_against="An extract of today.")
    refer(session, planner, agency, city="Breda")
    services.amend_certificate(session, decider, certificate.id, **WHY)
    assert number(session, certificate).snapshot["sites"] == sites + 1


def test_without_a_reported_change_nothing_is_amended(session, certificate, planner, decider):
    report(session, certificate.agency, legal_name=NAME)  # nobody found it right yet
    with pytest.raises(RuleError, match="No reported change"):
        services.amend_certificate(session, decider, certificate.id, **WHY)


def test_who_took_part_or_has_an_interest_amends_nothing(session, certificate, planner, decider):
    refer(session, planner, certificate.agency, legal_name=NAME)
    inspector = certificate.decision.concluded.inspector
    inspector.role_rows.append(PersonRole(role=Role.DECIDER))
    values = {"person_id": decider.id, "agency_id": certificate.agency_id, "nature": "x", "declared_at": clock.now()}
    session.add(Interest(**values))
    session.flush()
    for actor in (make_person(session, Role.REVIEWER).actor, planner, inspector.actor, decider):
        with pytest.raises(NotAllowedError):
            services.amend_certificate(session, actor, certificate.id, **WHY)


@pytest.mark.parametrize("state", [CertificateState.SUSPENDED, CertificateState.WITHDRAWN, CertificateState.ENDED])
def test_what_does_not_count_is_not_amended(session, planner, decider, state):
    certificate = make_certificate(session)
    refer(session, planner, certificate.agency, legal_name=NAME)
    change(session, certificate, state, clock.today())
    with pytest.raises(IllegalMoveError):
        services.amend_certificate(session, decider, certificate.id, **WHY)


def test_a_change_that_is_reported_or_found_right_meanwhile_moves_the_basis(session, certificate, planner, decider):
    refer(session, planner, certificate.agency, legal_name=NAME)
    shown = basis_of(session, certificate, DecisionKind.AMEND).shown
    late = report(session, certificate.agency, account_holder="Somebody else")
    with pytest.raises(BasisMovedError) as moved, session.begin_nested():
        services.amend_certificate(session, decider, certificate.id, shown=shown, **WHY)
    assert moved.value.parts == (Part.CHANGES,)
    changes.accept_change(session, planner, late.id, checked_against="A statement of the bank.")
    services.amend_certificate(session, decider, certificate.id, shown=shown, **WHY)  # nothing of it is left


def test_a_seat_that_is_accepted_meanwhile_moves_the_basis_of_a_suspension(session, certificate, planner, decider):
    shown = basis_of(session, certificate, DecisionKind.SUSPEND).shown
    refer(session, planner, certificate.agency, city="Breda")
    services.amend_certificate(session, decider, certificate.id, **WHY)
    other = make_person(session, Role.DECIDER).actor
    with pytest.raises(BasisMovedError) as moved:
        services.suspend_certificate(session, other, certificate.id, shown=shown, **WHY)
    assert {Part.AGENCY, Part.DECISIONS} <= set(moved.value.parts)


def test_one_amendment_at_a_time(session, certificate, planner, decider):
    refer(session, planner, certificate.agency, legal_name=NAME)
    services.amend_certificate(session, decider, certificate.id, **WHY)
    second = report(session, certificate.agency, city="Breda")
    with pytest.raises(IllegalMoveError, match="is being made"):
        changes.accept_change(session, planner, second.id, checked_against="An extract of today.")


def test_an_amendment_lifts_no_suspension_and_goes_on_when_that_is_lifted(session, certificate, planner, decider):
    refer(session, planner, certificate.agency, legal_name=NAME)
    services.amend_certificate(session, decider, certificate.id, **WHY)
    new = number(session, certificate)
    services.suspend_certificate(session, decider, certificate.id, **WHY)
    session.flush()
    issue(session, new)
    assert (certificate.state, new.state) == (CertificateState.SUSPENDED, CertificateState.ISSUING)
    services.lift_suspension(session, decider, certificate.id, **WHY)
    session.flush()
    queued = [item for item in session.scalars(select(OutboxItem)) if item.kind == "certificate.seal"]
    assert [item.payload for item in queued][-1] == {"certificate_id": str(new.id)}
    issue(session, new)
    assert (certificate.state, new.state) == (CertificateState.REPLACED, CertificateState.ACTIVE)


def test_the_database_refuses_an_amendment_that_lifts_a_suspension(session, certificate, planner, decider):
    refer(session, planner, certificate.agency, legal_name=NAME)
    services.amend_certificate(session, decider, certificate.id, **WHY)
    new = number(session, certificate)
    services.suspend_certificate(session, decider, certificate.id, **WHY)
    session.flush()
    with pytest.raises(IntegrityError, match="an amendment of something else"):
        session.execute(text("UPDATE certificate SET state = 'active' WHERE id = :id"), {"id": new.id})


@pytest.mark.parametrize(
    "other",
    [{"valid_until": date(2099, 1, 1)}, {"conditional": False}, {"conditions": []}, {"scope": {}}],
    ids=lambda other: next(iter(other)),
)
def test_the_database_refuses_an_amendment_of_anything_else(session, certificate, planner, decider, other):
    refer(session, planner, certificate.agency, legal_name=NAME)
    services.amend_certificate(session, decider, certificate.id, **WHY)
    [decision] = session.scalars(select(Decision).where(Decision.kind == DecisionKind.AMEND))
    kept = ("agency_id", "scheme_version_id", "conditional", "conditions", "scope", "valid_from", "valid_until")
    values = {name: getattr(certificate, name) for name in kept} | other
    session.add(
        Certificate(
            **values,
            number="KW-X",
            decision_id=decision.id,
            state=CertificateState.ISSUING,
            snapshot={},
            status_index=-1,
            numbered_at=clock.now(),
        )
    )
    with pytest.raises(IntegrityError, match="an amendment of something else"):
        session.flush()


def test_an_amended_certificate_belongs_to_the_cycle_of_the_old_one(session, certificate, planner, decider):
    refer(session, planner, certificate.agency, legal_name=NAME)
    cycle = set(session.scalar(text("SELECT cycle_audits(:agency)"), {"agency": certificate.agency_id}))
    services.amend_certificate(session, decider, certificate.id, **WHY)
    issue(session, number(session, certificate))
    assert set(session.scalar(text("SELECT cycle_audits(:agency)"), {"agency": certificate.agency_id})) == cycle


def test_what_a_holder_gave_up_is_covered_no_longer(session, certificate, planner, decider):
    agency = certificate.agency
    waiting = refer(session, planner, agency, sectors=("logistics", "construction"))
    assert (waiting.state, waiting.consequences) == (ChangeState.REFERRED, ["scope"])
    services.reduce_scope(session, decider, certificate.id, **WHY)
    assert (waiting.state, agency.sectors) == (ChangeState.ACCEPTED, ["logistics", "construction"])
    new = issue(session, number(session, certificate, DecisionKind.REDUCE_SCOPE))
    assert new.scope == certificate.scope | {"sectors": ["logistics"]}  # what is new takes an audit
    assert session.get(RegisterEntry, agency.id).scope == new.scope
    [decision] = session.scalars(select(Decision).where(Decision.kind == DecisionKind.REDUCE_SCOPE))
    facts = decision_letter_facts(session, decision, body=BODY)
    assert len(facts["granted"]) == len(decision.granted.items())
    assert len(facts["declined"]) == 1  # the sector that was given up
    kept = ("conditional", "conditions", "valid_from", "valid_until")
    assert [getattr(new, name) for name in kept] == [getattr(certificate, name) for name in kept]


def test_what_a_holder_takes_up_changes_no_certificate(session, certificate, planner):
    scope = dict(certificate.scope)
    waiting = refer(session, planner, certificate.agency, sectors=("logistics", "meat_fish", "construction"))
    assert (waiting.state, waiting.consequences) == (ChangeState.ACCEPTED, [])
    session.refresh(certificate)
    assert (certificate.scope, certificate.agency.sectors[-1]) == (scope, "construction")


def test_a_certificate_that_would_cover_nothing_is_not_reduced(session, certificate, planner, decider):
    refer(session, planner, certificate.agency, sectors=("construction",))
    with pytest.raises(RuleError, match="no sector"):
        services.reduce_scope(session, decider, certificate.id, **WHY)


def test_a_smaller_scope_is_a_basis_of_its_own(session, certificate, planner, decider):
    refer(session, planner, certificate.agency, sectors=("logistics",))
    shown = basis_of(session, certificate, DecisionKind.REDUCE_SCOPE).shown
    refer(session, planner, certificate.agency, own_housing=False)
    with pytest.raises(BasisMovedError) as moved:
        services.reduce_scope(session, decider, certificate.id, shown=shown, **WHY)
    assert set(moved.value.parts) == {Part.CHANGES, Part.SCOPE}


@pytest.mark.parametrize(
    "other",
    [{"sectors": ["logistics", "meat_fish"]}, {"sectors": ["logistics", "construction"]}, {"own_housing": True}],
    ids=["what was given up", "what was never covered", "housing again"],
)
def test_the_database_refuses_a_scope_that_nobody_reduced(session, certificate, planner, decider, other):
    refer(session, planner, certificate.agency, sectors=("logistics",))
    refer(session, planner, certificate.agency, own_housing=False)
    services.reduce_scope(session, decider, certificate.id, **WHY)
    [decision] = session.scalars(select(Decision).where(Decision.kind == DecisionKind.REDUCE_SCOPE))
    kept = ("agency_id", "scheme_version_id", "conditional", "conditions", "valid_from", "valid_until")
    values = {name: getattr(certificate, name) for name in kept}
    values["scope"] = Scope.of(decision.scope).plain() | other
    issuing = {"number": "KW-X", "state": CertificateState.ISSUING, "snapshot": {}, "status_index": -1}
    session.add(Certificate(**values, **issuing, decision_id=decision.id, numbered_at=clock.now()))
    with pytest.raises(IntegrityError, match="an amendment of something else"):
        session.flush()


def test_the_database_knows_what_is_given_up_of_a_certificate(session, certificate, planner):
    waiting = refer(session, planner, certificate.agency, sectors=("logistics",))
    gives_up = text("SELECT gives_up(:certificate, before, after) FROM agency_change WHERE id = :change")
    names = {"certificate": certificate.id, "change": waiting.id}
    assert session.scalar(gives_up, names) is True
    more = report(session, certificate.agency, housing_places=99)
    assert session.scalar(gives_up, names | {"change": more.id}) is False
