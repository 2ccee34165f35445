"""Samples, grades, scores and intervals, by the rules of the scheme."""

import hashlib
import unicodedata
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audits.core.errors import RuleError
from audits.inspections import rules
from audits.schemes.text import SampleAll, SampleShare, SampleToDetect
from tests.kit.fieldwork import found_in
from tests.kit.scheme import FIRST, SECOND, scheme

SEED = bytes(range(32))
FILES = SampleToDetect(Decimal("0.10"), Decimal("0.95"), at_least_square_root=True, cap=60)
REFERENCES = st.sets(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1), max_size=30).filter(
    lambda found: all(item.strip() for item in found)
)


@pytest.mark.parametrize(
    ("population", "drawn", "chance"),
    [(10, 1, Fraction(1, 10)), (10, 5, Fraction(1, 2)), (20, 10, 1 - Fraction(9, 38)), (100, 0, 0), (100, 91, 1)],
)
def test_the_chance_to_see_one_is_worked_by_hand(population, drawn, chance):
    assert rules.chance_to_see(Decimal("0.1"), drawn, population) == chance


@given(st.integers(1, 2000))
def test_a_sample_that_shall_detect_has_the_chance_that_it_promises(population):
    rule = replace(FILES, cap=population)
    drawn = rules.sample_size(rule, population)
    assert rules.chance_to_see(rule.defect_share, drawn, population) >= rule.confidence


def on(unit, severity):
    """Return the first requirement of that kind in the norm."""
    return next(item for item in scheme().requirements if (item.unit, item.severity) == (unit, severity)).code


def judged(bad, good, *, other=0):
    """Verdicts per reference: so many that fall short, that conform, and that were not assessed."""
    said = ["nonconform"] * bad + ["conform"] * good + ["not_assessed"] * other
    return {f"F-{place:03d}": verdict for place, verdict in enumerate(said)}


# ---- how many


@pytest.mark.parametrize(
    ("version", "example"), [(v, each) for v in (FIRST, SECOND) for each in scheme(v).sampling.expected_sizes], ids=str
)
def test_the_worked_examples_of_the_norm_hold(version, example):
    assert rules.sample_size(scheme(version).units[example.unit].sampling, example.population) == example.size


def test_the_sizes_of_1_0_are_those_it_was_published_with():
    sizes = [rules.sample_size(scheme().units["personnel_file"].sampling, n) for n in (10, 11, 20, 21, 250, 251)]
    assert sizes == [10, 9, 16, 13, 27, 26]
    assert [rules.sample_size(scheme().units["interview"].sampling, n) for n in (4, 40, 101)] == [4, 5, 11]


def test_in_1_1_interviews_are_sized_like_files():
    units = scheme(SECOND).units
    assert units["interview"].sampling == units["personnel_file"].sampling


DETECTING = st.builds(
    SampleToDetect,
    defect_share=st.decimals("0.01", "0.9", places=2),
    confidence=st.decimals("0.5", "0.99", places=2),
    at_least_square_root=st.booleans(),
    cap=st.integers(1, 80),
)


@given(DETECTING, st.integers(1, 400))
def test_the_sample_of_a_larger_population_is_never_smaller(rule, population):
    steady = replace(rule, never_fewer=True)
    sizes = [rules.sample_size(rule, smaller) for smaller in range(population + 1)]
    assert rules.sample_size(steady, population) == max(sizes)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_sizes_of_1_1_never_fall(population, more):
    rule = scheme(SECOND).units["personnel_file"].sampling
    assert rules.sample_size(rule, population) <= rules.sample_size(rule, population + more)


@pytest.mark.parametrize(
    ("population", "size"), [(10, 10), (20, 19), (50, 31), (100, 45), (250, 51), (500, 56), (1000, 57), (5000, 59)]
)
def test_a_rarer_defect_takes_a_larger_sample(population, size):
    # With 20 units the chance to miss is exactly 5 percent, and that is good enough.
    rule = SampleToDetect(Decimal("0.05"), Decimal("0.95"), at_least_square_root=False, cap=100)
    assert rules.sample_size(rule, population) == size


