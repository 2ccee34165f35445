"""What an agency may learn about confidential units: counts, no small ones, and no names."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.inspections.disclosure import extent_for_agency, named, text_for_agency, untold
from tests.kit.scheme import FIRST, SECOND, scheme

PLAIN = replace(scheme().units["personnel_file"], confidential=False, minimum_group=None)
SECRET = replace(PLAIN, confidential=True, minimum_group=5)
COUNTS = st.integers(1, 60).flatmap(
    lambda assessed: st.tuples(st.just(assessed), st.integers(0, assessed), st.integers(assessed, 5000))
)


@pytest.mark.parametrize("version", [FIRST, SECOND])
def test_interviews_are_confidential_in_every_edition_and_nothing_else_is(version):
    units = scheme(version).units
    assert {code for code, unit in units.items() if unit.confidential} == {"interview"}
    assert units["interview"].minimum_group == 5


@given(COUNTS)
def test_of_other_units_everything_is_told(counts):
    assessed, bad, population = counts
    told = extent_for_agency(PLAIN, population=population, assessed=assessed, nonconforming=bad)
    assert (told.assessed, told.nonconforming, told.is_whole) == (assessed, bad, True)


@given(COUNTS, st.integers(2, 20))
def test_no_number_of_people_below_the_minimum_is_ever_told(counts, few):
    assessed, bad, population = counts
    unit = replace(SECRET, minimum_group=few)
    told = extent_for_agency(unit, population=population, assessed=assessed, nonconforming=bad)
    assert told.assessed in {None, assessed}
    assert told.nonconforming in {None, bad}
    assert told.fewer_than == few
    assert not {told.assessed, told.nonconforming} & set(range(1, few))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("W-077 said so.", ["W-077"]),
        ("see w-077,w-081", ["W-077", "W-081"]),
        ("(W-0771) or XW-077", []),
        ("12 of 18 were not paid.", []),
        ("Number 4711.", ["4711"]),
        ("Ask A1!", ["A1"]),
        ("", []),
    ],
)
def test_a_reference_is_found_as_a_word_of_its_own(text, found):
    assert named(text, ["W-077", "W-081", "12", "4711", "A1", "18"]) == found


def test_the_agency_reads_notes_of_other_units_only():
    assert text_for_agency(PLAIN, notes="F-001: torn.", agency_text=None) == "F-001: torn."
    assert text_for_agency(SECRET, notes="W-077: shouted at.", agency_text=None) == ""
    assert text_for_agency(SECRET, notes="W-077: shouted at.", agency_text="Workers fear.") == "Workers fear."


def test_findings_in_confidence_need_a_text():
    norm = scheme()
    talks = [item.code for item in norm.on_unit("interview")]
    files = [item.code for item in norm.on_unit("personnel_file")]
    assert untold(norm, [*files, *talks], talks[:1]) == talks[1:]
