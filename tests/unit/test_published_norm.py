"""The first published scheme version is complete, in both languages."""

import hashlib
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import date

import pytest

from audits.schemes.words import Text
from tests.kit.scheme import PUBLISHED, scheme, source


def texts(value, path=""):
    """Every Text inside a value, with its path."""
    if isinstance(value, Text):
        yield path, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{path}.{field.name}")
    elif hasattr(value, "items"):
        for key, item in value.items():
            yield from texts(item, f"{path}.{key}")
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from texts(item, f"{path}[{getattr(item, 'code', place)}]")


def test_it_has_65_requirements_in_9_chapters():
    assert len(scheme().requirements) == 65
    assert Counter(item.chapter for item in scheme().requirements) == {
        "GOV": 8, "REC": 7, "IDW": 6, "CON": 6, "PAY": 9, "FIN": 6, "CHN": 7, "HOU": 8, "FRE": 8,
    }  # fmt: skip


def test_requirements_stand_in_the_order_of_the_chapters():
    order = [item.chapter for item in scheme().requirements]
    assert list(dict.fromkeys(order)) == list(scheme().chapters)
    assert order == sorted(order, key=list(scheme().chapters).index)


def test_severities_and_units_are_spread_as_the_draft_had_it():
    assert Counter(item.severity for item in scheme().requirements) == {"critical": 26, "major": 32, "minor": 7}
    assert Counter(item.unit for item in scheme().requirements) == {
        "organisation": 27, "personnel_file": 23, "interview": 8, "housing_location": 4, "assignment": 3,
    }  # fmt: skip


def test_it_says_what_and_when_it_is():
    assert (scheme().id, scheme().version, scheme().valid_from) == ("fair-agency-work", "1.0", date(2026, 11, 1))


def test_its_fingerprint_is_that_of_the_bytes_in_the_file():
    assert scheme().sha256 == hashlib.sha256(PUBLISHED.read_bytes()).hexdigest()


def test_every_text_is_written_in_both_languages():
    found = list(texts(scheme()))
    assert len(found) > 65 * 6
    assert [path for path, text in found if not text["nl"].strip() or not text["en"].strip()] == []
    # The name of a law may be the same, and a single word of evidence such as "contract"; sentences may not.
    alike = [text["nl"] for path, text in found if text["nl"] == text["en"] and ".source[" not in path]
    assert [text for text in alike if " " in text] == []
    assert len(alike) <= 3


@pytest.mark.parametrize(
    "wrong", ["beeindigd", "kopieen", "geinformeerd", "financien", "coordinatoren", "geinterviewd"]
)
def test_dutch_keeps_its_accents(wrong):
    assert wrong not in source().lower()


def test_every_question_is_one():
    for item in scheme().requirements:
        assert item.question["nl"].endswith("?"), item.code
        assert item.question["en"].endswith("?"), item.code


def test_a_person_reads_dutch_unless_english_is_asked_for():
    text = Text({"nl": "ja", "en": "yes"})
    assert [text.in_(language) for language in ("nl", "en", "de")] == ["ja", "yes", "ja"]


def test_only_the_agency_itself_is_never_drawn_from_a_list():
    assert scheme().agency_unit.code == "organisation"
    on_agency = scheme().on_unit(scheme().agency_unit.code)
    assert {item.level for item in on_agency} == {"agency"}
    assert {item.level for item in set(scheme().requirements) - set(on_agency)} == {"worker"}


def test_an_agency_cannot_answer_that_it_was_not_assessed():
    assert [kind.code for kind in scheme().self_assessment_answers] == ["conform", "nonconform", "not_applicable"]


def test_what_fails_also_blocks_and_alone_reaches_the_limit():
    for severity in scheme().severities.values():
        assert severity.blocks_certificate or not severity.fails
        assert severity.fails == (severity.points >= scheme().scoring.fail_total)


def test_the_norm_finds_its_parts():
    first = scheme().requirements[0]
    assert scheme().requirement(first.code) is first
    assert scheme().in_chapter(first.chapter)[0] is first
    with pytest.raises(KeyError):
        scheme().requirement("ZZZ-99")
