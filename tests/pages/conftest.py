"""What tests through pages share."""

import pytest

from audits.core.access import Role
from tests.browser import Browser
from tests.factories import make_person


@pytest.fixture
def enter(app, session):
    """Sign somebody in: a person, or a new one with these roles."""

    def enter(*who, language="en"):
        person = who[0] if not isinstance(who[0], Role) else make_person(session, list(who), language=language)
        browser = Browser(app, language).sign_in(session, person)
        browser.person = person
        session.commit()
        return browser

    return enter
