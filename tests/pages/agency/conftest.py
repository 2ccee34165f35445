"""An agency, its owner and an application in draft."""

import pytest

from tests.kit.agency_pages import EVERYTHING
from tests.kit.browser import Browser
from tests.kit.factories import (
    give_password,
    make_agency,
    make_application,
    make_person,
    make_scheme,
)


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def person(session):
    make_scheme(session)
    person = give_password(session, make_person(session, EVERYTHING, make_agency(session), name="Noor de Wit"))
    session.commit()
    return person


@pytest.fixture
def owner(browser, session, person):
    browser.sign_in(session, person)
    session.commit()
    return browser


@pytest.fixture
def draft(session, person):
    application = make_application(session, agency=person.agency, signatory=person)
    session.commit()
    return application
