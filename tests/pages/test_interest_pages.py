"""Pages of ties: recorded, corrected, of a group of companies, and what they keep people from."""

import pytest

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from audits.people.rules import InterestKind
from audits.people.services import declare_interest
from tests.kit.factories import make_agency, make_application, make_audit
from tests.kit.factories.people import make_person


@pytest.fixture
def tied(session):
    """An inspector who worked for an agency, which has an accepted application."""
    application = make_application(session, state=ApplicationState.ACCEPTED)
    inspector = make_person(session, Role.INSPECTOR)
    declare_interest(session, inspector.actor, application.agency_id, "As a clerk.", kind=InterestKind.WORKED)
    session.commit()
    return application, inspector


def test_a_planner_records_a_tie_with_its_period_and_corrects_it(enter, session):
    agency, inspector = make_agency(session), make_person(session, Role.INSPECTOR)
    session.commit()
    browser = enter(Role.PLANNER)
    browser.open("/office/interests")
    said = {"person": str(inspector.id), "agency": agency.register_number, "kind": "worked", "nature": "As a clerk."}
    page = browser.submit(**said, since=["1", "5", "2020"], until=["1", "4", "2020"], source="LinkedIn", status=422)
    assert page.errors == ["The last day is before the first."]
    page = browser.submit(until=["1", "4", "2024"])
    assert "1 May 2020 – 1 April 2024" in page.text
    page = browser.follow(f"Correct {inspector.name}")
    assert page.value("nature") == "As a clerk."
    page = browser.submit(nature="", source="", status=422)
    assert page.errors == ["Describe the tie.", "Say where the office knows this from."]
    page = browser.submit(kind="none", nature="It was a namesake.", source="The inspector, by telephone.")
    assert page.notes == ["The tie is corrected. What was there before stays on record."]
    assert "Corrected" in page.text
    assert "No tie: this was a mistake" in page.text
    assert session.query(Interest).count() == 2


def test_nobody_is_offered_to_correct_an_own_tie(enter, session):
    browser = enter(Role.PLANNER)
    agency = make_agency(session)
    session.commit()
    browser.open("/account/interests")
    browser.submit(agency=agency.register_number, kind="other", nature="Shares.")
    page = browser.open("/office/interests")
    assert "Shares." in page.text
    assert "Correct " not in [link.get_text() for link in page.soup.select("main a")]


def test_the_planning_page_says_who_is_left_out_and_why(enter, tied):
    application, inspector = tied
    page = enter(Role.PLANNER, Role.INSPECTOR).open(f"/office/applications/{application.id}/plan")
    assert str(inspector.id) not in {each["value"] for each in page.soup.select("select[name=inspector] option")}
    left_out = page.soup.select_one("main table").get_text(" ", strip=True)
    assert f"{inspector.name} Worked or works there." in left_out
    assert "Plans the audit." in left_out


def test_a_group_is_stated_and_its_ties_count(enter, session, tied):
    application, inspector = tied
    audit = make_audit(session, AuditState.PLANNED)
    session.commit()
    browser = enter(Role.PLANNER)
    for agency in (application.agency, audit.agency):
        browser.open(f"/office/agencies/{agency.id}")
        browser.follow("State the group")
        page = browser.submit(name="North", source="", status=422)
        assert page.errors == ["Say where the office knows this from."]
        page = browser.submit(source="The trade register.")
        assert page.notes == ["The group is on record. Ties count for all its agencies from now on."]
    assert f"North ({application.agency.legal_name})" in page.text
    page = browser.follow("State the group")
    assert "Groups known so far: North." in page.text
    for path in ("replan", "team"):
        page = browser.open(f"/office/audits/{audit.id}/{path}")
        assert f"{application.agency.legal_name}, of the same group" in page.text
        assert inspector.name not in page.soup.select_one("select").get_text()
