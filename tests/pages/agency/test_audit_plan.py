"""The plan of an audit for the agency, and that nothing of it leaks before an unannounced audit is told."""

from datetime import timedelta
from decimal import Decimal

import pytest

from audits.core import clock
from audits.core.access import Role
from audits.inspections import services
from audits.inspections.workflow import AuditState
from audits.schemes.cycle import AuditKind
from audits.teams.queries import team_of
from audits.teams.rules import TeamRole
from audits.teams.services import join_team, leave_team
from tests.kit.factories import make_audit, make_certificate, make_person
from tests.kit.factories.inspections import make_holder_audit

DAY = clock.today() + timedelta(days=20)


def planned(session, **values):
    """An audit with a day at a place, and an interpreter in its team."""
    audit = make_audit(session, AuditState.PLANNED, planned_on=DAY, **values)
    services.plan_day(
        session, audit.planner.actor, audit.id, audit.inspector_id, services.DayPlan(DAY, "Zwolle", Decimal("7.5"))
    )
    interpreter = make_person(session, Role.REVIEWER)
    join_team(session, audit.planner.actor, audit.id, person_id=interpreter.id, role=TeamRole.INTERPRETER)
    return audit, interpreter


def plan(audit):
    return f"/agency/audits/{audit.id}/plan"


@pytest.fixture
def agency(enter, session):
    def sign_in(audit):
        person = make_person(session, Role.AGENCY_EDITOR, audit.agency)
        session.commit()
        return enter(person)

    return sign_in


def test_the_plan_says_when_where_by_whom_and_what_to_have_ready(agency, session):
    audit, interpreter = planned(session)
    browser = agency(audit)
    browser.open("/agency/")
    page = browser.follow("Read the plan of the audit")
    assert [audit.inspector.name, "7.5"] == page.rows[0][2:]
    assert page.rows[0][1] == "Zwolle"
    assert [interpreter.name, "Interpreter"] in page.rows
    assert "The whole norm" in page.text
    page = browser.follow("Write to us")
    assert page.path.endswith("/messages")


def test_of_an_unannounced_audit_nothing_is_told_before_it_is_revealed(agency, session):
    audit, interpreter = planned(session, announced=False)
    browser = agency(audit)
    assert "Read the plan" not in browser.open("/agency/").text
    browser.open(plan(audit), 404)
    services.start_audit(session, audit.inspector.actor, audit.id)
    services.reveal_audit(session, audit.inspector.actor, audit.id)
    session.commit()
    assert interpreter.name in browser.open(plan(audit)).text


def test_another_agency_reads_no_plan(agency, session):
    (audit, _), (other, _) = planned(session), planned(session)
    agency(other).open(plan(audit), 404)


def test_which_risks_lie_behind_it_is_not_told(agency, session):
    holder = make_certificate(session)
    state = AuditState.PLANNED
    audit = make_holder_audit(session, holder.agency, AuditKind.SPECIAL, state, risks=["freedom_signal"])
    page = agency(audit).open(plan(audit))
    assert "A part of the norm" in page.text
    assert "FRE-" not in page.text
    assert "coercion" not in page.text


def test_who_left_the_team_does_not_come(agency, session):
    audit, interpreter = planned(session)
    (member,) = team_of(session, audit.id)
    leave_team(session, audit.planner.actor, audit.id, member.id, reason="The interpreter is ill.")
    session.commit()
    assert interpreter.name not in agency(audit).open(plan(audit)).soup.main.get_text()
