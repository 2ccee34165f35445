"""The page of what somebody can do, and what planners see of it."""

from datetime import timedelta

import pytest

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.inspections.workflow import AuditState
from audits.people.rules import CompetenceKind
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.applications import make_application
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import add_competence, make_person
from tests.kit.inspecting import statements

WHY = "Why this inspector, if a competence is missing?"
NO_REASON = "This inspector lacks a competence for this audit. Choose somebody else, or give the reason."


def boxes(day):
    return [str(day.day), str(day.month), str(day.year)]


@pytest.fixture
def inspector(session):
    return make_person(session, Role.INSPECTOR)


def lines(page):
    return [" ".join(row.get_text(" ").split()) for row in page.soup.select("main tbody tr")]


def test_an_administrator_records_competences_and_takes_one_off(enter, session, inspector):
    session.commit()
    browser = enter(Role.ADMINISTRATOR)
    browser.open(f"/office/people/{inspector.id}")
    page = browser.follow("Competences")
    assert "No competence is on record." in page.text
    page = browser.submit("form[action$='/competences']", status=422)
    assert page.errors == ["Choose a kind of competence."]
    page = browser.submit("form[action$='/competences']", kind="language", status=422)
    assert page.errors == ["Choose a language."]
    page = browser.submit("form[action$='/competences']", kind="language", language="pl")
    assert page.notes == ["The competence is on record."]
    page = browser.submit("form[action$='/competences']", kind="language", language="pl", status=422)
    assert page.errors == ["This competence is on record already."]
    ended = boxes(clock.today() - timedelta(days=1))
    page = browser.submit("form[action$='/competences']", kind="training", training="Lead auditor", valid_until=ended)
    assert "Language: Polish" in lines(page)[0]
    assert "Training: Lead auditor" in lines(page)[1]
    assert "Has ended" in lines(page)[1]
    page = browser.submit("form[action$='/end']")
    assert page.notes == ["The competence has ended. It stays on record."]
    assert "Taken off on" in lines(page)[1]


def test_nobody_records_their_own(enter, session):
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open(f"/office/people/{browser.person.id}/competences")
    assert "Nobody records their own competences." in page.text
    assert not page.soup.select("main form")


def test_a_planner_sees_what_is_missing_and_gives_a_reason(enter, session, inspector):
    agency = make_agency(session, recruitment_countries=["PL", "RO"])
    application = make_application(session, state=ApplicationState.ACCEPTED, agency=agency)
    administrator = make_person(session, Role.ADMINISTRATOR)
    session.commit()
    browser = enter(Role.PLANNER)
    address = f"/office/applications/{application.id}/plan"
    page = browser.open(address)
    assert WHY not in page.text  # this body keeps no competences
    assert "Missing competences" not in page.text
    add_competence(session, inspector.id, administrator.id)
    session.commit()
    page = browser.open(address)
    assert "Missing competences on" in page.text
    (line,) = (each for each in lines(page) if inspector.name in each)
    assert "Language: Romanian" in line
    assert "Polish" not in line
    said = {"inspector": str(inspector.id), "planned_on": boxes(clock.today())}
    page = browser.submit(**said, status=422)
    assert page.errors == [NO_REASON]
    page = browser.submit(**said, despite="An interpreter goes along.")
    assert page.notes == ["The audit is planned. The inspector has been told."]
    assert "Inspector chosen although a competence is missing" in page.text
    assert "An interpreter goes along." in page.text
    page = browser.open(f"/office/agencies/{application.agency_id}/history")
    assert "Language: Romanian" in page.text


def test_the_pages_of_the_team_and_of_another_inspector_show_it_too(enter, session, inspector):
    agency = make_agency(session, recruitment_countries=["PL"])
    application = make_application(session, state=ApplicationState.ACCEPTED, agency=agency)
    audit = make_audit(session, AuditState.PLANNED, application=application)
    administrator = make_person(session, Role.ADMINISTRATOR)
    yesterday = audit.planned_on - timedelta(days=1)
    for kind in CompetenceKind:
        value = {CompetenceKind.SECTOR: audit.agency.sectors[0]}.get(kind, "pl")
        add_competence(session, audit.inspector_id, administrator.id, (kind, value), yesterday)
    session.commit()
    browser = enter(Role.PLANNER)
    page = browser.open(f"/office/audits/{audit.id}/team")
    (together,) = (each for each in lines(page) if each.startswith("The team together"))
    assert "Language: Polish, ended on" in together
    assert any(each.startswith(audit.inspector.name) and "Training: pl, ended on" in each for each in lines(page))
    page = browser.open(f"/office/audits/{audit.id}/replan")
    assert any(each.startswith(inspector.name) and "Language: Polish" in each for each in lines(page))
    page = browser.submit(inspector=str(inspector.id), reason="Ill.", status=422)
    assert page.errors == [NO_REASON]
    page = browser.submit(inspector=str(inspector.id), reason="Ill.", despite="Nobody else is free.")
    assert "Nobody else is free." in page.text


def test_more_inspectors_ask_for_no_more_statements(engine, enter, session):
    application = make_application(session, state=ApplicationState.ACCEPTED)
    administrator = make_person(session, Role.ADMINISTRATOR)
    counts = []
    browser = enter(Role.PLANNER)
    for _ in range(2):
        for each in range(5):
            person = make_person(session, Role.INSPECTOR)
            add_competence(session, person.id, administrator.id, (CompetenceKind.TRAINING, f"Course {each}"))
        session.commit()
        counts.append(len(statements(engine, browser, f"/office/applications/{application.id}/plan")))
    assert counts[0] == counts[1]
