"""The start page of an agency: what its case waits for, by when and by whom, its course, and what can be read."""

import pytest

from audits.inspections.workflow import AuditState
from tests.kit.agency_pages import EVERYTHING
from tests.kit.applying import submit
from tests.kit.browser import Browser
from tests.kit.factories import answer_all, make_agency, make_application, make_audit, make_person, make_scheme
from tests.kit.factories.findings import BROKEN


@pytest.fixture
def person(session):
    return make_person(session, EVERYTHING, make_agency(session), name="Noor de Wit")


@pytest.fixture
def home(app, session, person):
    browser = Browser(app).sign_in(session, person)

    def look():
        session.commit()
        return browser.open("/agency/")

    return look


def now(page):
    return " ".join(page.soup.select_one(".kw-now").get_text().split())


def course(page):
    return [each.get_text() for each in page.soup.select(".kw-history__what")]


def test_without_a_case_nothing_waits(home):
    page = home()
    assert page.soup.select(".kw-now, .kw-history, aside") == []


def test_a_draft_waits_for_the_agency_and_what_was_sent_for_us(session, home, person):
    draft = make_application(session, agency=person.agency, signatory=person, version=make_scheme(session))
    page = home()
    assert "Fill in the self-assessment" in now(page)
    assert now(page).endswith("Your turn")
    assert course(page) == ["Application started"]
    answer_all(session, draft, person)
    submit(session, person.actor, draft)
    page = home()
    assert "Review of your application" in now(page)
    assert "working days left" in now(page)
    assert course(page)[0] == "Application sent"
    assert "Declared by Noor de Wit." in page.text


def test_findings_wait_for_the_agency_until_their_first_term(app, session):
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN})
    owner = Browser(app).sign_in(session, make_person(session, EVERYTHING, audit.agency))
    session.commit()
    page = owner.open("/agency/")
    assert "Repair what was found" in now(page)
    assert "Your turn" in now(page)
    assert "Report of the audit" in course(page)
    assert page.soup.select(".kw-history__item--ahead") == [], (
        "an audit that was held is not to come, whatever was planned"
    )
