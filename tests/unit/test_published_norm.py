"""The published scheme versions are complete, in both languages."""

import hashlib
import re
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import date

import pytest

from audits.schemes.source import parse, parse_shipped
from audits.schemes.text import Fact
from audits.schemes.words import Text
from tests.kit.scheme import FIRST, PUBLISHED, SECOND, scheme, source

EACH = pytest.mark.parametrize("version", [FIRST, SECOND])


def texts(value, path=""):
    """Yield every Text inside a value, with its path."""
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


@EACH
def test_it_has_65_requirements_in_9_chapters(version):
    assert len(scheme(version).requirements) == 65
    assert Counter(item.chapter for item in scheme(version).requirements) == {
        "GOV": 8, "REC": 7, "IDW": 6, "CON": 6, "PAY": 9, "FIN": 6, "CHN": 7, "HOU": 8, "FRE": 8,
    }  # fmt: skip


@EACH
def test_requirements_stand_in_the_order_of_the_chapters(version):
    order = [item.chapter for item in scheme(version).requirements]
    assert list(dict.fromkeys(order)) == list(scheme(version).chapters)
    assert order == sorted(order, key=list(scheme(version).chapters).index)


@EACH
def test_severities_and_units_are_spread_as_the_draft_had_it(version):
    assert Counter(item.severity for item in scheme(version).requirements) == {"critical": 26, "major": 32, "minor": 7}
    assert Counter(item.unit for item in scheme(version).requirements) == {
        "organisation": 27, "personnel_file": 23, "interview": 8, "housing_location": 4, "assignment": 3,
    }  # fmt: skip


def test_it_says_what_and_when_it_is():
    assert (scheme().id, scheme().version, scheme().valid_from) == ("fair-agency-work", "1.0", date(2026, 11, 1))


def test_its_fingerprint_is_that_of_the_bytes_in_the_file():
    assert scheme().sha256 == hashlib.sha256(PUBLISHED.read_bytes()).hexdigest()


def test_version_1_0_stays_as_it_was_published():
    assert scheme().sha256 == "19f2374c0d8120df23c8bb212df7f082c637e6c66e88298f108c85b6588be65b"
    assert scheme().edition == 1
    assert scheme().cycle is None


@EACH
def test_every_text_is_written_in_both_languages(version):
    found = list(texts(scheme(version)))
    assert len(found) > 65 * 6
    assert [path for path, text in found if not text["nl"].strip() or not text["en"].strip()] == []
    # The name of a law may be the same, and a single word of evidence such as "contract"; sentences may not.
    alike = [text["nl"] for path, text in found if text["nl"] == text["en"] and ".source[" not in path]
    assert [text for text in alike if " " in text] == []
    assert len(alike) <= 3


@pytest.mark.parametrize(
    "wrong", ["beeindigd", "kopieen", "geinformeerd", "financien", "coordinatoren", "geinterviewd"]
)
@EACH
def test_dutch_keeps_its_accents(version, wrong):
    assert wrong not in source(version).lower()


@EACH
def test_every_question_is_one(version):
    for item in scheme(version).requirements:
        assert item.question["nl"].endswith("?"), item.code
        assert item.question["en"].endswith("?"), item.code


def test_a_person_reads_dutch_unless_english_is_asked_for():
    text = Text({"nl": "ja", "en": "yes"})
    assert [text.in_(language) for language in ("nl", "en", "de")] == ["ja", "yes", "ja"]


@EACH
def test_only_the_agency_itself_is_never_drawn_from_a_list(version):
    assert scheme(version).agency_unit.code == "organisation"
    on_agency = scheme(version).on_unit(scheme(version).agency_unit.code)
    assert {item.level for item in on_agency} == {"agency"}
    assert {item.level for item in set(scheme(version).requirements) - set(on_agency)} == {"worker"}


@EACH
def test_an_agency_cannot_answer_that_it_was_not_assessed(version):
    assert [kind.code for kind in scheme(version).self_assessment_answers] == [
        "conform",
        "nonconform",
        "not_applicable",
    ]


@EACH
def test_what_fails_also_blocks_and_alone_reaches_the_limit(version):
    for severity in scheme(version).severities.values():
        assert severity.blocks_certificate or not severity.fails
        assert severity.fails == (severity.points >= scheme(version).scoring.fail_total)


@EACH
def test_the_norm_finds_its_parts(version):
    first = scheme(version).requirements[0]
    assert scheme(version).requirement(first.code) is first
    assert scheme(version).in_chapter(first.chapter)[0] is first
    with pytest.raises(KeyError):
        scheme(version).requirement("ZZZ-99")


def test_version_1_1_has_the_requirements_of_1_0_with_their_sources_and_indicators():
    kept = ("code", "chapter", "severity", "unit", "title", "source", "source_check", "ilo_indicators")
    first, second = (
        [[getattr(item, name) for name in kept] for item in scheme(v).requirements] for v in (FIRST, SECOND)
    )
    assert first == second


def test_every_question_to_an_agency_in_1_1_is_about_that_agency():
    for item in scheme(SECOND).requirements:
        assert {"u", "uw"} & set(re.findall(r"\w+", item.question_to_agency["nl"].lower())), item.code
        assert {"you", "your"} & set(re.findall(r"\w+", item.question_to_agency["en"].lower())), item.code


def test_no_question_to_an_agency_in_1_1_asks_for_a_no():
    negative = re.compile(r"\b(geen|nooit|niet|noch|never|not|no)\b", re.IGNORECASE)
    for item in scheme(SECOND).requirements:
        for text in item.question_to_agency.values():
            assert not negative.search(text.split("?")[0]), (item.code, text)


def test_housing_and_the_mark_are_only_asked_of_who_has_them():
    conditions = {item.code: {c.fact: c.holds for c in item.asked_if} for item in scheme(SECOND).requirements}
    assert {code for code, found in conditions.items() if found == {Fact.OFFERS_HOUSING: True}} == {
        f"HOU-0{number}" for number in range(1, 8)
    }
    assert {code for code, found in conditions.items() if found == {Fact.HOLDS_CERTIFICATE: True}} == {"GOV-08"}


@EACH
def test_what_is_shipped_is_read_as_by_the_checks(version):
    assert parse_shipped(source(version)) == parse(source(version))
