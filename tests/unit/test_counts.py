"""What was counted at a house against the figures of the norm, worked by hand."""

from types import SimpleNamespace

import pytest

from audits.inspections.counts import Count, against, contradictions, uncounted
from audits.questions.values import read_value
from tests.kit.scheme import FIRST, SECOND, edited, scheme
from tests.unit.test_scheme_source import problems

HOUSE = "housing_location"
AT = (HOUSE, "H-1")


def counted(**typed):
    """Values as the form reads them; `rooms` has a line for each room: name, m², beds, residents."""
    said = {
        "house_kind": "dwelling",
        "living_area": "60",
        "rooms": "1; 7; 2; 2\n2; 10,5; 3; 3",
        "recorded_residents": "5",
        "toilets": "1",
        "showers": "1",
    }
    questions = {each.code: each for each in scheme(SECOND).units[HOUSE].counts}
    read = {code: read_value(questions[code], text) for code, text in (said | typed).items()}
    return {code: value for code, value in read.items() if value is not None}


def broken(code, values):
    norm = scheme(SECOND)
    return [check.message["en"] for check in against(norm, norm.requirement(code), values)]


@pytest.mark.parametrize(
    ("typed", "space", "rooms"),
    [
        ({}, [], []),
        ({"living_area": "59,9"}, ["There is less than 12 m² living area per resident."], []),
        ({"house_kind": "other", "living_area": "50"}, [], []),
        ({"house_kind": "other", "living_area": "49,9"}, ["There is less than 10 m² living area per resident."], []),
        (
            {"house_kind": "new_building", "living_area": "74"},
            [
                "There is less than 15 m² living area per resident.",
                "There is a bedroom with more than one resident.",
            ],
            [],
        ),
        ({"rooms": "1; 6,9; 2; 2\n2; 10,5; 3; 3"}, ["There is a bedroom with less than 3.5 m² per resident."], []),
        ({"recorded_residents": "4"}, ["The number of residents does not match the records."], []),
        ({"rooms": "1; 7; 1; 2\n2; 10,5; 3; 3"}, [], ["There is a bedroom with fewer beds than residents."]),
        (
            {"rooms": "1; 40; 9; 9", "living_area": "108", "recorded_residents": "9"},
            [],
            [
                "There is less than one toilet per eight residents.",
                "There is less than one shower per eight residents.",
            ],
        ),
        ({"rooms": "", "toilets": "", "living_area": ""}, [], []),  # what is not counted speaks against nothing
    ],
)
def test_counts_are_held_against_the_figures_of_the_norm(typed, space, rooms):
    values = counted(**typed)
    assert broken("HOU-02", values) == space
    assert broken("HOU-03", values) == rooms
    assert broken("HOU-04", values) == []


def test_a_verdict_contradicts_only_where_it_conforms_and_no_note_says_why():
    norm, stand = scheme(SECOND), {AT: [Count("a", counted(recorded_residents="4"), "x", None)]}

    def found(value, note=""):
        rows = {"HOU-02": {"H-1": SimpleNamespace(value=value, note=note)}}
        return [(each.requirement, each.reference) for each in contradictions(norm, stand, rows)]

    assert found("conform") == [("HOU-02", "H-1")]
    assert found("conform", "One resident moved in today.") == []
    assert [found(code) for code, kind in norm.verdicts.items() if kind.nonconforming or not kind.assessed] == [
        [] for code, kind in norm.verdicts.items() if kind.nonconforming or not kind.assessed
    ]


def test_a_norm_that_counts_nothing_asks_for_nothing():
    drawn = {unit: ["X-1"] for unit in scheme(FIRST).units}
    assert list(uncounted(scheme(FIRST), (), drawn)) == []
    assert list(uncounted(scheme(SECOND), (), drawn)) == [(HOUSE, "X-1")]
    assert list(uncounted(scheme(SECOND), {(HOUSE, "X-1")}, drawn)) == []


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        (("toilets * 8 >= rooms_residents", "toilets * 8"), "$.requirements.HOU-03.measured[0].rule", "yes or no"),
        (
            ("toilets * 8 >= rooms_residents", "beds_at_home >= 1"),
            "$.requirements.HOU-03.measured[0].rule",
            "beds_at_home",
        ),
        (
            ("toilets * 8 >= rooms_residents", "HOU_01 == 'conform'"),
            "$.requirements.HOU-03.measured[0].rule",
            "HOU_01",
        ),
        (
            ("      toilets: {type: number", "      toilets: {type: file"),
            "$.units.housing_location.counts.toilets",
            "one of",
        ),
    ],
)
def test_a_rule_about_counts_knows_the_counts_of_its_unit_alone(change, path, words):
    found = problems(edited(change, version=SECOND))
    assert any(each.json_path.startswith(path) and words in str(each) for each in found)
