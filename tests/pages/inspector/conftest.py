"""An inspector, signed in."""

import pytest

from audits.core.access import Role
from tests.kit.browser import Browser
from tests.kit.factories.people import make_person


@pytest.fixture
def inspector(session):
    return make_person(session, Role.INSPECTOR)


@pytest.fixture
def browser(app, session, inspector):
    return Browser(app).sign_in(session, inspector)
