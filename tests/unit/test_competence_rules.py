"""What an audit asks of who carries it out, and what somebody lacks for it on a day."""

from datetime import date

import pytest

from audits.core.errors import RuleError
from audits.core.languages import SPOKEN, spoken_in
from audits.people.rules import CompetenceKind, Demand, Held, Lack, clean_competence, demands_of, lacking
from audits.teams.rules import TeamRole, brings

SECTOR, LANGUAGE, TRAINING = CompetenceKind
DAY = date(2027, 3, 1)
BEFORE = date(2027, 2, 28)


def known(kind, value, until=None):
    return Held(kind, value, until)


@pytest.mark.parametrize(
    ("country", "languages"),
    [
        ("PL", {"pl"}),
        ("UA", {"uk"}),
        ("MD", {"ro"}),
        ("BE", {"nl", "fr", "de"}),
        ("RS", {"sr"}),
        ("US", {"en"}),
        ("AQ", set()),
        ("?", set()),
    ],
)
def test_a_country_speaks_its_official_languages(country, languages):
    assert set(spoken_in(country)) >= languages
    assert bool(spoken_in(country)) == bool(languages)
    assert set(spoken_in(country)) <= SPOKEN


def test_countries_with_one_language_ask_for_it_once_and_any_language_of_a_country_will_do():
    demands = demands_of(["meat"], ["RO", "MD", "BE", "AQ"])
    assert [(each.kind, set(each.values)) for each in demands] == [
        (SECTOR, {"meat"}),
        (LANGUAGE, {"ro"}),
        (LANGUAGE, {"nl", "fr", "de"}),
    ]
    assert lacking(demands, [known(SECTOR, "meat"), known(LANGUAGE, "fr"), known(LANGUAGE, "ro")], DAY) == ()


@pytest.mark.parametrize(
    ("held", "ended_on"),
    [
        ([], None),
        ([known(LANGUAGE, "meat")], None),
        ([known(SECTOR, "fish")], None),
        ([known(SECTOR, "meat", BEFORE)], BEFORE),
        ([known(SECTOR, "meat", date(2026, 1, 1)), known(SECTOR, "meat", BEFORE)], BEFORE),
    ],
)
def test_a_sector_is_missing_that_does_not_count_on_the_day(held, ended_on):
    (demand,) = demands_of(["meat"], [])
    assert lacking([demand], held, DAY) == (Lack(demand, ended_on),)


@pytest.mark.parametrize("until", [None, DAY, date(2028, 1, 1)])
def test_a_competence_counts_up_to_and_including_its_last_day(until):
    assert lacking(demands_of(["meat"], []), [known(SECTOR, "meat", BEFORE), known(SECTOR, "meat", until)], DAY) == ()


def test_a_training_that_ended_is_missing_until_it_is_renewed():
    ended = known(TRAINING, "Lead auditor", BEFORE)
    assert lacking((), [ended], DAY) == (Lack(Demand(TRAINING, ("Lead auditor",)), BEFORE),)
    assert lacking((), [ended], BEFORE) == ()
    assert lacking((), [ended, known(TRAINING, "lead AUDITOR", date(2029, 1, 1))], DAY) == ()


def test_the_code_of_a_demand_never_holds_what_somebody_typed():
    codes = [Demand(SECTOR, ("meat",)).code, Demand(LANGUAGE, ("nl", "fr")).code, Demand(TRAINING, ("Jan",)).code]
    assert codes == ["sector:meat", "language:nl+fr", "training"]


@pytest.mark.parametrize(
    ("kind", "value", "right"),
    [
        (SECTOR, "meat_fish", "meat_fish"),
        (SECTOR, "meat, fish", None),
        (LANGUAGE, "uk", "uk"),
        (LANGUAGE, "xx", None),
        (TRAINING, "  Lead \n auditor ", "Lead auditor"),
        (TRAINING, " ", None),
        (TRAINING, "x" * 121, None),
    ],
)
def test_a_competence_is_a_code_or_the_name_of_a_training(kind, value, right):
    if right:
        assert clean_competence(kind, value) == right
        return
    with pytest.raises(RuleError) as refused:
        clean_competence(kind, value)
    assert refused.value.field == kind


def test_who_interprets_brings_languages_and_who_observes_nothing():
    held = [known(SECTOR, "meat"), known(LANGUAGE, "pl"), known(TRAINING, "x")]
    brought = {role: len(brings(role, held)) for role in (None, *TeamRole)}
    assert brought == {
        None: 3,
        TeamRole.MEMBER: 3,
        TeamRole.EXPERT: 3,
        TeamRole.INTERPRETER: 1,
        TeamRole.OBSERVER: 0,
    }
