"""Typed questions: what people type is read or refused in plain words, and every form of a value says the same."""

import csv
from decimal import Decimal
from io import StringIO

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core.errors import RuleError
from audits.core.languages import SOURCE
from audits.questions.conditions import Rules
from audits.questions.kinds import Kind, question_of
from audits.questions.numbers import read_day, read_number
from audits.questions.values import TableError, cell, read_value, shape, words
from tests.kit.typed_questions import questions, values

BOTH = {"nl": "Vraag", "en": "Question"}


@pytest.mark.parametrize(
    ("typed", "decimals", "number"),
    [
        ("1200", 0, "1200"), ("1.200", 0, "1200"), ("1,200", 0, "1200"), ("1 200", 0, "1200"),
        ("1\u00a0200", 0, "1200"),
        ("1.234.567", 0, "1234567"), ("33,3", 2, "33.3"), ("33.33", 2, "33.33"), ("50%", 2, "50"),
        ("50 procent", 2, "50"),
        ("€ 1.234,50", 2, "1234.50"), ("1,234.50", 2, "1234.50"), ("1.234", 2, "1234"), ("12 euro", 2, "12"),
        ("-3", 0, "-3"), ("\u22123", 0, "-3"), ("1.234.567", 4, "1234567"), ("0,1250", 3, "0.125"),
        ("1'200", 0, "1200"), ("0.001", 3, "0.001"),
        ("12,0", 0, "12"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed, decimals, number):
    assert read_number(typed, decimals) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "decimals", "words_"),
    [
        ("1.234", 3, "This can be 1234 or 1,234"), ("1,234", 4, "This can be 1234 or 1,234"),
        ("12,5", 0, "Enter a whole number"), ("1,234", 1, None), ("33,333", 2, None),
        ("33,3333", 2, "at most 2 decimals"),
        ("twelve", 0, "Enter a whole number"), ("", 0, "Enter a whole number"), ("1,2,3", 2, "Enter a number"),
        ("1.2.3", 0, "Enter a whole number"), ("9" * 16, 0, "at most 15 digits"),
        ("-" + "9" * 400, 2, "at most 15 digits"),
        ("1 000 000 000 000 000,50", 2, "at most 15 digits"),
    ],
)  # fmt: skip
def test_numbers_that_can_be_misread_are_asked_about(typed, decimals, words_):
    if words_ is None:
        assert read_number(typed, decimals) == Decimal(typed.replace(",", ""))
        return
    with pytest.raises(RuleError) as refusal:
        read_number(typed, decimals)
    assert words_ in str(refusal.value)


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.MONEY])
def test_the_largest_number_is_stored_shown_and_compared_as_it_is(kind):
    asked = question_of("beds", {"type": kind.value, "label": BOTH})
    value = read_value(asked, "999.999.999.999.999")
    assert value == "9" * 15
    assert "999,999,999,999,999" in words(asked, value, SOURCE)
    rules = Rules({"beds": asked}, {})
    seen = rules.facts({}, {}, {"beds": value})
    assert rules.holds("beds > 999999999999998" if kind is Kind.NUMBER else "beds > 999999999999998.0", seen) is True


@pytest.mark.parametrize(
    "typed", ["27-3-2027", "27/03/2027", "27.3.2027", "27 3 2027", "27 maart 2027", "27 mrt 2027", "27 mrt. 2027",
              "27 March 2027", "27 MAR 2027", "2027-03-27"],
)  # fmt: skip
def test_days_are_read_with_their_months_in_words(typed):
    assert read_day(typed).isoformat() == "2027-03-27"


@pytest.mark.parametrize("typed", ["30-2-2027", "27 maard 2027", "27-3-27", "2027", "03/2027", "27-13-2027"])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(RuleError):
        read_day(typed)


def table(**columns):
    return question_of("places", {"type": "table", "label": BOTH, "columns": columns})


PLACES = table(
    town={"type": "text", "label": BOTH, "required": True}, beds={"type": "number", "label": BOTH, "required": True}
)


@pytest.mark.parametrize("typed", ["Ede\t4\r\nUrk\t12", "Ede; 4\nUrk; 12\n", "\nEde\t4\t\t\nUrk\t12\t\t"])
def test_rows_are_pasted_from_a_spreadsheet(typed):
    assert read_value(PLACES, typed) == [{"town": "Ede", "beds": "4"}, {"town": "Urk", "beds": "12"}]


@pytest.mark.parametrize(
    ("typed", "row", "column"),
    [("Ede\t4\nUrk\tmany", 2, "beds"), ("\t4", 1, "town"), ("Ede\t", 1, "beds"), ("Ede;-4", 1, "beds")],
)
def test_a_cell_that_is_wrong_is_named(typed, row, column):
    with pytest.raises(TableError) as refusal:
        read_value(PLACES, typed)
    assert (refusal.value.row, refusal.value.column.code) == (row, column)


def test_bounds_and_unknown_choices_are_refused():
    share = question_of("share", {"type": "share", "label": BOTH})
    for question, typed in (
        (share, "101"),
        (share, "-1"),
        (question_of("c", {"type": "choice", "label": BOTH, "choices": {"a": BOTH}}), "b"),
        (question_of("y", {"type": "yes_no", "label": BOTH}), "perhaps"),
        (PLACES, "Ede\t4\textra"),
        (PLACES, "x\t1\n" * 501),
    ):
        with pytest.raises(RuleError):
            read_value(question, typed)


@given(st.data())
def test_every_form_of_a_value_says_the_same(data):
    """Random question, random value: form, CSV and API give it back, and every reader reads the same words."""
    question = data.draw(questions())
    value = data.draw(values(question))
    out = StringIO()
    csv.writer(out).writerow([question.code, cell(question, value)])
    code, in_csv = next(csv.reader(StringIO(out.getvalue())))
    assert (code, read_value(question, in_csv)) == (question.code, value)
    jsonschema.validate(value, shape(question))
    for language in ("nl", "en"):
        said = words(question, value, language)
        assert said
        assert words(question, read_value(question, in_csv), language) == said
    assert read_value(question, "") is None
    assert words(question, None, "nl") == cell(question, None) == ""
