"""Normalisation of names for the search."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from certificates.register.search import folding, names
from certificates.register.search.romanising import romanised
from certificates.register.search.typed import numbers_in, typed

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
    ("written", "latin"),
    [
        ("Жълъд Щастие Йордан", "zhalad shtastie yordan"),  # Bulgarian
        ("Мария България", "maria bulgaria"),
        ("Юлія Єгор Їжак Йосип", "yuliia yehor yizhak yosyp"),  # Ukrainian
        ("Згурський Гай Ґанок", "zghurskyi hai ganok"),
        ("Щукин Юрий Объект", "shchukin yuriy obekt"),  # Russian
        ("Щукин Юрий Объект", "shchukin iurii obieekt"),
        ("Ђорђе Њујорк", "djordje njujork"),  # Serbian
        ("Ђорђе Њујорк", "dorde njujork"),
        ("Ќирил Ѓорѓи", "kjiril gjorgji"),  # Macedonian
        ("Ευρώπη Αθήνα", "evropi athina"),  # Greek
        ("Μπάμπης Χανιά ουρανός", "bampis chania ouranos"),
        ("αϋπνία άγγελος", "aypnia angelos"),
    ],
)
def test_a_name_is_spelled_as_its_language_does(written, latin):
    assert latin in romanised(written)


def test_latin_names_are_spelled_once():
    assert romanised("Łódź Çelik") == ()


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
def test_one_slip_is_told_from_none_and_from_two(one, other, distance):
    assert osa_distance(one, other) == osa_distance(other, one) == distance
    assert folding.is_slip(one, other) is folding.is_slip(other, one) is (distance == 1)


def test_short_words_lose_no_letters_and_a_very_long_one_stays_small():
    assert folding.deletions("bad") == {"bad"}
    assert folding.deletions("12345678") == {"12345678"}
    assert folding.deletions("baad") == {"baad", "bad", "aad", "baa"}
    found = names.searchable(["x" * 10_000])
    assert max(map(len, found.words)) == folding.LONGEST_WORD + 1  # and the sign of a whole name


def test_a_name_is_found_as_one_word_and_in_latin_letters_too():
    found = names.searchable(["Oost-West B.V.", "Робота Плюс"], ["Vroeger B.V."], "Den Haag")
    forms = found.folded.split("|")
    assert {"oost west bv", "oost west", "oostwest", "робота плюс", "robota plyus", "~vroeger", "@den haag"} <= set(
        forms
    )
    assert {"oostwest", "=oostwest", "robota", "bv", "denhaag", "vroeger"} <= set(found.words)
    assert not {"=vroeger", "=denhaag"} & set(found.words)  # no name of it today
    assert {"vroeger", "oostwest", "haag"} <= set(names.slipping(found.folded))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("24Uur Flex", "uur"), ("Jobs 4 You Groep", "jobs4you"), ("A B C Flex", "abc"), ("Müller", "mueller"),
        ("Van Dijk", "dyk"), ("Jansen & Zn.", "zonen"), ("Jansen + Zonen", "jansenenzonen"), ("P.J. d'Hondt", "hondt"),
        ("Ærø", "aero"), ("Åland", "aaland"),
    ],
)  # fmt: skip
def test_a_name_has_the_words_that_people_type_for_it(name, word):
    assert word in names.searchable([name]).words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234567", "01234567"), ("KvK: 12 34 56 78", "12345678"), ("12345678 0001", "12345678"),
        ("PL5260250274", "5260250274"),
        ("HRB 4711 Köln", "kolnhrb4711"), ("12892312-2-42", "12892312"), ("552 100 554 00013", "552100554"),
        ("kvk 71000001 vestiging 000012345678", "71000001"),
        ("https://x.example/register/nl-12345678?lang=en", "nl12345678"),
    ],
)  # fmt: skip
def test_a_number_is_read_in_every_writing(text, number):
    assert number in numbers_in(text)


def test_few_digits_are_no_number():
    assert numbers_in("jobs 4 you 24") == []
    assert typed("!!!") is None


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("www.vlietland-flex.nl", ("vlietland", "flex")), ("https://zwaluw.co.uk/over?x=1", ("zwaluw",)),
        ("info@zwaluw.nl", ("zwaluw",)), ("b.v.", ("bv",)), ("sp. z o.o.", ("sp", "z", "oo")),
    ],
)  # fmt: skip
def test_the_address_of_a_website_is_the_name_in_it(address, words):
    assert typed(address).words == words


def osa_distance(one, other):
    """Optimal string alignment: what one slip means, slowly."""
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, sign in enumerate(other, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == sign:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]


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
    assert word == typed or folding.is_slip(word, typed)


@given(st.text("ab", max_size=6), st.text("abc", max_size=6))
def test_a_slip_is_a_distance_of_one(one, other):
    assert folding.is_slip(one, other) == (osa_distance(one, other) == 1)


@given(st.text(max_size=80))
def test_any_text_can_be_folded_and_folding_again_changes_nothing(text):
    assert folding.words(" ".join(folding.words(text))) == folding.words(text)
    assert all(sign.isalnum() for word in folding.words(text) for sign in word)
