"""The certification agreement (ISO/IEC 17065 clause 4.1.2): accepted by the signatory before an audit is planned."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.applications.models import AgreementAcceptance
from audits.applications.queries import acceptance_of, agreement_of
from audits.applications.services import accept_application, return_application, submit_application
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import RuleError
from audits.core.events import history
from audits.inspections.services import plan_audit
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, source


@pytest.fixture
def case(session):
    """A whole draft under the edition with an agreement, and its signatory."""
    application = make_application(session, version=make_scheme(session, source(SECOND)), answers=True)
    return application, make_person(session, Role.AGENCY_SIGNATORY, application.agency)


def submit(session, case, agreement):
    application, person = case
    return submit_application(session, person.actor, application.id, declared_name=person.name, agreement=agreement)


def plan(session, application):
    inspector, day = make_person(session, Role.INSPECTOR), clock.today() + timedelta(days=20)
    planner = make_person(session, Role.PLANNER).actor
    return plan_audit(session, planner, application.id, inspector_id=inspector.id, planned_on=day)


@pytest.mark.parametrize("seen", [None, "", "f" * 64])
def test_no_application_is_submitted_before_the_shown_agreement_is_accepted(session, case, seen):
    with pytest.raises(RuleError) as refusal:
        submit(session, case, seen)
    assert refusal.value.field == "agreement"


def test_who_accepted_which_text_is_kept_and_an_audit_can_be_planned(session, case):
    application, person = case
    agreement = agreement_of(application)
    submit(session, case, agreement.sha256)
    session.flush()
    acceptance = acceptance_of(session, application)
    assert (acceptance.version, acceptance.sha256) == ("1.0", agreement.sha256)
    assert (acceptance.accepted_by, acceptance.accepted_name) == (person.id, person.name)
    [event] = [event for event in history(session, application.id) if event.name == "agreement.accept"]
    assert event.data == {"version": "1.0", "sha256": agreement.sha256}
    accept_application(session, make_person(session, Role.PLANNER).actor, application.id)
    assert plan(session, application).application_id == application.id


def test_who_sends_it_again_accepts_once(session, case):
    application, _person = case
    submit(session, case, agreement_of(application).sha256)
    return_application(session, make_person(session, Role.PLANNER).actor, application.id, reason="Once more.")
    submit(session, case, None)
    assert len(session.scalars(select(AgreementAcceptance)).all()) == 1


def test_no_audit_is_planned_without_an_agreement(session, case):
    application, _person = case
    application.state, application.submitted_at = ApplicationState.ACCEPTED, clock.now()
    session.flush()
    with pytest.raises(RuleError, match="has not accepted the certification agreement"):
        plan(session, application)


def test_a_scheme_of_the_first_edition_has_none(session):
    application = make_application(session, state=ApplicationState.ACCEPTED)
    assert agreement_of(application) is None
    assert plan(session, application)