@given(st.integers(1, 3000))
def test_the_sample_is_the_smallest_that_detects(population):
    size = rules.sample_size(FILES, population)
    defects = -(-population // 10)

    def chance_to_miss(drawn):
        return comb(population - defects, drawn) / comb(population, drawn)

    assert chance_to_miss(size) <= 0.05 + 1e-12
    assert size * size >= population or size == FILES.cap
    assert size <= min(population, FILES.cap)
    if (size - 1) ** 2 >= population:  # the square root is not what made it this large
        assert chance_to_miss(size - 1) > 0.05 - 1e-12


@given(st.integers(0, 10_000), st.sampled_from([FILES, SampleAll(), SampleShare(Decimal("0.10"), 5, 30)]))
def test_a_sample_is_never_larger_than_what_there_is(population, rule):
    assert 0 <= rules.sample_size(rule, population) <= population


def test_a_sample_of_everything_takes_every_unit():
    assert rules.sample_size(SampleAll(), 70_000) == 70_000


# ---- which ones


def test_the_digest_is_what_the_norm_describes():
    assert rules.population_digest(["b", "a", "b"]) == hashlib.sha256(b"a\nb").hexdigest()


def test_the_same_letter_typed_in_two_ways_is_one_reference():
    composed, decomposed = "é", unicodedata.normalize("NFD", "é")
    assert rules.population_of([composed, decomposed]) == ("é",)
    assert rules.population_digest([composed]) == rules.population_digest([decomposed])


@pytest.mark.parametrize("wrong", ["", "  ", "a\nb"])
def test_a_reference_without_a_line_of_its_own_is_refused(wrong):
    with pytest.raises(RuleError):
        rules.population_digest(["a", wrong])


def test_a_draw_can_be_recomputed_by_hand():
    population = ("F-001", "F-002", "F-003")
    digest = hashlib.sha256(b"F-001\nF-002\nF-003").digest()
    by_hand = sorted(population, key=lambda item: hashlib.sha256(SEED + digest + item.encode()).hexdigest())
    assert rules.draw(population, SEED, 2, scheme().sampling.algorithm) == tuple(by_hand[:2])


def test_a_known_draw_never_changes():
    population = [f"F-{n:03d}" for n in range(1, 101)]
    assert rules.draw(population, SEED, 5, "sha256-rank-1") == ("F-014", "F-077", "F-081", "F-061", "F-041")


@given(REFERENCES, st.integers(0, 40), st.binary(min_size=32, max_size=32), st.randoms())
def test_a_draw_depends_on_the_set_and_the_seed_alone(references, size, seed, random):
    listed = sorted(references)
    drawn = rules.draw(listed, seed, size, "sha256-rank-1")
    random.shuffle(listed)
    assert rules.draw(listed, seed, size, "sha256-rank-1") == drawn
    assert len(set(drawn)) == len(drawn) == min(size, len(rules.population_of(references)))
    assert set(drawn) <= set(rules.population_of(references))


@given(REFERENCES, st.binary(min_size=32, max_size=32))
def test_a_smaller_draw_is_the_beginning_of_a_larger_one(references, seed):
    whole = rules.draw(sorted(references), seed, len(references), "sha256-rank-1")
    assert rules.draw(sorted(references), seed, 3, "sha256-rank-1") == whole[:3]


def test_one_more_name_on_the_list_changes_every_rank():
    population = [f"F-{n:03d}" for n in range(50)]
    before = rules.draw(population, SEED, 50, "sha256-rank-1")
    after = rules.draw([*population, "F-050"], SEED, 51, "sha256-rank-1")
    assert [item for item in after if item != "F-050"] != list(before)


def test_no_unit_is_drawn_more_often_than_chance_allows():
    population = [f"F-{n:02d}" for n in range(20)]
    draws = 2000
    counts = dict.fromkeys(population, 0)
    for number in range(draws):
        seed = hashlib.sha256(b"%d" % number).digest()
        for item in rules.draw(population, seed, 5, "sha256-rank-1"):
            counts[item] += 1
    expected = draws * 5 / 20
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_square < 43.8  # 19 degrees of freedom, one in a thousand


def test_a_draw_needs_a_whole_seed_and_a_known_algorithm():
    with pytest.raises(ValueError, match="32 bytes"):
        rules.draw(["a"], b"short", 1, "sha256-rank-1")
    with pytest.raises(KeyError):
        rules.draw(["a"], SEED, 1, "coin-toss-1")


def test_the_norm_names_an_algorithm_that_exists():
    assert scheme().sampling.algorithm in rules.ALGORITHMS


# ---- what it adds up to


@pytest.mark.parametrize(
    ("severity", "bad", "of", "grade"),
    [
        ("critical", 0, 60, None),
        ("critical", 1, 60, "critical"),
        ("major", 0, 20, None),
        ("major", 1, 21, "minor"),
        ("major", 1, 20, "minor"),  # exactly 5 percent is not above it
        ("major", 3, 60, "minor"),
        ("major", 1, 19, "major"),
        ("major", 4, 60, "major"),
        ("major", 1, 1, "major"),
        ("minor", 1, 11, "observation"),
        ("minor", 1, 10, "observation"),  # exactly 10 percent is not above it
        ("minor", 6, 60, "observation"),
        ("minor", 1, 9, "minor"),
        ("minor", 7, 60, "minor"),
        ("minor", 1, 1, "minor"),
        ("observation", 1, 1, "observation"),
        ("major", 0, 0, None),
    ],
)
def test_a_grade_follows_from_severity_and_share(severity, bad, of, grade):
    assert rules.grade(severity, bad, of, scheme().scoring) == grade


@given(st.sampled_from(sorted(scheme().severities)), st.integers(0, 60), st.integers(1, 60))
def test_more_that_falls_short_never_makes_a_finding_lighter(severity, bad, of):
    assume(bad < of)
    points = {code: kind.points for code, kind in scheme().severities.items()} | {None: -1}
    fewer, more = (rules.grade(severity, count, of, scheme().scoring) for count in (bad, bad + 1))
    assert points[fewer] <= points[more]


def test_conforming_everywhere_finds_nothing():
    verdicts = {item.code: {"X": "conform"} for item in scheme().requirements}
    assert found_in(scheme(), verdicts) == []


def test_findings_carry_what_the_norm_says_of_their_grade():
    code = on("personnel_file", "major")
    (finding,) = found_in(scheme(), {code: judged(1, 24, other=3)})
    assert finding == rules.FoundFinding(
        requirement=code,
        grade="minor",
        points=2,
        nonconforming=1,
        assessed=25,
        blocks=False,
        fails=False,
        repair_working_days=125,
    )


def test_one_bad_file_on_what_is_critical_fails_the_audit():
    (finding,) = found_in(scheme(), {on("personnel_file", "critical"): judged(1, 59)})
    assert (finding.points, finding.blocks, finding.fails, finding.repair_working_days) == (30, True, True, 30)


def test_what_was_not_assessed_does_not_dilute_the_share():
    code = on("personnel_file", "major")
    (finding,) = found_in(scheme(), {code: judged(1, 10, other=30)})
    assert (finding.grade, finding.assessed) == ("major", 11)


def test_findings_stand_in_the_order_of_the_norm_and_points_add_up():
    codes = [on("personnel_file", "critical"), on("organisation", "major"), on("organisation", "minor")]
    found = found_in(scheme(), {code: judged(1, 0) for code in codes})
    order = [item.code for item in scheme().requirements]
    assert [finding.requirement for finding in found] == sorted(codes, key=order.index)
    assert rules.score(found) == 30 + 8 + 2
    assert rules.score([]) == 0


# ---- what is still to do


def test_what_nobody_judged_is_missing():
    file, interview = on("personnel_file", "critical"), on("interview", "critical")
    samples = {"personnel_file": ["F-1", "F-2"], "interview": ["I-1"]}
    everything = rules.missing(scheme(), samples, {})
    assert len(everything) == 2 * len(scheme().on_unit("personnel_file")) + len(scheme().on_unit("interview"))
    verdicts = {file: {"F-1": "conform"}, interview: {"I-1": "not_assessed"}}
    assert set(everything) - set(rules.missing(scheme(), samples, verdicts)) == {(file, "F-1"), (interview, "I-1")}


def test_an_agency_without_housing_misses_nothing_about_housing():
    housing = scheme().on_unit("housing_location")
    missing = rules.missing(scheme(), {"housing_location": [], "personnel_file": ["F-1"]}, {})
    assert not {item.code for item in housing} & {code for code, _ in missing}


def test_a_requirement_of_which_nothing_is_known_is_told():
    open_, known, moot = (item.code for item in scheme().on_unit("personnel_file")[:3])
    verdicts = {open_: judged(0, 0, other=2), known: judged(0, 1, other=1), moot: {"F-1": "not_applicable"}}
    assert rules.unassessed(scheme(), verdicts) == [open_]


# ---- what is learnt of the rest


@pytest.mark.parametrize(
    ("bad", "assessed", "population", "interval"),
    [
        (0, 25, 100, (0.0, 0.11)),
        (1, 25, 100, (0.01, 0.18)),
        (25, 25, 100, (0.89, 1.0)),
        (2, 10, 10, (0.2, 0.2)),
        (0, 1, 1, (0.0, 0.0)),
        (0, 0, 10, (0.0, 1.0)),
    ],
)
def test_known_intervals(bad, assessed, population, interval):
    assert rules.share_interval(bad, assessed, population) == interval


def test_a_large_population_comes_near_the_binomial_interval():
    low, high = rules.share_interval(3, 60, 200_000)  # Clopper and Pearson: 1.04 to 13.92 percent
    assert low == pytest.approx(0.0104, abs=2e-4)
    assert high == pytest.approx(0.1392, abs=2e-4)


@given(st.integers(1, 120), st.data())
def test_an_interval_holds_what_was_seen_and_is_exact(population, data):
    assessed = data.draw(st.integers(0, population))
    bad = data.draw(st.integers(0, assessed))
    low, high = rules.share_interval(bad, assessed, population)

    def likely(number):
        ways = [comb(number, k) * comb(population - number, assessed - k) for k in range(assessed + 1)]
        return min(sum(ways[: bad + 1]), sum(ways[bad:])) / comb(population, assessed) > 0.025

    possible = range(bad, population - (assessed - bad) + 1)
    inside = [number for number in possible if likely(number)]
    assert (low, high) == (inside[0] / population, inside[-1] / population)
    assert not assessed or low <= bad / assessed <= high


@pytest.mark.parametrize("counts", [(1, 0, 5), (2, 6, 5), (-1, 2, 5), (0, 0, 0)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match="impossible"):
        rules.share_interval(*counts)
