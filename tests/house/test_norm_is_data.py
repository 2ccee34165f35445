"""The code names no requirement, code or number of a scheme."""

import re
from pathlib import Path

from tests.kit.scheme import scheme
from tests.kit.sources import source

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for package in ("audits", "certificates") for path in (ROOT / package).rglob("*.py"))
REQUIREMENT = re.compile(rf"\b(?:{'|'.join(scheme().chapters)})-\d\d\b")
CODES = {*scheme().severities, *scheme().verdicts, *scheme().units} | {item.code for item in scheme().requirements}


def test_no_code_names_a_requirement_a_severity_a_verdict_or_a_unit():
    named = {}
    for path in SOURCES:
        said = CODES.intersection(source(path).texts)  # docstrings, being sentences, never equal a code
        if found := said | set(REQUIREMENT.findall(path.read_text())):
            named[str(path.relative_to(ROOT))] = found
    assert named == {}
    assert len(SOURCES) > 200


def test_the_check_would_notice():
    assert REQUIREMENT.search("if code == 'GOV-01'")
    assert {"critical", "nonconform", "organisation", "GOV-01"} <= CODES
