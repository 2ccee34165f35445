"""What was counted at a unit, in words: for its page, and for the report. Pure but for the reading of an audit."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict

from sqlalchemy.orm import Session

from audits.core.languages import in_language
from audits.inspections.counts import Values, against, counts_of
from audits.inspections.models import Audit
from audits.questions.kinds import NUMERIC, Kind, Question
from audits.questions.numbers import written
from audits.questions.values import Value, table_words, words
from audits.schemes.text import SchemeText


class CountedTable(TypedDict):
    """A table of what was counted, such as rooms; `total` has the sum under each column of numbers."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    total: list[str]


class CountedUnit(TypedDict):
    """What was counted at one unit, and what of it is not as the norm wants it: code of the requirement, and words."""

    reference: str
    facts: list[list[str]]
    tables: list[CountedTable]
    against: list[list[str]]


def in_words(
    questions: Sequence[Question], values: Values, language: str
) -> tuple[list[list[str]], list[CountedTable]]:
    """Return what is a single value as pairs of label and words, and the tables."""
    facts, tables = [], []
    for each in questions:
        value = values.get(each.code)
        if value is None:
            continue
        if each.kind is Kind.TABLE:
            tables.append(_table(each, value, language))
        else:
            facts.append([in_language(each.label, language), words(each, value, language)])
    return facts, tables


def counted_facts(session: Session, audit: Audit, scheme: SchemeText, language: str) -> list[dict[str, Any]]:
    """Return what was counted at each unit, by kind, for the report: nothing of confidential units."""
    found: dict[str, list[CountedUnit]] = {}
    for (kind, reference), stand in counts_of(session, audit.id, scheme).items():
        if scheme.units[kind].confidential:
            continue
        for count in stand:
            facts, tables = in_words(scheme.units[kind].counts, count.values, language)
            broken = [
                [item.code, in_language(check.message, language)]
                for item in scheme.on_unit(kind)
                for check in against(scheme, item, count.values)
            ]
            unit = CountedUnit(reference=reference, facts=facts, tables=tables, against=broken)
            found.setdefault(kind, []).append(unit)
    return [{"unit": scheme.units[kind].plural.in_(language), "units": units} for kind, units in found.items()]


def _table(question: Question, value: Sequence[Mapping[str, Value]], language: str) -> CountedTable:
    return CountedTable(
        title=in_language(question.label, language),
        columns=[in_language(column.label, language) for column in question.columns],
        rows=table_words(question, value, language),
        total=[_sum(column, value, language) for column in question.columns],
    )


def _sum(column: Question, rows: Sequence[Mapping[str, Value]], language: str) -> str:
    if column.kind not in NUMERIC:
        return ""
    found = (Decimal(row[column.code]) for row in rows if column.code in row)
    return words(column, written(sum(found, Decimal())), language)
