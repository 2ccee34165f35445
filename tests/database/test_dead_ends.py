"""Ways out: a decider asks for more, an application ends without a decision, an interest that is declared later."""

import pytest
from sqlalchemy import select, text

from audits.applications import services as applications
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Actor, Role
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.rules import Outcome
from audits.decisions.services import decide
from audits.inspections import services as audits
from audits.inspections.models import Finding
from audits.inspections.queries import audits_of
from audits.inspections.workflow import AuditState, BackTo
from audits.people.services import declare_interest
from certificates.lifecycle import services
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.services import refresh_entry
from tests.kit.factories.applications import make_application
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person


@pytest.fixture
def decider(session):
    return make_person(session, Role.DECIDER)


@pytest.fixture
def reviewed(session):
    audit = make_audit(session, AuditState.REVIEWED)
    add_findings(session, audit, [finding("minor")])
    return audit


def findings(session, audit):
    query = select(Finding).where(Finding.audit_id == audit.id).order_by(Finding.number)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def told(session):
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind.like("mail%")))
    return {(item.payload["template"], item.payload.get("person_id") or item.payload["agency_id"]) for item in items}


# The decider asks for more


@pytest.mark.parametrize("to", BackTo)
def test_a_decider_asks_for_more_and_nothing_is_undone(session, decider, reviewed, to):
    found = [(each.number, each.state) for each in findings(session, reviewed)]
    with pytest.raises(RuleError, match="reason"), session.begin_nested():
        audits.send_back_audit(session, decider.actor, reviewed.id, to=to, reason=" ")
    audits.send_back_audit(session, decider.actor, reviewed.id, to=to, reason="Which contracts?")
    session.flush()
    assert reviewed.state is AuditState.REPORTED
    assert [(each.number, each.state) for each in findings(session, reviewed)] == found
    assert history(session, reviewed.id)[-1].told["reason"] == "Which contracts?"
    agency = ("more_asked", str(reviewed.agency_id))
    assert (agency in told(session)) is (to is BackTo.AGENCY)
    assert ("audit_sent_back", str(reviewed.inspector_id)) in told(session)
    assert ("audit_to_review", str(reviewed.reviewer_id)) in told(session)
    with pytest.raises(IllegalMoveError), session.begin_nested():
        decide(session, decider.actor, reviewed.id, outcome=Outcome.GRANT, reasons="x")
    again = make_person(session, Role.REVIEWER)
    audits.review_audit(session, again.actor, reviewed.id, recommendation="Seen.")
    decide(session, decider.actor, reviewed.id, outcome=Outcome.GRANT, reasons="All was weighed.")


def test_only_a_decider_without_a_part_asks(session, reviewed):
    for person in (reviewed.inspector, make_person(session, Role.REVIEWER)):
        with pytest.raises(NotAllowedError):
            audits.send_back_audit(session, person.actor, reviewed.id, to=BackTo.AGENCY, reason="x")


# An application ends without a decision


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


@pytest.fixture
def accepted(session):
    application = make_application(session, state=ApplicationState.ACCEPTED)
    application.reviewed_at = clock.now()
    refresh_entry(session, application.agency_id)
    assert session.get_one(RegisterEntry, application.agency_id).applied_on
    return application


def applied_on(session, application):
    refresh_entry(session, application.agency_id)
    entry = session.get_one(RegisterEntry, application.agency_id)
    return entry.applied_on, entry.listed


def test_the_office_closes_an_accepted_application_and_the_register_forgets_it(session, planner, accepted):
    with pytest.raises(RuleError, match="Give the reason"), session.begin_nested():
        applications.close_application(session, planner.actor, accepted.id, reason=" ")
    applications.close_application(session, planner.actor, accepted.id, reason="No answer for a year.")
    assert (accepted.state, accepted.review_note) == (ApplicationState.CLOSED, "No answer for a year.")
    assert applied_on(session, accepted) == (None, False)
    assert ("application_closed", str(accepted.agency_id)) in told(session)
    make_application(session, agency=accepted.agency)  # the agency may apply again


def test_the_agency_withdraws_an_accepted_application_and_planners_are_told(session, planner, accepted):
    signatory = make_person(session, Role.AGENCY_SIGNATORY, accepted.agency)
    applications.withdraw_application(session, signatory.actor, accepted.id)
    assert accepted.state is ApplicationState.WITHDRAWN
    assert applied_on(session, accepted) == (None, False)
    assert ("application_taken_back", str(planner.id)) in told(session)


