"""Audits of every kind: which cycle they belong to, what they look at, and the decision that ends them."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm.attributes import set_committed_value

from audits.applications.workflow import ApplicationState
from audits.certification.models import Certification
from audits.certification.queries import cycle_of_holder
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.files import StoredFile
from audits.decisions.basis import BasisMovedError, Part, audit_basis, standing
from audits.decisions.models import Decision, DecisionBasis
from audits.decisions.queries import find_decision
from audits.decisions.rules import Outcome
from audits.inspections import queries, services
from audits.inspections.coverage import chosen_of, scheme_of_audit
from audits.inspections.evidence import get_evidence
from audits.inspections.workflow import AuditState, FindingState
from audits.people.independence import bar_of
from audits.people.models import Interest
from audits.schemes.cycle import AuditKind, DecisionKind
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.services import decide_on_audit, decide_on_holder
from certificates.lifecycle.workflow import CertificateState
from tests.kit.drawing import freeze_population
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.inspections import SEED, make_audit, make_holder_audit
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, source

K = AuditKind
OF_HOLDER = [K.SURVEILLANCE, K.SPECIAL, K.FOLLOW_UP, K.SCOPE_EXTENSION]
OPEN_DOORS = "FRE-07"  # in every special audit


@pytest.fixture
def decider(session):
    return make_person(session, Role.DECIDER)


@pytest.fixture
def holder(session):
    return make_certificate(session).agency


def plan(session, agency, kind, **more):
    people = [make_person(session, role) for role in (Role.PLANNER, Role.INSPECTOR)]
    said = {"inspector_id": people[1].id, "planned_on": clock.today(), "occasion": "x", "by_hand": ["PAY-05"], **more}
    return services.plan_audit_of_holder(session, people[0].actor, agency.id, kind=kind, **said)


# Planning


def test_the_first_audit_of_an_application_opens_its_cycle(session):
    audit = make_audit(session, AuditState.PLANNED)
    assert audit.kind is K.INITIAL
    cycle = session.get_one(Certification, audit.certification_id)
    assert (cycle.id, cycle.agency_id) == (audit.application_id, audit.agency_id)
    assert cycle.application is audit.application


def test_the_audit_of_an_application_by_a_holder_is_for_renewal_and_opens_another_cycle(session, holder):
    before = cycle_of_holder(session, holder.id)
    application = make_application(session, agency=holder, state=ApplicationState.ACCEPTED)
    audit = make_audit(session, AuditState.PLANNED, application=application)
    assert (audit.kind, audit.certification_id) == (K.RENEWAL, application.id)
    assert cycle_of_holder(session, holder.id) is before  # until it is granted


@pytest.mark.parametrize("kind", OF_HOLDER)
def test_a_holder_is_audited_between_grant_and_renewal_without_an_application(session, holder, kind):
    before = session.scalar(select(func.count()).select_from(Certification))
    by_hand = [] if kind is K.SURVEILLANCE else ["PAY-05"]
    audit = plan(session, holder, kind, by_hand=by_hand)
    assert (audit.kind, audit.application_id) == (kind, None)
    assert audit.certification_id == cycle_of_holder(session, holder.id).id
    assert audit.application.agency_id == holder.id  # whose answers it goes by
    assert session.scalar(select(func.count()).select_from(Certification)) == before


@pytest.mark.parametrize("state", [CertificateState.WITHDRAWN, CertificateState.ENDED, CertificateState.REPLACED])
def test_who_holds_no_certificate_is_audited_on_application_only(session, state):
    agency = make_certificate(session, state).agency
    with pytest.raises(IllegalMoveError, match="holds no certificate"):
        plan(session, agency, K.SPECIAL)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"occasion": " "}, "occasion"),
        ({"by_hand": ["PAY-77"]}, "by_hand"),
        ({"risks": ["weather"]}, "risks"),
        ({"kind": K.RENEWAL}, "kind"),
        ({"kind": K.FOLLOW_UP, "by_hand": []}, "by_hand"),  # nothing was found before
    ],
)
def test_what_is_missing_or_unknown_is_said_at_its_field(session, holder, wrong, field):
    with pytest.raises(RuleError) as refusal:
        plan(session, holder, **{"kind": K.SPECIAL, **wrong})
    assert refusal.value.field == field


def test_a_planner_with_an_interest_plans_nothing(session, holder):
    planner, inspector = make_person(session, Role.PLANNER), make_person(session, Role.INSPECTOR)
    declare(session, planner, holder)
    said = {"kind": K.SURVEILLANCE, "planned_on": clock.today()}
    with pytest.raises(NotAllowedError):
        services.plan_audit_of_holder(session, planner.actor, holder.id, inspector_id=inspector.id, **said)
    declare(session, inspector, holder)
    with pytest.raises(RuleError, match="an interest in"):
        services.plan_audit_of_holder(
            session, make_person(session, Role.PLANNER).actor, holder.id, inspector_id=inspector.id, **said
        )


# What it looks at


def test_a_special_audit_looks_at_what_was_chosen_and_says_why(session, holder):
    audit = make_holder_audit(session, holder, K.SPECIAL, AuditState.PLANNED, by_hand=["PAY-05"])
    assert [item.code for item in scheme_of_audit(audit).requirements] == ["PAY-05", OPEN_DOORS]
    assert list(scheme_of_audit(audit).chapters) == ["PAY", "FRE"]
    assert [row.reasons[0]["en"] for row in chosen_of(audit)] == [
        "Without open doors an audit says nothing.",
        "The planner chose this.",
    ]


def test_a_follow_up_looks_at_what_was_found_in_this_cycle(session, holder):
    shortfall = {"PAY-05": ("nonconform", "No payslip.")}
    make_holder_audit(session, holder, K.SPECIAL, AuditState.REPORTED, shortfall, by_hand=["PAY-05", "CON-02"])
    audit = plan(session, holder, K.FOLLOW_UP, by_hand=[])
    assert [item.code for item in scheme_of_audit(audit).requirements] == ["PAY-05"]


@pytest.mark.parametrize("kind", [K.INITIAL, K.RENEWAL])
def test_an_audit_on_an_application_is_about_the_whole_norm(session, holder, kind):
    agency = holder if kind is K.RENEWAL else None
    audit = make_audit(
        session,
        AuditState.PLANNED,
        application=make_application(session, agency=agency, state=ApplicationState.ACCEPTED),
    )
    assert audit.kind is kind
    assert (chosen_of(audit), len(scheme_of_audit(audit).requirements)) == ([], 65)


def test_nothing_else_is_drawn_judged_or_missing(session, holder):
    audit = make_holder_audit(session, holder, K.SPECIAL, AuditState.IN_PROGRESS, by_hand=["PAY-05"])
    scheme, inspector = scheme_of_audit(audit), audit.inspector.actor
    asked = {item.unit for item in scheme.requirements}
    assert {unit.code for unit in queries.undrawn(scheme, ())} == asked - {scheme.agency_unit.code}
    with pytest.raises(NotFoundError):
        freeze_population(session, inspector, audit.id, "housing_location", ["H-1"], seed=SEED)
    with pytest.raises(NotFoundError):
        services.record_sheets(session, inspector, audit.id, {"GOV-01": {"agency": ("conform", "")}})
    with pytest.raises(NotFoundError):
        services.judge_requirement(session, inspector, audit.id, "GOV-01", agency_text="x", version=0)


@pytest.mark.parametrize("kind", OF_HOLDER)
def test_an_audit_of_every_kind_goes_all_the_way(session, holder, decider, kind):
    by_hand = [] if kind is K.SURVEILLANCE else ["PAY-05"]
    audit = make_holder_audit(session, holder, kind, AuditState.REVIEWED, by_hand=by_hand)
    decide_on_holder(session, decider.actor, audit.id, fate=Fate.MAINTAIN, reasons="Nothing was found.")
    session.flush()
    assert audit.state is AuditState.CONCLUDED
    decision = find_decision(session, decider.actor, audit.id)
    assert (decision.kind, decision.audit_id) == (DecisionKind.MAINTAIN, audit.id)


# The decision that ends it


@pytest.mark.parametrize(
    ("held", "fate", "after"),
    [
        (CertificateState.ACTIVE, Fate.MAINTAIN, CertificateState.ACTIVE),
        (CertificateState.ACTIVE, Fate.SUSPEND, CertificateState.SUSPENDED),
        (CertificateState.ACTIVE, Fate.WITHDRAW, CertificateState.WITHDRAWN),
        (CertificateState.SUSPENDED, Fate.LIFT, CertificateState.ACTIVE),
        (CertificateState.SUSPENDED, Fate.MAINTAIN, CertificateState.SUSPENDED),
        (CertificateState.SUSPENDED, Fate.WITHDRAW, CertificateState.WITHDRAWN),
    ],
)
def test_it_ends_with_a_decision_about_the_certificate(session, decider, held, fate, after):
    certificate = make_certificate(session, held)
    audit = make_holder_audit(session, certificate.agency, K.SPECIAL, AuditState.REVIEWED)
    decide_on_holder(session, decider.actor, audit.id, fate=fate, reasons="Seen.")
    session.flush()
    assert certificate.state is after
    decision = session.scalars(select(Decision).where(Decision.audit_id == audit.id)).one()
    assert (decision.certificate_id, decision.kind) == (certificate.id, DecisionKind(fate))
    kept = session.get_one(DecisionBasis, decision.id).content
    assert '"verdicts":[[' in kept
    assert f'"number":"{certificate.number}"' in kept


@pytest.mark.parametrize(
    ("held", "fate"), [(CertificateState.ACTIVE, Fate.LIFT), (CertificateState.SUSPENDED, Fate.SUSPEND)]
)
def test_what_the_state_of_the_certificate_excludes_is_no_choice(session, decider, held, fate):
    audit = make_holder_audit(session, make_certificate(session, held).agency, K.SPECIAL, AuditState.REVIEWED)
    with pytest.raises(RuleError) as refusal:
        decide_on_holder(session, decider.actor, audit.id, fate=fate, reasons="Seen.")
    assert refusal.value.field == "fate"


def test_it_grants_and_refuses_nothing_and_an_application_is_not_ended_by_it(session, holder, decider):
    of_holder = make_holder_audit(session, holder, K.SPECIAL, AuditState.REVIEWED)
    with pytest.raises(IllegalMoveError, match="decision about the certificate"):
        decide_on_audit(session, decider.actor, of_holder.id, outcome=Outcome.GRANT, reasons="x")
    on_application = make_audit(session, AuditState.REVIEWED)
    with pytest.raises(IllegalMoveError, match="not one of a holder"):
        decide_on_holder(session, decider.actor, on_application.id, fate=Fate.MAINTAIN, reasons="x")


def test_an_outdated_page_decides_nothing(session, holder, decider):
    audit = make_holder_audit(session, holder, K.SPECIAL, AuditState.REVIEWED)
    shown = audit_basis(session, audit).shown
    with pytest.raises(BasisMovedError) as moved:
        decide_on_holder(session, decider.actor, audit.id, fate=Fate.MAINTAIN, reasons="x", shown=shown)
    assert moved.value.parts == (Part.CERTIFICATE,)


@pytest.mark.parametrize("role", ["planner", "inspector"])
def test_nobody_with_a_part_in_it_decides(session, holder, role):
    audit = make_holder_audit(session, holder, K.SPECIAL, AuditState.REVIEWED)
    person = getattr(audit, role)
    assert bar_of(session, holder.id, person.id)
    decider = make_person(session, Role.DECIDER)
    assert bar_of(session, holder.id, decider.id) is None


# As found or as repaired


@pytest.mark.parametrize(
    ("kind", "weighs"), [(K.INITIAL, False), (K.RENEWAL, True), (K.SURVEILLANCE, True), (K.FOLLOW_UP, False)]
)
def test_a_closed_finding_weighs_by_what_the_scheme_says_of_the_kind(session, kind, weighs):
    version = make_scheme(session, source(SECOND))
    application = make_application(session, version=version, state=ApplicationState.ACCEPTED)
    audit = make_audit(session, AuditState.REVIEWED, application=application)
    add_findings(session, audit, [finding("critical", FindingState.CLOSED)])
    set_committed_value(audit, "kind", kind)
    stand = standing(audit, queries.findings_of(session, audit.id))
    assert (stand["score"] > 0, stand["any_failing"]) == (weighs, weighs)


def test_the_database_counts_as_the_code_does(session, decider):
    """A repaired critical finding does not stand in the way of a first grant under edition 2; an open one does."""
    for state, allowed in ((FindingState.CLOSED, True), (FindingState.OPEN, False)):
        version = make_scheme(session, source(SECOND))
        application = make_application(session, version=version, state=ApplicationState.ACCEPTED)
        audit = make_audit(session, AuditState.REVIEWED, application=application)
        add_findings(session, audit, [finding("critical", state)])
        said = {"outcome": Outcome.GRANT, "reasons": "x", "grounds": ["requirements_met"]}
        if allowed:
            decide_on_audit(session, decider.actor, audit.id, **said)
            session.flush()
        else:
            with pytest.raises(RuleError, match="do not allow"):
                decide_on_audit(session, decider.actor, audit.id, **said)


# Who sees it


def test_an_inspector_of_the_holder_sees_the_answers_and_files_of_the_cycle(session, holder):
    audit = make_holder_audit(
        session, holder, K.SPECIAL, AuditState.REPORTED, {"PAY-05": ("nonconform", "None.")}, by_hand=["PAY-05"]
    )
    found = queries.findings_of(session, audit.id)[0]
    file = StoredFile(filename="payslip.pdf", media_type="application/pdf", size=1, sha256="ab" * 32)
    editor = make_person(session, Role.AGENCY_EDITOR, holder)
    evidence = services.add_corrective_action_file(session, editor.actor, found.id, file)
    assert evidence.application_id == audit.certification_id
    assert get_evidence(session, audit.inspector.actor, evidence.id) is evidence
    with pytest.raises(NotFoundError):
        get_evidence(session, make_person(session, Role.INSPECTOR).actor, evidence.id)


def declare(session, person, agency):
    session.add(Interest(person_id=person.id, agency_id=agency.id, nature="x", declared_at=clock.now()))
    session.flush()
