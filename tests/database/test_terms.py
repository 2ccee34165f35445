"""Deadlines of the cycle: which event starts each term, when it is due, whose it is, and which act ends it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.applications import services as applications
from audits.applications.workflow import ApplicationState
from audits.certification.queries import visits_to_plan
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days, months_after
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind, due
from audits.decisions.rules import Outcome
from audits.inspections import services as inspections
from audits.inspections.workflow import AuditState
from audits.schemes.cycle import AuditKind
from audits.schemes.queries import scheme_of_version
from certificates.lifecycle import services
from certificates.lifecycle.rules import Fate
from tests.kit.factories.applications import make_application
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.inspections import make_audit, make_holder_audit
from tests.kit.factories.people import make_person

K = DeadlineKind


@pytest.fixture
def decider(session):
    return make_person(session, Role.DECIDER)


def terms(session, kind, subject_id=None, *, done=False):
    session.flush()
    query = select(Deadline).where(
        Deadline.kind == kind, Deadline.done_at.is_not(None) if done else Deadline.done_at.is_(None)
    )
    query = query.where(Deadline.subject_id == subject_id) if subject_id else query
    return list(session.scalars(query.order_by(Deadline.due_on)))


def granted(session, decider, agency=None, conditions=()):
    application = make_application(session, agency=agency, state=ApplicationState.ACCEPTED)
    audit = make_audit(session, AuditState.REVIEWED, application=application)
    services.decide_on_audit(session, decider.actor, audit.id, outcome=Outcome.GRANT, reasons="All was weighed.")
    session.flush()
    return audit


# Applications and audits


@pytest.mark.parametrize("move", ["accept", "return", "refuse", "withdraw"])
def test_a_submitted_application_is_reviewed_in_time_and_any_answer_ends_the_term(session, move):
    application = make_application(session, answers=True)
    signatory, planner = (
        make_person(session, Role.AGENCY_SIGNATORY, application.agency),
        make_person(session, Role.PLANNER),
    )
    applications.submit_application(session, signatory.actor, application.id, declared_name=signatory.name)
    (term,) = terms(session, K.APPLICATION_REVIEW, application.id)
    days = scheme_of_version(application.scheme_version).terms.application_review_working_days
    assert (term.due_on, term.owner_role) == (add_working_days(clock.today(), days), Role.PLANNER)
    said = {"accept": {}, "withdraw": {}}.get(move, {"reason": "x"})
    act = getattr(applications, f"{move}_application")
    act(session, (signatory if move == "withdraw" else planner).actor, application.id, **said)
    assert terms(session, K.APPLICATION_REVIEW, application.id) == []


def test_a_running_audit_is_reported_in_time_by_its_inspector_whoever_that_becomes(session):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    (term,) = terms(session, K.REPORT, audit.id)
    days = scheme_of_version(audit.scheme_version).terms.report_working_days
    assert (term.due_on, term.owner_id) == (add_working_days(clock.today(), days), audit.inspector_id)
    new = make_person(session, Role.INSPECTOR)
    said = {"inspector_id": new.id, "planned_on": audit.planned_on, "reason": "The inspector is ill."}
    inspections.replan_audit(session, make_person(session, Role.PLANNER).actor, audit.id, **said)
    session.refresh(term)
    assert (term.owner_id, term.done_at) == (new.id, None)


@pytest.mark.parametrize("end", [AuditState.REPORTED, AuditState.CANCELLED])
def test_a_report_or_a_cancellation_ends_the_term(session, end):
    audit = make_audit(session, end if end is AuditState.REPORTED else AuditState.IN_PROGRESS)
    if end is AuditState.CANCELLED:
        inspections.cancel_audit(session, audit.planner.actor, audit.id, reason="x")
    assert terms(session, K.REPORT, audit.id) == []
    assert len(terms(session, K.REPORT, audit.id, done=True)) == 1


def test_a_reopened_audit_has_a_new_term(session):
    audit = make_audit(session, AuditState.REPORTED)
    inspections.reopen_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, reason="Look again.")
    assert len(terms(session, K.REPORT, audit.id)) == 1


def test_a_reviewed_file_is_decided_on_in_time(session, decider):
    audit = make_audit(session, AuditState.REVIEWED)
    (term,) = terms(session, K.DECISION, audit.id)
    days = scheme_of_version(audit.scheme_version).terms.decision_working_days
    assert (term.due_on, term.owner_role) == (add_working_days(clock.today(), days), Role.DECIDER)
    services.decide_on_audit(session, decider.actor, audit.id, outcome=Outcome.GRANT, reasons="x")
    assert terms(session, K.DECISION, audit.id) == []


# The plan of a cycle


def test_a_grant_lays_down_the_surveillance_of_its_cycle(session, decider):
    audit = granted(session, decider)
    (visit,) = terms(session, K.SURVEILLANCE, audit.certification_id)
    middle = months_after(clock.today(), 6)
    assert (visit.from_on, visit.due_on) == (middle - timedelta(days=30), middle + timedelta(days=30))
    assert (visit.owner_role, visit.agency_id) == (Role.PLANNER, audit.agency_id)


def test_a_refusal_and_a_certificate_of_three_months_have_none(session, decider):
    audit = make_audit(session, AuditState.REVIEWED)
    services.decide_on_audit(session, decider.actor, audit.id, outcome=Outcome.REFUSE, reasons="x")
    assert terms(session, K.SURVEILLANCE) == []


def holder(session, decider):
    """An agency with a certificate and the plan of its cycle."""
    certificate = make_certificate(session)
    audit = granted(session, decider, certificate.agency)
    return certificate, audit


def test_a_planner_sees_it_when_its_window_comes_and_no_longer_once_it_is_planned(session, decider):
    certificate, audit = holder(session, decider)
    planner = make_person(session, Role.PLANNER)
    (visit,) = terms(session, K.SURVEILLANCE, audit.certification_id)
    assert visits_to_plan(session, planner.actor, visit.from_on - timedelta(days=57)) == []
    (seen,) = visits_to_plan(session, planner.actor, visit.from_on - timedelta(days=56))
    assert (seen.deadline, seen.agency, seen.certificate_id) == (visit, certificate.agency, certificate.id)
    planned = make_holder_audit(session, certificate.agency, AuditKind.SURVEILLANCE, AuditState.PLANNED)
    assert visits_to_plan(session, planner.actor, visit.due_on) == []
    inspections.cancel_audit(session, planned.planner.actor, planned.id, reason="x")
    assert len(visits_to_plan(session, planner.actor, visit.due_on)) == 1


def test_the_decision_on_a_surveillance_audit_ends_it(session, decider):
    certificate, audit = holder(session, decider)
    visited = make_holder_audit(session, certificate.agency, AuditKind.SURVEILLANCE, AuditState.REVIEWED)
    services.decide_on_holder(session, decider.actor, visited.id, fate=Fate.MAINTAIN, reasons="x")
    assert terms(session, K.SURVEILLANCE, audit.certification_id) == []


def test_another_audit_does_not(session, decider):
    certificate, audit = holder(session, decider)
    special = make_holder_audit(session, certificate.agency, AuditKind.SPECIAL, AuditState.REVIEWED)
    services.decide_on_holder(session, decider.actor, special.id, fate=Fate.MAINTAIN, reasons="x")
    assert len(terms(session, K.SURVEILLANCE, audit.certification_id)) == 1


@pytest.mark.parametrize("act", [services.withdraw_certificate, services.end_certificate])
def test_it_ends_with_the_certificate(session, decider, act):
    certificate, audit = holder(session, decider)
    act(session, decider.actor, certificate.id, reasons="x")
    assert terms(session, K.SURVEILLANCE, audit.certification_id) == []


def test_the_next_grant_lays_down_a_plan_of_its_own(session, decider):
    certificate, audit = holder(session, decider)
    renewed = granted(session, decider, certificate.agency)
    assert terms(session, K.SURVEILLANCE, audit.certification_id) == []
    assert len(terms(session, K.SURVEILLANCE, renewed.certification_id)) == 1


# The certificate


def test_a_suspension_ends_in_time_by_lifting_or_withdrawal(session, decider):
    for act in (services.lift_suspension, services.withdraw_certificate):
        certificate = make_certificate(session)
        services.suspend_certificate(session, decider.actor, certificate.id, reasons="x")
        (term,) = terms(session, K.SUSPENSION, certificate.id)
        assert (term.due_on, term.owner_role) == (months_after(clock.today(), 6), Role.DECIDER)
        act(session, decider.actor, certificate.id, reasons="x")
        assert terms(session, K.SUSPENSION, certificate.id) == []
        renewals = [(each.from_on, each.due_on) for each in terms(session, K.RENEWAL, certificate.id)]
        lifted = [(certificate.valid_until - timedelta(days=90), certificate.valid_until)]
        assert renewals == (lifted if act is services.lift_suspension else [])


def test_what_is_due_is_asked_of_rows_as_they_are(session, decider):
    audit = granted(session, decider)
    listed = terms(session, K.SURVEILLANCE, audit.certification_id)
    assert due(listed, listed[0].due_on - timedelta(days=1)) == []
    assert due(listed, listed[0].due_on) == listed
