"""The list of languages: fallbacks, and completeness of every language."""

from pathlib import Path

import pytest

from audits.core import languages
from audits.core.languages import DEFAULT, IN_EVERY_NORM, LANGUAGES, SOURCE, WORKERS, in_language, say
from audits.people.models import Person
from audits.schemes.source import parse
from audits.schemes.words import Text
from tests.kit.scheme import source


def test_the_list_holds_the_languages_that_others_fall_back_to():
    assert {DEFAULT, SOURCE, *IN_EVERY_NORM} <= set(LANGUAGES)


def test_every_language_but_that_of_the_code_has_a_catalogue():
    catalogues = {path.parents[1].name for path in Path(languages.CATALOGUES).glob("*/LC_MESSAGES/messages.po")}
    assert catalogues == set(WORKERS) - {SOURCE}


@pytest.mark.parametrize(
    ("texts", "asked", "read"),
    [
        ({"nl": "ja", "en": "yes"}, "en", "yes"),
        ({"nl": "ja", "en": "yes"}, "de", "ja"),
        ({"en": "yes", "pl": "tak"}, "de", "yes"),
        ({"nl": "ja", "en": ""}, "en", "ja"),
    ],
)
def test_a_missing_text_falls_back(texts, asked, read):
    assert in_language(texts, asked) == Text(texts).in_(asked) == read


def test_a_text_of_the_code_is_said_in_every_language():
    assert [say("KvK number", language) for language in ("nl", "en", "de")] == [
        "KvK-nummer",
        "KvK number",
        "KvK number",
    ]


def test_a_shared_name_is_there_in_every_language():
    name = Text.shared("SNA")
    assert dict(name) == dict.fromkeys(LANGUAGES, "SNA")
    assert name == Text(name)
    assert len({name, Text(name)}) == 1


def test_the_database_takes_the_languages_of_the_list():
    (check,) = [each for each in Person.__table__.constraints if each.name == "ck_person_language"]
    assert str(check.sqltext) == "language IN ({})".format(", ".join(f"'{code}'" for code in LANGUAGES))


def test_a_published_norm_is_read_in_a_language_that_it_lacks():
    title = parse(source()).title
    assert title.in_("pl") == title[DEFAULT]
