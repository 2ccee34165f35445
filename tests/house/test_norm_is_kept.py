"""What the norm promises, code keeps: a term that the file can state and nothing reads is a promise to nobody."""

import re
from dataclasses import fields

import pytest

from audits.schemes.cycle import AuditKind, AuditRules, Ground, Independence, SurveillanceVisit
from audits.schemes.text import Terms
from tests.house.test_source import ROOT

READERS = [
    path
    for folder in ("audits", "certificates", "portal", "templates")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".html", ".txt"} and "schemes" not in path.relative_to(ROOT).parts[:2]
]
TEXT = "\n".join(path.read_text() for path in READERS)

LATER = {
    "cooling_off_months": "comes with declared interests that have a period",
    "audits_in_a_row": "comes with days and absence",
}
"""What nothing reads yet, or did not when this was written, and what it waits for."""

PROMISES = [each.name for kind in (Terms, Independence, SurveillanceVisit, AuditRules, Ground) for each in fields(kind)]


@pytest.mark.parametrize("name", sorted(set(PROMISES) - LATER.keys()))
def test_what_the_norm_says_is_read(name):
    assert re.search(rf"\.{name}\b", TEXT), name


def test_every_kind_of_audit_has_a_way_to_be_planned():
    planned = {kind for kind in AuditKind if re.search(rf"AuditKind\.{kind.name}\b", TEXT)}
    assert planned == set(AuditKind)
