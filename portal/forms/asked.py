"""Form fields for typed questions: one definition of a scheme gives the field, and the value of what was typed."""

# mypy: allow-subclassing-any

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from audits.core.errors import RuleError
from audits.core.languages import in_language
from audits.questions.kinds import NUMERIC, Kind, Question
from audits.questions.values import NO, YES, TableError, Value, as_typed, read_value
from portal.forms import uploads
from portal.forms.fields import (
    UNREMARKED,
    checkboxes_field,
    file_field,
    radios_field,
    text_field,
    textarea_field,
)
from portal.forms.widgets import TextareaWidget
from portal.language.i18n import current_language, sentence

PREFIX = "detail_"
_LONGEST_TABLE = 50_000


def field_for(question: Question) -> Any:
    """Build the field of a typed question; it takes half an answer too, so nothing is required here."""
    language = current_language()
    label, hint = in_language(question.label, language), _hint(question, language)
    if question.kind is Kind.FILE:
        return file_field(label, hint=hint, accept=uploads.ACCEPT, multiple=True, required=UNREMARKED)
    if question.kind is Kind.YES_NO:
        return radios_field(label, [("yes", _(YES)), ("no", _(NO))], hint=hint, inline=True, required=UNREMARKED)
    if question.kind in {Kind.CHOICE, Kind.CHOICES}:
        choices = [(code, in_language(texts, language)) for code, texts in question.choices.items()]
        build = radios_field if question.kind is Kind.CHOICE else checkboxes_field
        return build(label, choices, hint=hint, required=UNREMARKED)
    if question.kind is Kind.TABLE:
        return textarea_field(
            label,
            hint=hint,
            max_length=_LONGEST_TABLE,
            rows=6,
            required=UNREMARKED,
            widget=TextareaWidget(),
            attributes={"data-kw-rows": _grid(question, language)},
        )
    numeric = {"inputmode": "decimal"} if question.kind in NUMERIC else {}
    width = None if question.kind is Kind.TEXT else 10
    return text_field(label, hint=hint, max_length=500, width=width, attributes=numeric, required=UNREMARKED)


def typed_of(question: Question, value: Value | None) -> Any:
    """Return what the field of a question shows for a stored value."""
    if question.kind is Kind.CHOICES:
        return list(value or ())
    return as_typed(question, value)


def show(form: Any, questions: Iterable[Question], details: Mapping[str, Value]) -> None:
    """Show the stored values in the fields of typed questions."""
    for question in questions:
        if (name := f"{PREFIX}{question.code}") in form and question.kind is not Kind.FILE:
            form[name].data = typed_of(question, details.get(question.code))
            form[name].raw_data = None


def values_in(form: Any, questions: Iterable[Question]) -> dict[str, Value]:
    """Return the values of what was typed, and complain at the fields about what is no answer."""
    found: dict[str, Value] = {}
    for question in questions:
        name = f"{PREFIX}{question.code}"
        if name not in form or question.kind is Kind.FILE:
            continue
        try:
            value = read_value(question, form[name].data)
        except RuleError as wrong:
            form[name].errors = [*form[name].errors, _words(wrong)]
        else:
            found |= {} if value is None else {question.code: value}
    return found


def told_of(question: Question, language: str) -> dict[str, Any]:
    """Return what a script must know of a question to read what was typed, and to say it."""
    bounds = {"minimum": question.minimum, "maximum": question.maximum}
    return {
        "code": question.code,
        "kind": question.kind.value,
        "label": in_language(question.label, language),
        "unit": in_language(question.unit, language) if question.unit else "",
        "required": question.required,
        "decimals": question.decimals,
        "choices": _offered(question, language),
        "columns": [told_of(column, language) for column in question.columns],
    } | {name: None if bound is None else str(bound) for name, bound in bounds.items()}


def _words(wrong: RuleError) -> str:
    if isinstance(wrong, TableError):
        column = in_language(wrong.column.label, current_language())
        return str(_("Row %(row)s, %(column)s: %(what)s", row=wrong.row, column=column, what=sentence(wrong.wrong)))
    return sentence(wrong)


def _grid(question: Question, language: str) -> str:
    """Return what a script needs to show a table as a grid: its columns, and words."""
    columns = [
        {
            "label": in_language(column.label, language),
            "numeric": column.kind in NUMERIC,
            "choices": _offered(column, language),
        }
        for column in question.columns
    ]
    words = {
        "add": _("Add a row"),
        "remove": _("Remove"),
        "removed": _("The row is removed."),
        "undo": _("Put it back"),
        "row": _("row"),
    }
    return json.dumps({"columns": columns, "words": words}, ensure_ascii=False)


def _offered(question: Question, language: str) -> list[tuple[str, str]]:
    """Return what can be chosen in a cell; nothing where it is typed."""
    if question.kind is Kind.YES_NO:
        return [("yes", _(YES)), ("no", _(NO))]
    return [(code, in_language(texts, language)) for code, texts in question.choices.items()]


def _hint(question: Question, language: str) -> str:
    said = [in_language(question.hint, language)] if question.hint else []
    if question.unit:
        said.append(_("Unit: %(unit)s.", unit=in_language(question.unit, language)))
    if question.kind is Kind.SHARE:
        said.append(_("In percent."))
    if question.kind is Kind.MONEY:
        said.append(_("In euros."))
    if question.kind is Kind.DATE:
        said.append(_("For example 27-3-2027."))
    if question.kind is Kind.TABLE:
        columns = "; ".join(in_language(column.label, language) for column in question.columns)
        said.append(_("One row on each line: %(columns)s. You can paste rows from a spreadsheet.", columns=columns))
    return " ".join(said)
