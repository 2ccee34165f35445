"""Conditions and cross-checks in CEL (cel.dev): typed, bounded, and without loops inside loops.

The library compiles and judges types; an expression sees the answers of the self-assessment by their codes and nothing
else. What is not answered yet is unknown: then a question that depends on it is not shown, and no check complains.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from audits.core.errors import N_
from audits.questions.kinds import NUMERIC, CrossCheck, Kind, Question
from audits.questions.values import Value

LONGEST = 300  # characters
_LOOPS = re.compile(r"\.\s*(?:all|exists|exists_one|filter|map|existsOne|transformList|transformMap)\s*\(")
_WHERE = re.compile(r"ERROR: <input>:\d+:(\d+): (.*)")
_NAME = re.compile(r"(?<![\w.'\"])[A-Za-z_]\w*")

# What the portal knows of the agency beside its answers, by the name of its type.
FACTS: Mapping[str, str] = {
    "agency_headcount": "INT",
    "agency_housing_places": "INT",
    "agency_offers_housing": "BOOL",
    "agency_holds_certificate": "BOOL",
}


@cache
def cel() -> Any:
    """Return the library on first use: it takes 7 MB, and the public register asks no questions."""
    from cel_expr_python import cel as library  # type: ignore[import-untyped]  # noqa: PLC0415

    return library


class ConditionError(Exception):
    """An expression that cannot be used; the arguments are a sentence with placeholders, and their values."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, params)
        self.message, self.params = message, params


class Rules:
    """The expressions of one self-assessment, over questions and verdicts by their names."""

    def __init__(self, questions: Mapping[str, Question], verdicts: Mapping[str, str]) -> None:
        self.names = frozenset(FACTS) | frozenset(_variables(questions)) | frozenset(verdicts)
        self._questions, self.verdicts = questions, verdicts
        facts = {name: getattr(cel().Type, kind) for name, kind in FACTS.items()}
        said = dict.fromkeys(verdicts, cel().Type.STRING)
        self._env = cel().NewEnv(variables={**facts, **_variables(questions), **said})
        self._compiled: dict[str, Any] = {}

    def check(self, rule: str) -> None:
        """Raise ConditionError unless this is an expression that says yes or no about known names."""
        if len(rule) > LONGEST:
            raise ConditionError(N_("An expression has at most %(max)s characters."), max=LONGEST)
        if len(_LOOPS.findall(rule)) > 1:
            raise ConditionError(N_("An expression goes through one table at most once."))
        try:
            compiled = self._env.compile(rule)
        except RuntimeError as error:
            raise ConditionError(N_("This expression is wrong: %(what)s"), what=_first_line(error)) from error
        if str(compiled.return_type()) != "BOOL":
            raise ConditionError(N_("An expression must say yes or no."))
        self._compiled[rule] = compiled

    def holds(self, rule: str, facts: Mapping[str, Any]) -> bool | None:
        """Return whether it holds, or None while something in it is not answered."""
        if rule not in self._compiled:
            self.check(rule)
        found = self._compiled[rule].eval(data=dict(facts))
        return found.value() if str(found.type()) == "BOOL" else None

    def used(self, rule: str) -> frozenset[str]:
        """Return the names that an expression uses."""
        return frozenset(_NAME.findall(re.sub(r"'[^']*'|\"[^\"]*\"", "''", rule))) & self.names

    def facts(
        self, agency: Mapping[str, Any], verdicts: Mapping[str, str], values: Mapping[str, Value]
    ) -> dict[str, Any]:
        """Return what an expression may see: facts of the agency, verdicts and values by name."""
        said = {name: verdicts[code] for name, code in self.verdicts.items() if verdicts.get(code)}
        seen = dict(agency) | said
        for code, question in self._questions.items():
            if code in values:
                seen |= _seen(question, values[code])
        return seen


@dataclass(frozen=True, slots=True)
class Broken:
    """A cross-check that does not hold, beside the question that names it."""

    question: Question
    check: CrossCheck


