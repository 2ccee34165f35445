"""The open data answers generated requests as its contract says: schemathesis makes them, and judges the answers.

`make machines` sends ten thousand. Where ADR_RULES names the ruleset of the Dutch API Design Rules, and SPECTRAL the
command of Spectral, what is served is also held against that.
"""

import json
import os
import subprocess

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
from tests.kit.long_runs import steps

EXAMPLES = steps(1_300)  # for each operation
RULES, SPECTRAL = os.environ.get("ADR_RULES", ""), os.environ.get("SPECTRAL", "")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SERVERS = [{"url": "https://register.example/api/v1"}]  # the tests serve without TLS
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


@pytest.mark.hypothesis
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_one_that_the_contract_names(served, path, method):
    @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=served[path][method.upper()].as_strategy())
    def judge(case):
        case.call_and_validate(checks=CHECKS)

    judge()


@pytest.mark.skipif(not (RULES and SPECTRAL), reason="ADR_RULES and SPECTRAL name no ruleset and no linter")
def test_the_contract_keeps_to_the_design_rules_of_the_government(client, tmp_path):
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(client.get("/api/v1/openapi.json").get_json() | {"servers": SERVERS}))
    judged = subprocess.run([SPECTRAL, "lint", "-r", RULES, file], capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout
