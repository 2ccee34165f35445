"""The code names no requirement, code or number of a scheme."""

import ast
import re
from pathlib import Path

from tests.kit.scheme import scheme

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for package in ("audits", "certificates") for path in (ROOT / package).rglob("*.py"))
REQUIREMENT = re.compile(rf"\b(?:{'|'.join(scheme().chapters)})-\d\d\b")
CODES = {*scheme().severities, *scheme().verdicts, *scheme().units} | {item.code for item in scheme().requirements}


def literals(path):
    """Return every string of a module; docstrings, being sentences, never equal a code."""
    return {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}


def test_no_code_names_a_requirement_a_severity_a_verdict_or_a_unit():
    named = {}
    for path in SOURCES:
        said = {value for value in literals(path) if isinstance(value, str)} & CODES
        if found := said | set(REQUIREMENT.findall(path.read_text())):
            named[str(path.relative_to(ROOT))] = found
    assert named == {}
    assert len(SOURCES) > 200


def test_the_check_would_notice():
    assert REQUIREMENT.search("if code == 'GOV-01'")
    assert {"critical", "nonconform", "organisation", "GOV-01"} <= CODES
