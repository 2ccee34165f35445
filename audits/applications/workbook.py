"""The self-assessment as rows of a table, and what somebody changed in it outside. Pure.

Nothing in a table that comes back is trusted: rows are matched by their code, locked words are compared with ours, and
every answer is read again as if it were typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from audits.applications.rules import check_answer
from audits.core.errors import N_, RuleError
from audits.core.languages import in_language
from audits.core.typed import tidy
from audits.questions.kinds import Kind, Question
from audits.questions.values import as_typed, read_value
from audits.schemes.text import Requirement, SchemeText

NEVER, ROWS_TWICE = N_("This code is not in your self-assessment."), N_("This code stands here twice.")
OTHER_WORDS = N_("The question in this row is not the one of this code. Do not change codes or questions.")
NEWER = N_("A colleague changed this answer after the workbook was made.")
NO_ANSWER = N_("There is no such answer here. Choose one from the list.")
_FAULTS = {
    "formula": N_("Cell %(cell)s holds a formula. Type the value itself."),
    "error": N_("Cell %(cell)s holds an error."),
}


class Said(Protocol):
    """A stored answer."""

    value: Any
    explanation: Any
    details: Any
    version: Any


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a requirement, or a typed question of it under `ABC-01.beds`."""

    code: str
    question: str
    answer: str
    explanation: str = ""
    version: int = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A row as it came back, with its number in the sheet, and the cells that hold no plain value."""

    number: int
    code: str
    question: str
    answer: str
    explanation: str
    version: str
    faults: tuple[tuple[str, str], ...] = ()  # cell and kind: formula or error


@dataclass(slots=True)
class Change:
    """What changes on a requirement: the whole answer as it will stand, and the rows that said so."""

    code: str
    value: str
    explanation: str
    details: dict[str, Any]
    version: int
    lines: list[tuple[str, str, str]] = field(default_factory=list)  # question, before, after


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken, with its number and the reason."""

    number: int
    code: str
    reason: RuleError


def rows_of(scheme: SchemeText, answers: Mapping[str, Said], language: str) -> list[Row]:
    """Return a row for each requirement and each typed question that is asked."""
    rows: list[Row] = []
    kinds = {kind.code: kind.name.in_(language) for kind in scheme.self_assessment_answers}
    for item in scheme.requirements:
        said = answers.get(item.code)
        value = kinds.get(said.value, "") if said else ""
        explanation, version = (said.explanation, said.version) if said else ("", 0)
        question = item.question.in_(language)
        rows.append(Row(item.code, question, value, explanation, version, tuple(kinds.values())))
        details = said.details if said else {}
        rows += [_detail_row(item, each, details.get(each.code), version, language) for each in _asked(item)]
    return rows


def changes_of(
    scheme: SchemeText, answers: Mapping[str, Said], read: Sequence[Read], language: str
) -> tuple[list[Change], list[Refused]]:
    """Return what the rows would change, and the rows that cannot be taken. Rows may be sorted, or missing."""
    exported = {row.code: row for row in rows_of(scheme, answers, language)}
    changes: dict[str, Change] = {}
    refused: list[Refused] = []
    seen: set[str] = set()
    for row in read:
        try:
            if row.code in seen:
                raise RuleError(ROWS_TWICE)
            seen.add(row.code)
            _take(scheme, answers, exported, row, changes)
        except RuleError as reason:
            refused.append(Refused(row.number, row.code, reason))
    bad = {each.code.partition(".")[0] for each in refused}
    return [change for code, change in changes.items() if code not in bad and change.lines], refused


def same(one: str, other: str) -> bool:
    """Compare two cells as spreadsheets keep them: line ends, tabs and runs of spaces are alike."""
    return " ".join(one.split()) == " ".join(other.split())


def _take(
    scheme: SchemeText, answers: Mapping[str, Said], exported: Mapping[str, Row], row: Read, changes: dict[str, Change]
) -> None:
    """Add to `changes` what this row says otherwise; RuleError if it cannot be taken."""
    ours = exported.get(row.code)
    if ours is None:
        raise RuleError(NEVER)
    if not same(row.question, ours.question):
        raise RuleError(OTHER_WORDS)
    for place, kind in row.faults:
        raise RuleError(_FAULTS[kind], cell=place)
    code, _, detail = row.code.partition(".")
    if same(row.answer, ours.answer) and (detail or same(row.explanation, ours.explanation)):
        return
    if row.version != str(ours.version):
        raise RuleError(NEWER)
    change = changes.setdefault(code, _unchanged(code, answers.get(code)))
    if detail:
        question = next(each for each in scheme.requirement(code).details if each.code == detail)
        _take_detail(change, question, row, ours)
    else:
        _take_answer(scheme, change, row, ours)


def _take_answer(scheme: SchemeText, change: Change, row: Read, ours: Row) -> None:
    if not same(row.answer, ours.answer):
        change.value = _code_of(scheme, row.answer)
        change.lines.append((ours.code, ours.answer, row.answer.strip()))
    if not same(row.explanation, ours.explanation):
        explanation = tidy(row.explanation.replace("\t", " "))
        check_answer(scheme, "", explanation)
        change.explanation = explanation
        change.lines.append((ours.code, ours.explanation, explanation))


def _take_detail(change: Change, question: Question, row: Read, ours: Row) -> None:
    value = read_value(question, row.answer)
    if value is None:
        change.details.pop(question.code, None)
    else:
        change.details[question.code] = value
    change.lines.append((ours.code, ours.answer, row.answer.strip()))


def _code_of(scheme: SchemeText, words: str) -> str:
    """Return the code of an answer by its words in any language; nothing typed takes the answer away."""
    if not words.strip():
        return ""
    for kind in scheme.self_assessment_answers:
        if words.strip().casefold() in {kind.code, *(each.casefold() for each in kind.name.values())}:
            return kind.code
    raise RuleError(NO_ANSWER)


def _unchanged(code: str, said: Said | None) -> Change:
    if said is None:
        return Change(code, "", "", {}, 0)
    return Change(code, said.value, said.explanation, dict(said.details), said.version)


def _asked(item: Requirement) -> list[Question]:
    return [each for each in item.details if each.kind is not Kind.FILE]


def _detail_row(item: Requirement, question: Question, value: Any, version: int, language: str) -> Row:
    choices = [in_language(texts, language) for texts in question.choices.values()]
    shown = as_typed(question, value)
    if question.kind is Kind.YES_NO:
        choices = ["yes", "no"]
    if question.kind is Kind.CHOICE and value is not None:
        shown = in_language(question.choices[value], language)
    listed = tuple(choices) if question.kind in {Kind.YES_NO, Kind.CHOICE} else ()
    return Row(f"{item.code}.{question.code}", in_language(question.label, language), shown, "", version, listed)
