"""What an agency is told would fail is what an audit with the same verdicts would find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.decisions.readiness import MOST, readiness
from audits.decisions.rules import Outcome
from audits.inspections.grading import Origin, findings, seen_on
from audits.inspections.rules import score
from tests.kit.scheme import SECOND, scheme

NORMS = [scheme(), scheme(SECOND)]
CODES = [item.code for item in NORMS[0].requirements]
VALUES = [kind.code for kind in NORMS[0].self_assessment_answers]
ANSWERS = st.dictionaries(st.sampled_from(CODES), st.sampled_from(["", *VALUES]))


@pytest.mark.parametrize("norm", NORMS, ids=lambda norm: norm.version)
@given(answers=ANSWERS)
def test_it_finds_what_an_audit_of_one_unit_each_finds(norm, answers):
    ready = readiness(norm, answers)
    seen = seen_on(
        norm,
        {unit: {"X": Origin.RANDOM} for unit in norm.units},
        {code: {"X": value} for code, value in answers.items() if value},
    )
    audit = findings(norm, seen, {})
    assert sorted(each.requirement for each in ready.found) == sorted(each.requirement for each in audit)
    failing = any(each.fails for each in audit) or score(audit) >= norm.scoring.fail_total
    assert ready.would_fail or not failing
    assert (Outcome.GRANT in ready.outcomes) == (
        not failing and not any(each.blocks for each in audit) and score(audit) < norm.scoring.conditional_from
    )


@pytest.mark.parametrize("norm", NORMS, ids=lambda norm: norm.version)
def test_the_three_that_change_most_are_the_gravest(norm):
    falling_short = next(kind.code for kind in norm.self_assessment_answers if kind.nonconforming)
    ready = readiness(norm, dict.fromkeys(CODES, falling_short))
    assert len(ready.most) == MOST
    assert min(each.points for each in ready.most) >= max(each.points for each in ready.found[MOST:])
    assert ready.would_fail


def test_an_assessment_that_conforms_or_is_empty_fails_nothing():
    fine = next(kind.code for kind in NORMS[0].self_assessment_answers if kind.assessed and not kind.nonconforming)
    for answers in ({}, dict.fromkeys(CODES, ""), dict.fromkeys(CODES, fine)):
        assert readiness(NORMS[0], answers).found == ()