def shown(rules: Rules, questions: Mapping[str, Question], facts: Mapping[str, Any]) -> frozenset[str]:
    """Return the codes of the questions that are asked. What a hidden question says counts for nothing."""
    seen, asked = dict(facts), set()
    for code in in_order(rules, questions):
        rule = questions[code].shown_if
        if not rule or rules.holds(rule, seen):
            asked.add(code)
        else:
            seen = {name: value for name, value in seen.items() if name != code and not name.startswith(f"{code}_")}
    return frozenset(asked)


def broken(rules: Rules, questions: Mapping[str, Question], facts: Mapping[str, Any]) -> list[Broken]:
    """Return the cross-checks of these questions that do not hold; unknown ones are left out."""
    return [
        Broken(question, check)
        for question in questions.values()
        for check in question.checks
        if rules.holds(check.rule, facts) is False
    ]


def in_order(rules: Rules, questions: Mapping[str, Question]) -> list[str]:
    """Return the codes so that each comes after those that it depends on. ValueError with the codes of a circle."""
    needs = {code: _needed(rules, question, questions) for code, question in questions.items()}
    order: list[str] = []
    while needs:
        ready = [code for code, others in needs.items() if not others - set(order)]
        if not ready:
            raise ValueError(_circle(needs, set(order)))
        order += ready
        needs = {code: others for code, others in needs.items() if code not in ready}
    return order


def _needed(rules: Rules, question: Question, questions: Mapping[str, Question]) -> frozenset[str]:
    names = rules.used(question.shown_if) if question.shown_if else frozenset()
    return frozenset(code for code in questions for name in names if name == code or name in _parts(questions[code]))


def _circle(needs: Mapping[str, frozenset[str]], known: set[str]) -> list[str]:
    path = [next(iter(needs))]
    while True:
        following = next(code for code in sorted(needs[path[-1]] - known) if code in needs)
        if following in path:
            return path[path.index(following) :]
        path.append(following)


def _variables(questions: Mapping[str, Question]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code, question in questions.items():
        found[code] = _type(question)
        found |= _parts(question)
    return found


def _parts(question: Question) -> dict[str, Any]:
    """Return the names of what is counted in a table: its rows, and the sum of each column of numbers."""
    if question.kind is not Kind.TABLE:
        return {}
    sums = {f"{question.code}_{each.code}": _type(each) for each in question.columns if each.kind in NUMERIC}
    return {f"{question.code}_rows": cel().Type.INT} | sums


def _seen(question: Question, value: Value) -> dict[str, Any]:
    code = question.code
    if question.kind is not Kind.TABLE:
        return {code: _plain(question, value)}
    rows = [{column.code: _plain(column, row[column.code]) for column in question.columns if column.code in row}
            for row in value]  # fmt: skip
    sums = {
        f"{code}_{column.code}": _number(column, sum(Decimal(row[column.code]) for row in value if column.code in row))
        for column in question.columns
        if column.kind in NUMERIC
    }
    return {code: rows, f"{code}_rows": len(rows)} | sums


def _plain(question: Question, value: Value) -> Any:
    if question.kind in NUMERIC:
        return _number(question, Decimal(value))
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if question.kind is Kind.DATE else value


def _first_line(error: RuntimeError) -> str:
    match = _WHERE.search(str(error))
    return f"{match[2]} ({match[1]})" if match else str(error).splitlines()[0].partition(": ")[2]


@cache
def _types() -> Mapping[Kind, Any]:
    kinds = cel().Type
    return {
        Kind.YES_NO: kinds.BOOL,
        Kind.TEXT: kinds.STRING,
        Kind.DATE: kinds.TIMESTAMP,
        Kind.CHOICE: kinds.STRING,
        Kind.CHOICES: kinds.List(kinds.STRING),
        Kind.TABLE: kinds.List(kinds.Map(kinds.STRING, kinds.DYN)),
        Kind.FILE: kinds.INT,
    }


def _type(question: Question) -> Any:
    """Return the type of its values: whole numbers are an int, all others a double."""
    if question.kind in NUMERIC:
        return cel().Type.DOUBLE if question.decimals else cel().Type.INT
    return _types()[question.kind]


def _number(question: Question, number: Decimal | int) -> float | int:
    return float(number) if question.decimals else int(number)
