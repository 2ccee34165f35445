"""The pages on which a signatory reads and accepts the certification agreement."""

import pytest

from audits.core.access import Role
from tests.kit.browser import PASSWORD
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.people import give_password, make_person
from tests.kit.scheme import SECOND, scheme, source


@pytest.fixture
def draft(session):
    return make_application(session, version=make_scheme(session, source(SECOND)), answers=True)


def signatory(enter, session, draft):
    person = make_person(session, [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY], draft.agency, language="en")
    give_password(session, person)
    session.commit()
    return enter(person)


def test_the_agreement_is_shown_in_full_and_accepted_with_the_declaration(enter, session, draft):
    browser = signatory(enter, session, draft)
    browser.open(f"/agency/applications/{draft.id}/declaration")
    page = browser.follow("Certification agreement 1.0")
    duties = [heading.get_text(strip=True) for heading in page.soup.select("main h2")]
    assert len([duty for duty in duties if duty[0].isdigit()]) == len(scheme(SECOND).cycle.agreement.duties)
    assert "Nobody yet" in page.text
    browser.open(f"/agency/applications/{draft.id}/declaration")
    page = browser.submit(declared=True, declared_name=browser.person.name, password=PASSWORD, status=422)
    assert page.errors == ["Read the certification agreement, and accept it."]
    page = browser.submit(declared=True, declared_name=browser.person.name, password=PASSWORD, accepted=True)
    assert page.path.endswith("/submitted")
    page = browser.open(f"/agency/applications/{draft.id}/agreement")
    assert browser.person.name in page.text


def test_the_office_sees_who_accepted_it(enter, session, draft):
    browser = signatory(enter, session, draft)
    browser.open(f"/agency/applications/{draft.id}/declaration")
    browser.submit(declared=True, declared_name=browser.person.name, password=PASSWORD, accepted=True)
    page = enter(Role.PLANNER).open(f"/office/applications/{draft.id}")
    assert "Certification agreement 1.0 accepted on" in page.text
    assert f"by {browser.person.name}." in page.text