@pytest.mark.parametrize(
    ("state", "closes", "withdraws"),
    [
        (AuditState.PLANNED, False, True),
        (AuditState.IN_PROGRESS, False, True),
        (AuditState.REPORTED, False, False),
        (AuditState.REVIEWED, False, False),
        (AuditState.CANCELLED, True, True),
    ],
)
def test_an_audit_stands_in_the_way_of_who_knows_of_it(session, planner, state, closes, withdraws):
    audit = make_audit(session, state)
    signatory = make_person(session, Role.AGENCY_SIGNATORY, audit.agency)
    ends = {
        lambda: applications.close_application(session, planner.actor, audit.application_id, reason="x"): closes,
        lambda: applications.withdraw_application(session, signatory.actor, audit.application_id): withdraws,
    }
    for end, allowed in ends.items():
        trial = session.begin_nested()
        session.execute(text("SET LOCAL ROLE kw_worker"))  # whom the walls of the database stop too, but with no word
        if allowed:
            end()
        else:
            with pytest.raises(RuleError, match="must be cancelled or decided on first"):
                end()
        trial.rollback()


def test_a_cancelled_audit_stays_with_its_application(session, planner):
    audit = make_audit(session, AuditState.CANCELLED)
    session.flush()
    assert [each.id for each in audits_of(session, planner.actor, audit.application_id)] == [audit.id]


# An interest that is declared later


def tie(session, person, audit):
    declare_interest(session, Actor(person.id, frozenset({Role.INSPECTOR})), audit.agency_id, "Kin of the director.")
    session.flush()


def test_an_inspector_with_an_interest_makes_no_further_move_and_the_planner_is_told(session):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    planner = make_person(session, Role.PLANNER)
    tie(session, audit.inspector, audit)
    assert {name for name, _ in told(session)} >= {"interest_in_audit"}
    assert ("interest_in_audit", str(audit.inspector_id)) not in told(session)
    for act in (
        lambda: audits.report_audit(session, audit.inspector.actor, audit.id, summary="x"),
        lambda: audits.judge_requirement(session, audit.inspector.actor, audit.id, "PAY-01", agency_text="", version=0),
    ):
        with pytest.raises(NotAllowedError, match="an interest in"), session.begin_nested():
            act()
    other = make_person(session, Role.INSPECTOR)
    said = {"inspector_id": other.id, "planned_on": audit.planned_on, "reason": "A tie."}
    audits.replan_audit(session, planner.actor, audit.id, **said)
    assert audit.inspector_id == other.id


def test_a_planner_with_an_interest_neither_cancels_nor_replans(session):
    audit = make_audit(session, AuditState.PLANNED)
    planner = make_person(session, Role.PLANNER)
    tie(session, planner, audit)
    with pytest.raises(NotAllowedError, match="an interest in"):
        audits.cancel_audit(session, planner.actor, audit.id, reason="x")


@pytest.mark.parametrize("who", ["inspector", "planner", "reviewer"])
def test_a_grant_waits_until_somebody_untied_has_looked_again(session, decider, reviewed, who):
    person = {
        "inspector": reviewed.inspector,
        "planner": reviewed.planner,
        "reviewer": session.get_one(type(reviewed.planner), reviewed.reviewer_id),
    }[who]
    tie(session, person, reviewed)
    with pytest.raises(RuleError, match="do not allow"), session.begin_nested():
        decide(session, decider.actor, reviewed.id, outcome=Outcome.GRANT, reasons="x")
    audits.send_back_audit(session, decider.actor, reviewed.id, to=BackTo.INSPECTOR, reason="A tie.")
    again = make_person(session, Role.REVIEWER)
    audits.review_audit(session, again.actor, reviewed.id, recommendation="I looked at all of it again.")
    assert decide(session, decider.actor, reviewed.id, outcome=Outcome.GRANT, reasons="All was weighed.").id


def test_a_suspension_is_not_lifted_over_an_open_critical_finding(session, decider):
    certificate = make_certificate(session, CertificateState.SUSPENDED)
    task = {"kind": DeadlineKind.CRITICAL_FINDING, "subject_id": certificate.id, "owner_role": Role.DECIDER}
    session.add(Deadline(agency_id=certificate.agency_id, due_on=clock.today(), opened_at=clock.now(), **task))
    session.flush()
    with pytest.raises(IllegalMoveError, match="critical finding"):
        services.lift_suspension(session, decider.actor, certificate.id, reasons="x")
    services.maintain_certificate(session, decider.actor, certificate.id, reasons="It stays suspended.")
    services.lift_suspension(session, decider.actor, certificate.id, reasons="Repaired.")
    assert certificate.state is CertificateState.ACTIVE
