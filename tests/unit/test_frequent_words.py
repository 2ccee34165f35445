"""Common words are told apart from rare ones, also by how they begin."""

import pytest

from certificates.register.search import plans
from certificates.register.search.frequent import Common, common
from certificates.register.search.typed import typed


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setattr(common, "words", ["bouw", "industrie", "werk"])


@pytest.mark.parametrize(
    ("word", "begins", "expected"),
    [
        ("industrie", False, True),
        ("indu", False, False),
        ("indu", True, True),
        ("industrieel", True, False),
        ("a", True, False),
        ("zorg", True, False),
        ("werk", True, True),
    ],
)
def test_a_word_is_common_or_begins_one(word, begins, expected):
    assert Common(["bouw", "industrie", "werk"]).has(word, begins=begins) is expected
    assert not Common().has(word, begins=begins)


def test_the_index_is_asked_for_the_rare_words_alone(known):
    part = plans.by_words(typed("Brugflex Industrie 778")).parts[0]
    assert "'brugflex':*" in part.query
    assert "'778':*" in part.query
    assert "'industrie':*" not in part.query
    assert "'industrie':*" in part.within


@pytest.mark.parametrize("text", ["Bouw Industrie", "Brugflex Zorgvuldig"])
def test_it_is_asked_for_all_words_that_are_all_common_or_all_rare(known, text):
    part = plans.by_words(typed(text)).parts[0]
    assert part.query == typed(text).query
    assert not part.within
