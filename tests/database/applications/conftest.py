"""An agency, its signatory, and an application as draft and as submitted."""

import pytest

from audits.applications import services
from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from tests.kit.applying import FILE
from tests.kit.factories import (
    make_agency,
    make_application,
    make_person,
    make_scheme,
)

S = ApplicationState


@pytest.fixture
def agency(session):
    make_scheme(session)
    return make_agency(session)


@pytest.fixture
def signatory(session, agency):
    return make_person(session, [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY], agency, name="Noor de Wit")


@pytest.fixture
def owner(signatory):
    return signatory.actor


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER).actor


@pytest.fixture
def draft(session, agency, signatory):
    return make_application(session, agency=agency, signatory=signatory)


@pytest.fixture
def submitted(session, agency, signatory):
    return make_application(session, state=S.SUBMITTED, agency=agency, signatory=signatory)


@pytest.fixture
def evidence(session, draft, signatory):
    return services.add_evidence(session, signatory.actor, draft.id, "GOV-01", FILE)
