"""Personal numbers in text: what is found, and what is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.applications.personal import MESSAGES, Personal, personal_in

NUMBER, OTHER = "111222333", "123456782"  # both pass the eleven-test
PASSPORT = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"  # the example of ICAO 9303
CARD = "7408122F1204159UTO<<<<<<<<<<<6"


@pytest.mark.parametrize(
    "text",
    [
        f"BSN: {NUMBER}",
        "burgerservicenummer van Jan 111.222.333",
        f"Sofinummer {NUMBER}",
        f"Naam\tBSN\nJan\t{NUMBER}",
        "Naam\tBSN\nJan\t10000008",  # a spreadsheet ate the zero: 010000008
        "111222333\n123456782\n100000009\n100000010\n100000022\n100000034\n100000046\n100000058",
    ],
)
def test_citizen_numbers_are_found_where_a_word_or_their_number_says_so(text):
    assert personal_in(text) == [Personal.CITIZEN_NUMBER]


@pytest.mark.parametrize(
    "text",
    [
        f"Factuur {NUMBER}",
        "BSN: 123456789",
        f"Wij bewaren geen BSN.\nFactuur {NUMBER}",
        f"BTW NL{NUMBER}B01, bsn onbekend",
        f"Naam\tBSN\tFactuur\nJan\tverwijderd\t{NUMBER}",
    ],
)
def test_other_numbers_of_nine_digits_are_left_alone(text):
    assert personal_in(text) == []


def test_accounts_of_workers_are_found_and_those_of_the_agency_are_not():
    row = "Werknemer Jan\tNL91 ABNA 0417 1643 00"
    assert personal_in(row) == [Personal.BANK_ACCOUNT]
    assert personal_in(row, own=["NL91ABNA0417164300"]) == []
    assert personal_in("Huur\tNL91ABNA0417164300") == []
    assert personal_in("Werknemer Jan\tNL91ABNA0417164301") == []


def test_lines_of_passports_are_found_by_their_check_digits():
    assert personal_in(f"x\n{PASSPORT}\ny") == [Personal.PASSPORT]
    assert personal_in(CARD) == [Personal.PASSPORT]
    assert personal_in(PASSPORT.replace("7408122", "7408123")) == []


@given(st.text(max_size=400))
def test_any_text_is_read(text):
    assert set(personal_in(text)) <= set(MESSAGES)
