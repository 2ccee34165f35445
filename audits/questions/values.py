"""Read, write and describe the value of a typed question: one definition for form, page, document, CSV and API. Pure.

Stored values are JSON: text, true and false, numbers as text in one spelling, days as ISO texts, codes of choices, and
for a table a list of rows by column. What is not answered is not there.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from audits.core.errors import N_, RuleError
from audits.core.languages import WORKERS, in_language, say
from audits.core.letters import check_length
from audits.questions.kinds import NUMERIC, Kind, Question
from audits.questions.numbers import read_day, read_number, unmistakable, written

Value = Any
LONGEST_TEXT = 500
MOST_ROWS = 500
YES, NO = N_("Yes"), N_("No")
_TRUE = frozenset({"yes", "ja", "true", "waar", "1", "y", "j"})
_FALSE = frozenset({"no", "nee", "false", "onwaar", "0", "n"})


def read_value(question: Question, typed: Any) -> Value | None:
    """Return the stored value of what was typed, None for nothing; RuleError for what is no answer to it.

    `typed` is text, for several choices a list of codes, and for a table text with a line for each row and a tab or
    semicolon between cells, as spreadsheets paste it.
    """
    if question.kind is Kind.CHOICES:
        return _several(question, typed)
    text = str(typed or "")
    if not text.strip() or question.kind is Kind.FILE:  # a file is evidence, and no value
        return None
    return _rows(question, text) if question.kind is Kind.TABLE else _single(question, text.strip())


def words(question: Question, value: Value | None, language: str) -> str:
    """Return the value as people read it, empty for none; a table has a line for each row."""
    if value is None:
        return ""
    write = _WORDS.get(question.kind)
    return write(question, value, language) if write else str(value)


def table_words(question: Question, value: Sequence[Mapping[str, Value]], language: str) -> list[list[str]]:
    """Return the rows of a table as people read them, cell by cell."""
    return [[words(column, row.get(column.code), language) for column in question.columns] for row in value]


def cell(question: Question, value: Value | None) -> str:
    """Return the value as text that `read_value` reads back, the same in every language."""
    if value is None:
        return ""
    if question.kind is Kind.YES_NO:
        return "yes" if value else "no"
    if question.kind is Kind.CHOICES:
        return ";".join(value)
    if question.kind is Kind.TABLE:
        rows = ([cell(column, row.get(column.code)) for column in question.columns] for row in value)
        return "\n".join(map("\t".join, rows))
    return unmistakable(value) if question.kind in NUMERIC else str(value)


def as_typed(question: Question, value: Value | None) -> str:
    """Return the text of `cell` with semicolons in a table, where none is in a cell: programs make a blank of a tab."""
    shown = cell(question, value)
    return shown if question.kind is not Kind.TABLE or ";" in shown else shown.replace("\t", "; ")


def shape(question: Question) -> dict[str, Any]:
    """Return the JSON Schema of a stored value, as the API promises it."""
    if question.kind in {Kind.CHOICE, Kind.CHOICES}:
        one = {"enum": list(question.choices)}
        several = {"type": "array", "minItems": 1, "uniqueItems": True, "items": one}
        return one if question.kind is Kind.CHOICE else several
    if question.kind is Kind.TABLE:
        columns = {column.code: shape(column) for column in question.columns}
        needed = [column.code for column in question.columns if column.required]
        row = {"type": "object", "additionalProperties": False, "properties": columns, "required": needed}
        return {"type": "array", "minItems": 1, "maxItems": MOST_ROWS, "items": row}
    return dict(_SHAPES[question.kind])


def _single(question: Question, text: str) -> Value:
    if question.kind is Kind.YES_NO:
        return _yes_or_no(text)
    if question.kind is Kind.CHOICE:
        return _code(question, text)
    if question.kind is Kind.DATE:
        return read_day(text).isoformat()
    if question.kind in NUMERIC:
        return written(_within(question, read_number(text, question.decimals)))
    check_length(text, LONGEST_TEXT)
    return " ".join(text.split())


def _yes_or_no(text: str) -> bool:
    if text.casefold() not in _TRUE | _FALSE:
        raise RuleError("Choose an answer.")
    return text.casefold() in _TRUE


def _several(question: Question, typed: Any) -> Value | None:
    found = typed.split(";") if isinstance(typed, str) else list(typed or ())
    chosen = {_code(question, str(each).strip()) for each in found if str(each).strip()}
    return [code for code in question.choices if code in chosen] or None


def _code(question: Question, text: str) -> str:
    """Return the code of a choice, by itself or by its words in any language."""
    if text in question.choices:
        return text
    for code, texts in question.choices.items():
        if text.casefold() in {each.casefold() for each in texts.values()}:
            return code
    raise RuleError("Choose an answer.")


def _rows(question: Question, text: str) -> Value | None:
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    if len(lines) > MOST_ROWS:
        raise RuleError("Use at most %(max)d rows.", max=MOST_ROWS)
    return [_row(question, line, place) for place, line in enumerate(lines, 1)] or None


def _row(question: Question, line: str, place: int) -> dict[str, Value]:
    cells = [each.strip() for each in line.split("\t" if "\t" in line else ";")]
    while len(cells) > len(question.columns) and not cells[-1]:
        cells.pop()  # as spreadsheets paste them
    if len(cells) > len(question.columns):
        raise RuleError("Row %(row)s has more than %(max)s cells.", row=place, max=len(question.columns))
    row: dict[str, Value] = {}
    for column, typed in zip(question.columns, cells + [""] * len(question.columns), strict=False):
        try:
            value = read_value(column, typed)
            if value is None and column.required:
                raise RuleError("This is missing.")
        except RuleError as wrong:
            raise TableError(place, column, wrong) from wrong
        if value is not None:
            row[column.code] = value
    return row


class TableError(RuleError):
    """A cell of a table is wrong; the page says which, in its own language."""

    def __init__(self, row: int, column: Question, wrong: RuleError) -> None:
        super().__init__("Row %(row)s: %(what)s", row=row, what=str(wrong))
        self.row, self.column, self.wrong = row, column, wrong


def _within(question: Question, number: Decimal) -> Decimal:
    low, high = question.minimum, question.maximum
    if low is not None and number < low:
        raise RuleError("This must be at least %(wanted)s.", wanted=written(low))
    if high is not None and number > high:
        raise RuleError("This must be at most %(wanted)s.", wanted=written(high))
    return number


def _number_words(question: Question, value: str, language: str) -> str:
    number = Decimal(value)
    if question.kind is Kind.MONEY:
        return f"€\u00a0{format_decimal(number, '#,##0.00', locale=language)}"
    said = str(format_decimal(number, "#,##0.######", locale=language))
    if question.kind is Kind.SHARE:
        return f"{said}%"
    return f"{said} {in_language(question.unit, language)}" if question.unit else said


def _day_words(_: Question, value: str, language: str) -> str:
    return str(format_date(date.fromisoformat(value), WORKERS[language].day, locale=language))


def _choice_words(question: Question, value: str | Sequence[str], language: str) -> str:
    codes = [value] if isinstance(value, str) else value
    return "; ".join(in_language(question.choices[code], language) for code in codes)


def _lines(question: Question, value: Sequence[Mapping[str, Value]], language: str) -> str:
    return "\n".join(" · ".join(cells) for cells in table_words(question, value, language))


_NUMBER = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
_TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
_SHAPES: Mapping[Kind, Mapping[str, Any]] = {
    Kind.YES_NO: {"type": "boolean"},
    **dict.fromkeys(NUMERIC, _NUMBER),
    Kind.DATE: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    Kind.TEXT: _TEXT,
    Kind.FILE: _TEXT,
}
_WORDS: Mapping[Kind, Callable[[Question, Any, str], str]] = {
    Kind.YES_NO: lambda _, value, language: say(YES if value else NO, language),
    **dict.fromkeys(NUMERIC, _number_words),
    Kind.DATE: _day_words,
    Kind.CHOICE: _choice_words,
    Kind.CHOICES: _choice_words,
    Kind.TABLE: _lines,
}
