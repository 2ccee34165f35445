"""Validation of the references of a population."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core.errors import RuleError
from audits.inspections.pseudonyms import MAX_LENGTH, MAX_POPULATION, checked_references, holds_citizen_number


def refusal(lines):
    with pytest.raises(RuleError) as refused:
        checked_references(lines)
    assert refused.value.field == "references"
    return str(refused.value)


def test_references_are_trimmed_normalised_and_kept_once():
    assert checked_references([" F-001 ", "F-002", "F-001", "Cafe\u0301", "Café"]) == ["F-001", "F-002", "Café"]


def test_no_units_at_all_is_a_list():
    assert checked_references([]) == []


@pytest.mark.parametrize(
    "number", ["123456782", "1234.56.782", "123-456-782", "BSN 123 456 782", "x123456782y", "12345672"]
)
def test_a_citizen_number_is_refused_however_it_is_written(number):
    assert "citizen number: 2." in refusal(["F-001", number])


@pytest.mark.parametrize(
    "reference", ["123456789", "F-123456781", "2026-000123", "1234567820000", "12-34", "F-014", "F-12345672"]
)
def test_a_number_that_fails_the_eleven_test_is_a_reference(reference):
    assert checked_references([reference]) == [reference]


@given(st.integers(100_000_000, 999_999_999))
def test_the_eleven_test_is_the_weighted_sum_of_the_digits(number):
    digits = [int(digit) for digit in f"{number:09d}"]
    total = sum(weight * digit for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True))
    assert holds_citizen_number(f"dossier {number}") == (total % 11 == 0)


def test_an_address_of_a_person_is_refused_with_its_line():
    assert "e-mail address: 2, 3." in refusal(["F-001", "jan@example.nl", "Ana <ana@example.nl>"])


def test_empty_and_long_lines_are_refused_with_their_numbers():
    assert "empty: 2, 4." in refusal(["F-001", "", "F-002", "   "])
    assert "too long: 1." in refusal(["F" * (MAX_LENGTH + 1)])
    assert checked_references(["F" * MAX_LENGTH])


@pytest.mark.parametrize("character", ["\u0000", "\u202e", "\u200b", "\u2028"])
def test_characters_that_deceive_the_eye_are_refused(character):
    assert "cannot be read: 1." in refusal([f"F{character}1"])


def test_characters_that_the_report_cannot_print_are_refused():
    assert "cannot print: 2." in refusal(["F-001", "資料-002"])


def test_many_wrong_lines_are_not_all_listed():
    assert "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …" in refusal([""] * 11)


def test_a_population_has_a_limit():
    assert len(checked_references([f"F-{number}" for number in range(MAX_POPULATION)])) == MAX_POPULATION
    assert str(MAX_POPULATION) in refusal(["F"] * (MAX_POPULATION + 1))
