"""What an agency says of the plan of its audit, and where the planner sees and answers it."""

from datetime import timedelta

import pytest

from audits.core import clock
from audits.core.access import Role
from audits.correspondence.queries import objections_of, proposed_days
from audits.inspections.services import start_audit
from audits.inspections.workflow import AuditState
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.browser import Browser
from tests.kit.factories import make_audit, make_person

REASON = "Worked for our competitor until May."


@pytest.fixture
def audit(session):
    audit = make_audit(session, AuditState.PLANNED)
    member = make_person(session, Role.INSPECTOR, name="Petra Vos")
    join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.MEMBER)
    session.commit()
    return audit


@pytest.fixture
def enter_as(app, session):
    def enter(person):
        person.language = "en"
        return Browser(app, "en").sign_in(session, person)

    return enter


@pytest.fixture
def agency(session, audit, enter_as):
    return enter_as(make_person(session, Role.AGENCY_OWNER, audit.agency))


def path(audit):
    return f"/agency/audits/{audit.id}/plan"


def parts(day):
    return [str(day.day), str(day.month), str(day.year)]


def object_to(agency, audit, name, reason=REASON, **more):
    page = agency.open(path(audit))
    value = next(each["value"] for each in page.soup.select("[name=person] option") if each.get_text() == name)
    return agency.submit("form[action$=objections]", person=value, reason=reason, **more)


def test_an_objection_is_made_answered_and_read_by_both(session, audit, agency, enter_as):
    page = object_to(agency, audit, "Petra Vos")
    assert REASON in page.text
    assert "Waits for an answer" in page.text
    offered = [each.get_text() for each in page.soup.select("[name=person] option")]
    assert "Petra Vos" not in offered
    planner = enter_as(audit.planner)
    planner.open(f"/office/audits/{audit.id}")
    page = planner.follow("Answer Petra Vos")
    assert REASON in page.text
    assert "Say why, for the agency." in planner.submit(status=422, upheld="no", answer="").text
    page = planner.submit(upheld="no", answer="We know of no tie.")
    assert "Rejected" in page.text
    page = agency.open(path(audit))
    assert "We know of no tie." in page.text
    assert audit.reference in enter_as(make_person(session, Role.DECIDER)).open(f"/office/audits/{audit.id}").text


def test_an_upheld_objection_takes_somebody_out_of_the_plan(session, audit, agency, enter_as):
    object_to(agency, audit, "Petra Vos")
    planner = enter_as(audit.planner)
    (objection,) = objections_of(session, audit.id)
    planner.open(f"/office/audits/{audit.id}/objections/{objection.id}")
    planner.submit(upheld="yes", answer="")
    page = agency.open(path(audit))
    assert "Upheld: does not audit" in page.text
    assert "Petra Vos" not in page.soup.select("table")[-1].get_text()


def test_the_inspector_is_replaced_first(session, audit, agency, enter_as):
    object_to(agency, audit, audit.inspector.name)
    planner = enter_as(audit.planner)
    (objection,) = objections_of(session, audit.id)
    page = planner.open(f"/office/audits/{audit.id}/objections/{objection.id}")
    assert page.soup.find("a", string="give the audit to another inspector")
    planner.submit(status=409, upheld="yes", answer="")


def test_days_are_proposed_and_seen_where_somebody_plans(session, audit, agency, enter_as):
    one, two = (clock.today().replace(day=1) + timedelta(days=days) for days in (70, 75))
    agency.open(path(audit))
    page = agency.submit(first=parts(one), second=parts(two), note="Not in the morning.", button="Propose these days")
    assert [each.day for each in proposed_days(session, audit.id)] == [one, two]
    assert page.value("note") == "Not in the morning."
    planner = enter_as(audit.planner)
    for address in (f"/office/audits/{audit.id}/days", f"/office/audits/{audit.id}/replan"):
        assert "The agency proposes:" in planner.open(address).text
    page = planner.open(f"/office/calendar/?month={one.isoformat()[:7]}")
    assert "Not in the morning." in page.text
    page = agency.open(path(audit))
    agency.submit(first=["", "", ""], second=["", "", ""], note="", button="Propose these days")
    session.expire_all()
    assert proposed_days(session, audit.id) == []


def test_a_day_that_is_over_is_refused_at_its_field(audit, agency):
    agency.open(path(audit))
    page = agency.submit(status=422, first=parts(clock.today()), button="Propose these days")
    assert "Choose days from tomorrow on." in page.text


def test_once_the_audit_has_started_nothing_can_be_said(session, audit, agency):
    start_audit(session, audit.inspector.actor, audit.id)
    session.commit()
    page = agency.open(path(audit))
    assert not page.soup.select("main form")


def test_a_signatory_alone_reads_and_says_nothing(session, audit, enter_as):
    page = enter_as(make_person(session, Role.AGENCY_SIGNATORY, audit.agency)).open(path(audit))
    assert not page.soup.select("main form")


def test_the_planner_sends_the_plan_and_again_once_it_changed(session, audit, enter_as):
    planner = enter_as(audit.planner)
    page = planner.open(f"/office/audits/{audit.id}/days")
    assert "The plan was not sent yet." in page.text
    assert page.soup.select(f'a[href="/office/audits/{audit.id}/plan-letter"]')
    page = planner.submit('form[action$="plan-letter"]')
    assert "The agency has this plan" in page.text
    assert not page.soup.select('form[action$="plan-letter"]')
    member = make_person(session, Role.INSPECTOR)
    join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.EXPERT)
    session.commit()
    page = planner.open(f"/office/audits/{audit.id}/days")
    assert "has changed since" in page.text
    assert page.soup.find("button", string="Send the plan again")


def test_a_plan_of_an_audit_in_secret_has_no_letter(session, enter_as):
    secret = make_audit(session, AuditState.PLANNED, announced=False)
    session.commit()
    planner = enter_as(secret.planner)
    assert not planner.open(f"/office/audits/{secret.id}/days").soup.select('[action$="plan-letter"]')
    planner.open(f"/office/audits/{secret.id}/plan-letter", 404)
