"""What tests of audits do in the field, and what the database refuses."""

import pytest
from sqlalchemy.exc import IntegrityError

from audits.inspections import grading
from audits.inspections.grading import Origin

FILES = [f"F-{number:03d}" for number in range(1, 101)]
ORGANISATION = ("conform", "")


def fails_in_the_database(session, statement):
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        session.execute(statement)
    return str(refused.value)


def found_in(scheme, verdicts, extents=()):
    """The findings that follow from verdicts on units that all came by lot, each requirement with its own."""
    seen = {
        code: grading.count_units(scheme, ((Origin.RANDOM, value) for value in units.values()))
        for code, units in verdicts.items()
    }
    return grading.findings(scheme, seen, dict(extents))
