"""How names are compared in the register."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from certificates.register import fold

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
    assert fold.words(written) == read


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [("робота", "robota"), ("плюс", "plyus"), ("жовтень", "zhovten"), ("щит", "shchit"), ("jobs", "jobs")],
)
def test_cyrillic_is_read_in_latin_letters(cyrillic, latin):
    assert fold.latin(cyrillic) == latin


@pytest.mark.parametrize(
    ("number", "bare"),
    [("12.34 56-78", "12345678"), ("kw-2026-00001-13", "kw20260000113"), ("HRB 12345/B", "hrb12345b"), ("", "")],
)
def test_a_number_is_its_letters_and_digits(number, bare):
    assert fold.bare(number) == bare


def test_legal_forms_tell_nothing_unless_they_are_all_there_is():
    assert fold.telling(["zwaluw", "bv"]) == ["zwaluw"]
    assert fold.telling(["bv"]) == ["bv"]


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
    assert fold.osa_distance(one, other) == fold.osa_distance(other, one) == distance


def test_short_words_lose_no_letters_and_a_very_long_one_stays_small():
    assert fold.deletions("bad") == {"bad"}
    assert fold.deletions("12345678") == {"12345678"}
    assert fold.deletions("baad") == {"baad", "bad", "aad", "baa"}
    _, near = fold.searchable(["x" * 10_000], "")
    assert max(map(len, near)) == fold.LONGEST_WORD


def test_a_name_is_found_as_one_word_and_in_latin_letters_too():
    folded, near = fold.searchable(["Oost-West B.V.", "Робота Плюс"], "Den Haag")
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
    assume(fold.may_slip(word) and fold.may_slip(typed))
    assert fold.deletions(word) & fold.deletions(typed)
    assert fold.osa_distance(word, typed) <= 1


@given(st.text(LETTERS, max_size=12), st.text(LETTERS, max_size=12))
def test_the_distance_is_a_distance(one, other):
    assert fold.osa_distance(one, other) == fold.osa_distance(other, one)
    assert (fold.osa_distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= fold.osa_distance(one, other) <= max(len(one), len(other))


@given(st.text(max_size=80))
def test_any_text_can_be_folded_and_folding_again_changes_nothing(text):
    assert fold.words(" ".join(fold.words(text))) == fold.words(text)
    assert all(sign.isalnum() for word in fold.words(text) for sign in word)
