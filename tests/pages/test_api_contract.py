"""The open data answers generated requests as its contract says: schemathesis makes them, and judges the answers.

A few per operation; CONTRACT_EXAMPLES=1000 sends ten thousand and more.
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.doors.registry.contract import contract
from portal.stores.roles import REGISTER
from tests.kit.factories.certificates import make_certificate

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "12"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [(path, method) for path, methods in contract()["paths"].items() for method in methods]


@pytest.fixture
def database_role():
    """The open data asks for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture
def served(app, session):
    """The contract as it is served."""
    make_certificate(session)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_one_that_the_contract_names(served, path, method):
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=served[path][method.upper()].as_strategy())
    def judge(case):
        case.call_and_validate(checks=CHECKS)

    judge()
