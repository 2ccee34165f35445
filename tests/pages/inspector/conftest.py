"""An inspector, signed in, and an audit of theirs with drawn files."""

import pytest

from audits.core.access import Role
from tests.kit.browser import Browser
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.inspecting import FILES


@pytest.fixture
def inspector(session):
    return make_person(session, Role.INSPECTOR)


@pytest.fixture
def browser(app, session, inspector):
    return Browser(app).sign_in(session, inspector)


@pytest.fixture
def files(session, inspector):
    return make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
