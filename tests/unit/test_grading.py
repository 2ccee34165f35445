"""Judgement by acceptance number, evidence that suffices, and repeats, by edition 2 of the scheme."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core.errors import RuleError
from audits.inspections import grading, rules
from audits.inspections.grading import Count, Extent, Insufficient, Origin, Seen
from audits.schemes.cycle import Judged
from audits.schemes.source import parse
from audits.schemes.text import MinimumAssessed, Shortfall
from tests.kit.fieldwork import found_in
from tests.kit.scheme import SECOND, edited, scheme

NORM = scheme(SECOND)
MAJOR = NORM.requirement("PAY-05").judgement  # at most 1, from 32 drawn 2, from 50 drawn 3
STRICT = NORM.requirement("FRE-01").judgement
SAMPLES = st.integers(0, 60).flatmap(
    lambda drawn: st.integers(0, drawn).flatmap(
        lambda assessed: st.builds(
            Count, st.just(drawn), st.just(assessed), st.integers(0, assessed), st.integers(assessed, drawn)
        )
    )
)


def by_lot(bad, good=0, *, unseen=0, elsewhere=0):
    """A random sample: so many that fall short, that conform, without verdict, and to which it does not apply."""
    said = ["nonconform"] * bad + ["conform"] * good + [None] * unseen + ["not_applicable"] * elsewhere
    return [(Origin.RANDOM, verdict) for verdict in said]


def seen(*units):
    return grading.count_units(NORM, units)


# ---- acceptance


@pytest.mark.parametrize(
    ("drawn", "number"), [(0, 0), (1, 1), (5, 1), (31, 1), (32, 2), (49, 2), (50, 3), (60, 3), (9000, 3)]
)
def test_the_acceptance_number_follows_the_size_of_the_draw(drawn, number):
    assert grading.acceptance_number(MAJOR, drawn) == number


@pytest.mark.parametrize(
    ("units", "incidental", "systemic"),
    [
        (by_lot(0, 20), None, None),
        (by_lot(1, 0), "minor", "major"),  # the agency itself: 1 of 1
        (by_lot(1, 4), "minor", "major"),  # a small agency
        (by_lot(1, 59), "minor", "major"),
        (by_lot(3, 57), "minor", "major"),
        (by_lot(3, 0, unseen=57), "minor", "major"),  # leaving units unjudged makes nothing heavier
    ],
)
def test_within_the_acceptance_number_the_inspector_judges(units, incidental, systemic):
    assert grading.grade_found(MAJOR, seen(*units), Extent.INCIDENTAL) == incidental
    assert grading.grade_found(MAJOR, seen(*units), Extent.SYSTEMIC) == systemic
    assert grading.grade_found(MAJOR, seen(*units), None) == systemic


@pytest.mark.parametrize("units", [by_lot(2, 3), by_lot(2, 29), by_lot(3, 46), by_lot(4, 56)])
def test_above_it_nothing_is_incidental(units):
    with pytest.raises(RuleError, match="Too many"):
        grading.grade_found(MAJOR, seen(*units), Extent.INCIDENTAL)
    assert grading.grade_found(MAJOR, seen(*units), Extent.SYSTEMIC) == "major"


def test_a_judgement_that_no_longer_fits_has_no_effect_and_is_named():
    two, one = {"PAY-05": seen(*by_lot(2, 3))}, {"PAY-05": seen(*by_lot(1, 4))}
    extents = {"PAY-05": Extent.INCIDENTAL}
    assert [found.grade for found in grading.findings(NORM, two, extents)] == ["major"]
    assert [found.grade for found in grading.findings(NORM, one, extents)] == ["minor"]
    assert grading.misjudged(NORM, two, extents) == ["PAY-05"]
    assert grading.misjudged(NORM, one, extents) == []


def test_some_requirements_accept_nothing():
    with pytest.raises(RuleError):
        grading.grade_found(STRICT, seen(*by_lot(1, 59)), Extent.INCIDENTAL)
    assert grading.grade_found(STRICT, seen(*by_lot(1, 59)), None) == "critical"


def test_who_was_looked_for_does_not_count_against_the_acceptance_number():
    targeted = [(Origin.TARGETED, "nonconform")] * 4
    assert grading.grade_found(MAJOR, seen(*by_lot(0, 20), *targeted), Extent.INCIDENTAL) == "minor"
    replaced = [(Origin.REPLACEMENT, "nonconform")] * 4
    with pytest.raises(RuleError):
        grading.grade_found(MAJOR, seen(*by_lot(0, 20), *replaced), Extent.INCIDENTAL)


@given(SAMPLES)
def test_one_more_that_falls_short_never_makes_a_finding_lighter(sample):
    weight = {code: severity.points for code, severity in NORM.severities.items()}
    if sample.nonconforming < sample.assessed:
        worse = Seen(Count(sample.looked_at, sample.assessed, sample.nonconforming + 1, sample.applicable))
        grades = [lightest(MAJOR, each) for each in (Seen(sample), worse)]
        assert weight.get(grades[0], -1) <= weight[grades[1]]


@given(SAMPLES, st.integers(0, 60))
def test_a_unit_left_unjudged_never_makes_a_finding_heavier(sample, unjudged):
    conforming = min(unjudged, sample.assessed - sample.nonconforming)
    fewer = Count(sample.looked_at, sample.assessed - conforming, sample.nonconforming, sample.applicable)
    assert lightest(MAJOR, Seen(fewer)) == lightest(MAJOR, Seen(sample))


def lightest(judgement, counted):
    """The lightest grade that an inspector may give."""
    extent = Extent.INCIDENTAL if grading.may_be_incidental(judgement, counted) else None
    return grading.grade_found(judgement, counted, extent)


def test_without_a_judgement_the_findings_of_an_audit_are_systemic():
    verdicts = {"PAY-05": {"F-1": "nonconform"} | {f"F-{n}": "conform" for n in range(2, 61)}}
    (found,) = found_in(NORM, verdicts)
    assert (found.grade, found.nonconforming, found.assessed) == ("major", 1, 60)
    assert [found.grade for found in found_in(scheme(), verdicts)] == ["minor"]  # 1.0 goes by the share


# ---- enough evidence


@pytest.mark.parametrize(
    ("units", "missing"),
    [
        (by_lot(0, 20), None),
        (by_lot(0, 18, unseen=2), None),
        (by_lot(0, 17, unseen=3), (17, 18)),
        (by_lot(0, 1, unseen=17), (1, 17)),
        ([(Origin.RANDOM, "not_assessed")] * 18, (0, 17)),
        (by_lot(0, 0, elsewhere=18), None),  # to nobody in the sample does it apply
        (by_lot(0, 1, elsewhere=17), None),
        ([*by_lot(0, 15, unseen=3), *[(Origin.REPLACEMENT, "conform")] * 2], None),
        ([*by_lot(0, 15, unseen=3), *[(Origin.TARGETED, "conform")] * 9], (15, 17)),
        ([], None),  # an empty population
    ],
)
def test_too_little_assessed_is_no_evidence(units, missing):
    found = grading.shortfall("FRE-02", MinimumAssessed(Decimal("0.9"), Shortfall.BLOCKS), seen(*units))
    assert found == (missing and Insufficient("FRE-02", *missing, Shortfall.BLOCKS))


def test_each_requirement_says_what_its_shortfall_does():
    counted = {code: seen(*by_lot(0, 1, unseen=17)) for code in ("HOU-06", "FRE-01", "CON-02")}
    found = [(each.requirement, each.needed, each.effect) for each in grading.insufficient(NORM, counted)]
    assert found == [
        ("CON-02", 15, Shortfall.CONDITIONS), ("HOU-06", 15, Shortfall.CONDITIONS), ("FRE-01", 17, Shortfall.BLOCKS),
    ]  # fmt: skip


def test_a_version_of_the_first_edition_asks_no_minimum():
    assert grading.insufficient(scheme(), {"FRE-01": seen(*by_lot(0, 0, unseen=18))}) == []


@given(SAMPLES, SAMPLES)
def test_assessing_more_never_makes_evidence_insufficient(random, replacement):
    least = NORM.requirement("FRE-01").assessed
    short = grading.shortfall("FRE-01", least, Seen(random))
    if short is None:
        assert grading.shortfall("FRE-01", least, Seen(random, replacement)) is None
    else:
        assert 0 < short.needed - short.assessed <= random.applicable


# ---- figures about the population


def test_only_random_units_say_something_about_the_population():
    random = by_lot(2, 18)
    others = [(Origin.TARGETED, "nonconform")] * 5 + [(Origin.REPLACEMENT, "conform")] * 5
    assert grading.interval(seen(*random, *others), 200) == rules.share_interval(2, 20, 200)
    assert grading.interval(seen(*others), 200) is None


# ---- repeats


def test_a_minor_that_comes_back_is_major():
    assert grading.escalated(NORM, "minor", repeated=True) == "major"
    assert grading.escalated(NORM, "minor", repeated=False) == "minor"
    assert [grading.escalated(NORM, code, repeated=True) for code in ("major", "critical", "observation")] == [
        "major", "critical", "observation",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "repeated"),
    [
        ({}, False),
        ({"PAY-04": date(2027, 1, 1)}, False),
        ({"PAY-05": date(2027, 3, 15)}, True),
        ({"PAY-05": date(2025, 3, 15)}, True),  # 24 months to the day
        ({"PAY-05": date(2025, 3, 14)}, False),
    ],
)
def test_a_finding_is_repeated_within_the_time_that_the_scheme_looks_back(earlier, repeated):
    assert grading.is_repeated(NORM, "PAY-05", earlier, date(2027, 3, 15)) is repeated


def test_a_requirement_that_was_renamed_is_the_same_one():
    norm = parse(edited(("renamed: {}", "renamed: {PAY-01: PAY-05}"), version=SECOND))
    assert grading.is_repeated(norm, "PAY-05", {"PAY-01": date(2027, 1, 1)}, date(2027, 3, 15))


def test_a_version_of_the_first_edition_knows_no_repeats():
    assert not grading.is_repeated(scheme(), "PAY-05", {"PAY-05": date(2027, 1, 1)}, date(2027, 3, 15))


# ---- as found, as repaired


def test_a_closed_finding_weighs_only_as_found():
    found = ["GOV-06", "PAY-05"]
    assert grading.weighing(Judged.AS_FOUND, found, {"PAY-05"}) == ["GOV-06", "PAY-05"]
    assert grading.weighing(Judged.AS_REPAIRED, found, {"PAY-05"}) == ["GOV-06"]


# ---- refusal


@pytest.mark.parametrize(
    ("grades", "as_found", "as_repaired"),
    [
        ([], False, False),
        (["major"] * 3, False, False),
        (["major"] * 4, True, False),  # 32 points; 30 fail
        (["major"] * 3 + ["minor"] * 3, True, False),
        (["critical"], True, False),
        (["observation"] * 40, False, False),
    ],
)
def test_whether_refusal_is_certain_before_anything_is_repaired(grades, as_found, as_repaired):
    assert grading.refusal_is_certain(NORM, grades, Judged.AS_FOUND) is as_found
    assert grading.refusal_is_certain(NORM, grades, Judged.AS_REPAIRED) is as_repaired


def test_what_cannot_be_repaired_weighs_to_the_end():
    text = edited(("repair_working_days: 30\n", "repair_working_days: null\n"), version=SECOND)
    assert grading.refusal_is_certain(parse(text), ["critical"], Judged.AS_REPAIRED)
