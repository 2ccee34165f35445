"""No writer overwrites in silence: what has a version is compared with it by the very statement that writes it."""

from sqlalchemy import Integer

from audits.core.db import Base


def versioned():
    """The mapped classes whose rows have a version number."""
    for mapper in Base.registry.mappers:
        column = mapper.columns.get("version")
        if column is not None and isinstance(column.type, Integer):
            yield mapper


def test_whatever_has_a_version_is_compared_before_it_is_written(app):
    found = {mapper.class_.__name__: mapper.version_id_col is mapper.columns["version"] for mapper in versioned()}
    assert {"Verdict", "RequirementJudgement", "Answer", "Finding", "Audit", "Agency", "Person"} <= found.keys()
    assert all(found.values()), found
