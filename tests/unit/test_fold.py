"""Normalisation of names for the search."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from certificates.register.search import folding

LETTERS = "abcdefghijklmnopqrstuvwxyzйцукенгшщз0123456789"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Uitzendbureau Zwaluw", ["uitzendbureau", "zwaluw"]),
        ("Łódź Œuvre Ærø Straße Đorđe Þór", ["lodz", "oeuvre", "aero", "strasse", "dorde", "thor"]),
        ("ISPARTA İstanbul ıssız", ["isparta", "istanbul", "issiz"]),
        ("Coöperatie Vrije Ruimte U.A.", ["cooperatie", "vrije", "ruimte", "ua"]),
        ("P.J. d'Hondt & Zonen B.V.", ["pj", "dhondt", "zonen", "bv"]),
        ("’t Zand-Personeel", ["t", "zand", "personeel"]),
        ("Praca Sp. z o.o.", ["praca", "sp", "z", "oo"]),
        ("Робота Плюс ООД", ["робота", "плюс", "оод"]),
        ("Їжак Ёлка Йод", ["іжак", "елка", "иод"]),
        ("Jobs4You.nl", ["jobs4you", "nl"]),
        ("_100%_", ["100"]),
        ("ＦＵＬＬ　ｗｉｄｔｈ", ["full", "width"]),
        ("", []),
        ("... !", []),
    ],
)
def test_a_name_becomes_its_words(written, read):
    assert folding.words(written) == read


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [("робота", "robota"), ("плюс", "plyus"), ("жовтень", "zhovten"), ("щит", "shchit"), ("jobs", "jobs")],
)
def test_cyrillic_is_read_in_latin_letters(cyrillic, latin):
    assert folding.latin(cyrillic) == latin


@pytest.mark.parametrize(
    ("number", "normalised"),
    [("12.34 56-78", "12345678"), ("kw-2026-00001-13", "kw20260000113"), ("HRB 12345/B", "hrb12345b"), ("", "")],
)
def test_a_number_is_its_letters_and_digits(number, normalised):
    assert folding.normalise_number(number) == normalised


def test_legal_forms_tell_nothing_unless_they_are_all_there_is():
    assert folding.telling(["zwaluw", "bv"]) == ["zwaluw"]
    assert folding.telling(["bv"]) == ["bv"]


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("zwaluw", "zwaluw", 0),
        ("zwaluw", "zwaluuw", 1),
        ("zwaluw", "zwalw", 1),
        ("zwaluw", "zwakuw", 1),
        ("zwaluw", "zwaulw", 1),
        ("zwaluw", "wzaulw", 2),
        ("ca", "abc", 3),  # optimal string alignment, not Damerau-Levenshtein
        ("", "abc", 3),
    ],
)
def test_the_distance_counts_slips(one, other, distance):
    assert folding.osa_distance(one, other) == folding.osa_distance(other, one) == distance


def test_short_words_lose_no_letters_and_a_very_long_one_stays_small():
    assert folding.deletions("bad") == {"bad"}
    assert folding.deletions("12345678") == {"12345678"}
    assert folding.deletions("baad") == {"baad", "bad", "aad", "baa"}
    _, near = folding.searchable(["x" * 10_000], "")
    assert max(map(len, near)) == folding.LONGEST_WORD


def test_a_name_is_found_as_one_word_and_in_latin_letters_too():
    folded, near = folding.searchable(["Oost-West B.V.", "Робота Плюс"], "Den Haag")
    assert folded == "|oost west bv|oostwest|робота плюс|роботаплюс|robota plyus|robotaplyus|den haag|denhaag|"
    assert {"oostwest", "robota", "обота", "bv", "denhaag"} <= set(near)


@st.composite
def slips(draw):
    word = draw(st.text(LETTERS, min_size=5, max_size=14))
    kind = draw(st.sampled_from(["insert", "delete", "replace", "swap"]))
    place = draw(st.integers(0, len(word) - 2))
    letter = draw(st.sampled_from(LETTERS))
    match kind:
        case "insert":
            return word, word[:place] + letter + word[place:]
        case "delete":
            return word, word[:place] + word[place + 1 :]
        case "replace":
            return word, word[:place] + letter + word[place + 1 :]
        case _:
            return word, word[:place] + word[place + 1] + word[place] + word[place + 2 :]


@given(slips())
def test_every_slip_in_a_word_of_five_letters_or_more_shares_a_remainder(pair):
    word, typed = pair
    assume(folding.may_slip(word) and folding.may_slip(typed))
    assert folding.deletions(word) & folding.deletions(typed)
    assert folding.osa_distance(word, typed) <= 1


@given(st.text(LETTERS, max_size=12), st.text(LETTERS, max_size=12))
def test_the_distance_is_a_distance(one, other):
    assert folding.osa_distance(one, other) == folding.osa_distance(other, one)
    assert (folding.osa_distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= folding.osa_distance(one, other) <= max(len(one), len(other))


@given(st.text(max_size=80))
def test_any_text_can_be_folded_and_folding_again_changes_nothing(text):
    assert folding.words(" ".join(folding.words(text))) == folding.words(text)
    assert all(sign.isalnum() for word in folding.words(text) for sign in word)
