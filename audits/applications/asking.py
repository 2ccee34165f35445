"""What a self-assessment asks of an agency now, by the facts that are known and what it said. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from audits.core.errors import RuleError
from audits.questions.conditions import Broken, Rules, broken, shown
from audits.questions.kinds import Question
from audits.questions.values import Value, cell, read_value, shape
from audits.schemes.question_checks import verdict_names
from audits.schemes.text import SchemeText


@dataclass(frozen=True, slots=True)
class Told:
    """What expressions may see: facts of the agency, its verdicts and its values by question."""

    agency: Mapping[str, Any]
    verdicts: Mapping[str, str]
    values: Mapping[str, Value]


def has_conditions(scheme: SchemeText) -> bool:
    """Return whether what is asked depends on other answers."""
    for item in scheme.requirements:  # noqa: SIM110  # a page asks three times, and `any` enters a generator for each
        if item.shown_if or item.details:
            return True
    return False


def asked_now(scheme: SchemeText, told: Told) -> SchemeText:
    """Return the scheme without requirements and typed questions whose condition does not hold."""
    if not has_conditions(scheme):
        return scheme
    rules, facts = _rules(scheme), _facts(scheme, told)
    codes = shown(rules, _questions(scheme), facts)
    kept = (item for item in scheme.requirements if not item.shown_if or rules.holds(item.shown_if, facts))
    asked = (replace(item, details=tuple(each for each in item.details if each.code in codes)) for item in kept)
    return replace(scheme, requirements=tuple(asked))


def complaints(scheme: SchemeText, told: Told) -> dict[str, list[Broken]]:
    """Return the cross-checks that do not hold by requirement code, among the questions that are asked."""
    asked = asked_now(scheme, told)
    questions = _questions(asked)
    if not any(question.checks for question in questions.values()):
        return {}
    values = {code: value for code, value in told.values.items() if code in questions}
    facts = _rules(scheme).facts(told.agency, told.verdicts, values)
    found: dict[str, list[Broken]] = {}
    for item in asked.requirements:
        mine = broken(_rules(scheme), {each.code: each for each in item.details}, facts)
        if mine:
            found[item.code] = mine
    return found


def lacking(details: tuple[Question, ...], said: Mapping[str, Value]) -> list[Question]:
    """Return the typed questions that must be answered and are not; `said` names those with files too."""
    return [each for each in details if each.required and each.code not in said]


def check_details(details: tuple[Question, ...], said: Mapping[str, Value]) -> None:
    """Raise RuleError unless every value is one that its question can have."""
    known = {each.code: each for each in details}
    for code, value in said.items():
        if code not in known:
            raise RuleError("There is no such question.")
        fits = _validator()(shape(known[code])).is_valid(value)
        if not fits or read_value(known[code], cell(known[code], value)) != value:
            raise RuleError("Choose an answer.", f"detail_{code}")


@cache
def _validator() -> Any:
    """Return the class on first use: it takes 4 MB, and the public register checks no answers."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    return Draft202012Validator


def _facts(scheme: SchemeText, told: Told) -> dict[str, Any]:
    return _rules(scheme).facts(told.agency, told.verdicts, told.values)


def _questions(scheme: SchemeText) -> dict[str, Question]:
    return {each.code: each for item in scheme.requirements for each in item.details}


def _rules(scheme: SchemeText) -> Rules:
    return _rules_of(_Of(scheme.sha256, scheme))


@dataclass(frozen=True, slots=True, eq=False)
class _Of:
    """A scheme by its digest, so that its expressions are compiled once per process."""

    sha256: str
    scheme: SchemeText

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Of) and other.sha256 == self.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)


@lru_cache(maxsize=16)
def _rules_of(of: _Of) -> Rules:
    return Rules(_questions(of.scheme), verdict_names({item.code: item for item in of.scheme.requirements}))
