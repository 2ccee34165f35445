"""An inspector, signed in, and audits of theirs: one with drawn files, one with two houses."""

import pytest

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from tests.kit.browser import Browser
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.inspecting import FILES
from tests.kit.scheme import SECOND, source


@pytest.fixture
def inspector(session):
    return make_person(session, Role.INSPECTOR)


@pytest.fixture
def browser(app, session, inspector):
    return Browser(app).sign_in(session, inspector)


@pytest.fixture
def files(session, inspector):
    return make_audit(session, inspector=inspector, populations={"personnel_file": FILES})


@pytest.fixture
def houses(session, inspector):
    """An audit under version 1.1 of the norm, which counts at houses and confirms a scope."""
    version = make_scheme(session, source(SECOND))
    application = make_application(session, state=ApplicationState.ACCEPTED, version=version)
    populations = {"housing_location": ["H-1", "H-2"]}
    audit = make_audit(session, application=application, inspector=inspector, populations=populations)
    session.flush()
    return audit
