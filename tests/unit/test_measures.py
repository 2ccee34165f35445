"""Figures about audits: shares with intervals, groups that are large enough, spread, time and repair."""

from collections import Counter
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.worklists.measures import FEWEST, Audited, Share, by_person, by_team, measure, spreads


def audited(*people, **values):
    return Audited(people or ("Youssef",), **values)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)  # the last three digits as in Wilson's table, Newcombe 1998, table I
def test_an_interval_is_that_of_wilson(part, whole, low, high):
    found = Share(part, whole).interval
    assert found == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_the_share_lies_in_its_interval(part, more):
    share = Share(part, part + more)
    if not share.whole:
        assert share.value is None
        assert share.interval is None
    else:
        low, high = share.interval
        assert 0 <= low <= share.value + 1e-12
        assert share.value - 1e-12 <= high <= 1


def test_time_is_that_of_audits_whose_hours_are_known():
    timed = audited(required=Decimal(10), spent=Decimal(12), timed=60, verdicts=60)
    found = measure([timed, audited(verdicts=1000)])
    assert (found.audits, found.required, found.spent) == (2, Decimal(10), Decimal(12))
    assert found.minutes_per_verdict == 12


def test_what_conforms_is_a_part_of_what_was_assessed():
    found = measure([audited(assessed=20, nonconforming=5, verdicts=25, bulk=10), audited(assessed=20)])
    assert found.passed == Share(35, 40)
    assert found.bulk == Share(10, 25)


def test_the_first_time_is_that_of_initial_audits():
    found = measure([audited(audits=4, initial=3, first_time=1), audited()])
    assert (found.audits, found.first_time) == (5, Share(1, 3))


def test_repair_is_counted_by_finding():
    found = measure([audited(closed={3: 1, 5: 1}), audited(closed={40: 1}, open=2, overdue=1)])
    assert (found.closed, found.median_days, found.open, found.overdue) == (3, 5, 2, 1)


@given(st.lists(st.integers(-5, 400), min_size=1))
def test_the_median_is_that_of_the_single_findings(days):
    parts = (days[::2], days[1::2])
    found = measure([audited(closed=Counter(part)) for part in parts])
    assert found.median_days == median(days)


def test_nothing_has_no_figures_and_breaks_nothing():
    found = measure([])
    assert (found.minutes_per_verdict, found.median_days, found.passed.value) == (None, None, None)


def test_a_team_has_figures_from_five_audits_up_and_one_person_is_no_team():
    pair = [audited("Youssef", "Fatima") for _ in range(FEWEST - 1)]
    assert by_team([*pair, *(audited() for _ in range(9))]) == {}
    found = by_team([audited("Youssef", "Fatima", audits=FEWEST - 1), audited("Fatima", "Youssef")])
    assert {names: each.audits for names, each in found.items()} == {("Fatima", "Youssef"): FEWEST}


def test_a_person_has_figures_from_five_led_audits_up():
    audits = [*(audited("Youssef", "Fatima") for _ in range(FEWEST)), audited("Fatima", "Youssef")]
    assert list(by_person(audits)) == [("Youssef",)]


def test_the_widest_spread_comes_first_and_few_units_say_nothing():
    counts = [
        *(("PAY-01", person, bad, 10) for person, bad in (("a", 0), ("b", 9), ("c", 4))),
        *(("PAY-02", person, bad, 10) for person, bad in (("a", 2), ("b", 3))),
        *(("PAY-03", person, bad, FEWEST - 1) for person, bad in (("a", 0), ("b", 4))),
        ("PAY-04", "a", 5, 10),
    ]
    found = spreads(counts)
    assert [each.code for each in found] == ["PAY-01", "PAY-02"]
    assert (found[0].lowest, found[0].highest, found[0].inspectors) == (Share(0, 10), Share(9, 10), 3)
    assert found[0].all == Share(13, 30)
