"""A draw by strata: sizes worked by hand, and what holds for every list, size and seed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.inspections import stratified
from certificates.verifier.audit import by_strata

SEEDS = st.binary(min_size=32, max_size=32)
REFERENCES = st.text("abcdef0123456789-", min_size=1, max_size=6)
LISTS = st.dictionaries(REFERENCES, st.sampled_from("ABCDE"), max_size=60)


@pytest.mark.parametrize(
    ("counts", "size", "least", "drawn"),
    [
        ({"A": 80, "B": 15, "C": 5}, 20, 0, {"A": 16, "B": 3, "C": 1}),
        ({"A": 80, "B": 15, "C": 5}, 20, 3, {"A": 12, "B": 5, "C": 3}),
        ({"A": 97, "B": 3}, 10, 0, {"A": 10, "B": 0}),
        ({"A": 97, "B": 3}, 10, 1, {"A": 9, "B": 1}),
        ({"A": 2, "B": 2}, 3, 0, {"A": 2, "B": 1}),  # the same remainder: by name
        ({"A": 1, "B": 1, "C": 1}, 2, 1, {"A": 1, "B": 1, "C": 1}),  # one of each is more than the sample
        ({"A": 2}, 9, 5, {"A": 2}),
        ({}, 0, 1, {}),
    ],
)
def test_a_sample_is_divided_as_on_paper(counts, size, least, drawn):
    assert stratified.divided(counts, size, least) == drawn


@given(LISTS, SEEDS, st.integers(0, 60), st.integers(0, 4))
def test_whatever_the_list_every_member_is_drawn_once_at_most_and_sizes_are_right(strata, seed, size, least):
    size = min(size, len(strata))
    drawn = stratified.draw(strata, seed, size, least)
    counts = Counter(strata.values())
    assert len(set(drawn)) == len(drawn) == max(size, sum(min(least, count) for count in counts.values()))
    seen = Counter(strata[each] for each in drawn)
    assert all(min(least, count) <= seen[name] <= count for name, count in counts.items())
    assert dict(seen) == {name: count for name, count in stratified.divided(counts, size, least).items() if count}


@given(LISTS, SEEDS, st.integers(0, 60), st.randoms())
def test_the_draw_depends_on_list_and_seed_alone_and_strangers_draw_the_same(strata, seed, size, dice):
    size, items = min(size, len(strata)), list(strata.items())
    dice.shuffle(items)
    drawn = stratified.draw(strata, seed, size, 1)
    assert stratified.draw(dict(items), seed, size, 1) == drawn
    digest = bytes.fromhex(stratified.digest_of(strata))
    assert by_strata(strata, seed, digest, size, 1) == list(drawn)


def test_another_stratum_of_one_member_is_another_list():
    one, other = {"F-1": "A", "F-2": "B"}, {"F-1": "A", "F-2": "A"}
    assert stratified.digest_of(one) != stratified.digest_of(other)
