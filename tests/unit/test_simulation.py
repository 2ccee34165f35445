"""Living certificates judged by another version of the norm, with the rules of audit and decision."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.decisions.rules import Outcome
from audits.decisions.simulation import Case, LastSeen, carry_over, simulate, worth
from audits.inspections.grading import Extent, Origin
from audits.schemes.compare import codes_after
from audits.schemes.cycle import AuditKind
from tests.kit.scheme import FIRST, SECOND, scheme

OLD, NEW = scheme(FIRST), scheme(SECOND)
GOOD, BAD = "conform", "nonconform"
INITIAL, RENEWAL = AuditKind.INITIAL, AuditKind.RENEWAL


def seen(good=1, bad=0, **more):
    return LastSeen({(Origin.RANDOM, GOOD): good, (Origin.RANDOM, BAD): bad}, **more)


def perfect(version):
    return {item.code: seen() for item in version.requirements}


def strict(version, **scoring):
    """The same version with another mark."""
    return replace(version, version="9.9", scoring=replace(version.scoring, **scoring))


def test_what_conforms_everywhere_meets_any_version():
    assert worth(OLD, INITIAL, perfect(OLD)).outcome is Outcome.GRANT
    found = simulate(NEW, [Case(OLD, INITIAL, perfect(OLD))])
    assert (found.living, found.falling, found.causes, found.unjudged) == (1, 0, {}, ())


def test_a_lower_mark_lets_certificates_fall_and_says_why():
    known = perfect(OLD) | {"IDW-05": seen(0, 1)}
    points = worth(OLD, INITIAL, known).points["IDW-05"]
    hard = strict(OLD, fail_total=points, conditional_from=1)
    found = simulate(hard, [Case(OLD, INITIAL, known), Case(OLD, INITIAL, perfect(OLD))])
    assert found.falling == 1
    assert found.moves[Outcome.GRANT, Outcome.GRANT] == 1


def test_what_weighs_more_than_before_is_the_cause():
    known = perfect(OLD) | {"IDW-05": seen(0, 1)}
    grade = next(code for code, each in OLD.severities.items() if each.fails)
    items = tuple(replace(item, severity=grade) if item.code == "IDW-05" else item for item in OLD.requirements)
    found = simulate(replace(OLD, version="9.9", requirements=items), [Case(OLD, INITIAL, known)])
    assert (found.falling, dict(found.causes)) == (1, {"IDW-05": 1})


def test_as_repaired_a_closed_finding_weighs_nothing_and_as_found_it_does():
    known = perfect(NEW) | {item.code: seen(0, 1, closed=True) for item in NEW.requirements[:12]}
    assert worth(NEW, INITIAL, known).points == {}
    assert worth(NEW, RENEWAL, known).points


def test_a_requirement_without_verdicts_counts_for_nothing_and_is_named():
    known = perfect(OLD)
    del known["GOV-01"]
    found = simulate(NEW, [Case(OLD, INITIAL, known)])
    assert found.unjudged == ("GOV-01",)
    assert found.falling == 0


def test_a_verdict_that_the_version_does_not_know_says_nothing():
    known = perfect(NEW) | {"GOV-01": LastSeen({(Origin.RANDOM, "unheard of"): 3})}
    assert worth(NEW, INITIAL, known).points == {}


def moved(**how):
    step = replace(NEW.cycle.transition[0], **how)
    return replace(NEW, cycle=replace(NEW.cycle, transition=(step,)))


def test_what_was_merged_counts_together():
    new = moved(renamed={"CHN-07": "CHN-06"})
    carried = carry_over(OLD, new, {"CHN-06": seen(3, 1, extent=Extent.INCIDENTAL), "CHN-07": seen(2, 2, closed=True)})
    assert carried == {"CHN-06": seen(5, 3)}
    assert codes_after(OLD, new, "CHN-07") == ("CHN-06",)


def test_what_was_split_counts_for_each_part():
    carried = carry_over(OLD, moved(split={"CHN-06": ("CHN-06", "CHN-07")}), {"CHN-06": seen(3, 1)})
    assert carried == {"CHN-06": seen(3, 1), "CHN-07": seen(3, 1)}


@given(st.dictionaries(st.sampled_from([item.code for item in OLD.requirements]), st.integers(0, 4)))
def test_a_version_moves_nobody_from_itself(bad):
    known = perfect(OLD) | {code: seen(4 - number, number) for code, number in bad.items()}
    found = simulate(OLD, [Case(OLD, INITIAL, known)])
    assert found.falling == 0
    assert all(before is after for before, after in found.moves)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_verdicts_exist_in_both_versions(version):
    assert {GOOD, BAD} <= set(version.verdicts)
