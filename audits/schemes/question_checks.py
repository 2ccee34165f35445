"""Validate the typed questions of a scheme and their expressions: names, circles, and what can never be asked. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from audits.core.errors import N_
from audits.questions.conditions import FACTS, ConditionError, Rules, in_order
from audits.questions.kinds import NUMERIC, Kind, Question, question_of
from audits.schemes.problems import JsonPath
from audits.schemes.shapes import Complaint, list_in, map_in, maps_in

_MOST_TRIED = 5000  # combinations of values for one expression
_WHOLE = re.compile(r"(?<![\w.'\"])-?\d+(?![\w.'\"])")
Places = list[tuple[JsonPath, Mapping[str, Any]]]
_NEEDS = {Kind.CHOICE: "choices", Kind.CHOICES: "choices", Kind.TABLE: "columns"}


def check_questions(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield what is wrong with the questions beside the verdicts and about units, and with all expressions.

    Expressions of a self-assessment know its questions and the verdicts; those about a unit know its counts alone.
    """
    asked, counted = _places(scheme), {code: _counts(code, unit) for code, unit in maps_in(scheme, "units")}
    everywhere = [*asked, *(place for places in counted.values() for place in places)]
    yield from _codes(everywhere)
    for path, plain in everywhere:
        yield from _shape(path, plain)
    shown = [*_conditions(scheme), *_expressions(asked)]
    yield from _scope(scheme, ("requirements",), asked, shown, verdict_names(map_in(scheme, "requirements")))
    for unit, places in counted.items():
        rules = list(_measured(scheme, unit))
        if places or rules:
            yield from _scope(scheme, ("units", unit, "counts"), places, rules, {})


def _scope(
    scheme: Mapping[str, Any],
    here: JsonPath,
    places: Places,
    expressions: list[tuple[JsonPath, str]],
    verdicts: Mapping[str, str],
) -> Iterator[Complaint]:
    """Yield what is wrong with expressions that see these questions and verdicts."""
    questions = {code: each for code, each in _questions(places).items() if code not in FACTS}
    try:
        rules = Rules(questions, verdicts)
    except RuntimeError as error:
        yield here, N_("These questions cannot be used together: %(what)s"), {"what": str(error)[:200]}
        return
    faults = [(rule, complaint) for path, rule in expressions
              for complaint in _faults(path, rule, rules, questions, _answers(scheme))]  # fmt: skip
    yield from (complaint for _, complaint in faults)
    if not {each.shown_if for each in questions.values()} & {rule for rule, _ in faults}:
        yield from _circles(places, rules, questions)


def _codes(places: Places) -> Iterator[Complaint]:
    names = Counter(path[-1] for path, _ in places)
    for path, _ in places:
        if names[path[-1]] > 1:
            yield path, N_("%(code)s is the code of another question too."), {"code": path[-1]}
        if path[-1] in FACTS:
            yield path, N_("%(code)s is the name of a fact."), {"code": path[-1]}


def _faults(
    path: JsonPath, rule: str, rules: Rules, questions: Mapping[str, Question], answers: list[str]
) -> Iterator[Complaint]:
    try:
        rules.check(rule)
    except ConditionError as wrong:
        yield path, wrong.message, wrong.params
        return
    if path[-1] == "shown_if" and not _can_hold(rules, rule, questions, answers):
        yield path, N_("This never holds, so this is never asked."), {}


def verdict_names(requirements: Mapping[str, Any]) -> dict[str, str]:
    """Return the codes of requirements by their names in expressions: ABC_01 for ABC-01."""
    return {code.replace("-", "_"): code for code in requirements}


def _places(scheme: Mapping[str, Any]) -> Places:
    return [
        (("requirements", code, "details", name), plain)
        for code, item in maps_in(scheme, "requirements")
        for name, plain in maps_in(item, "details")
    ]


def _counts(unit: str, plain: Mapping[str, Any]) -> Places:
    return [(("units", unit, "counts", name), each) for name, each in maps_in(plain, "counts")]


def _measured(scheme: Mapping[str, Any], unit: str) -> Iterator[tuple[JsonPath, str]]:
    for code, item in maps_in(scheme, "requirements"):
        for place, each in enumerate(list_in(item.get("measured")) if item.get("unit") == unit else ()):
            if isinstance(map_in(each).get("rule"), str):
                yield ("requirements", code, "measured", place, "rule"), map_in(each)["rule"]


def _shape(path: JsonPath, plain: Mapping[str, Any]) -> Iterator[Complaint]:
    known = set(Kind)
    kind = plain.get("type")
    if kind in known and (needs := _NEEDS.get(Kind(str(kind)))) and needs not in plain:
        yield (*path, needs), N_("%(name)s is missing."), {"name": needs}
    for name, column in maps_in(plain, "columns"):
        if column.get("type") == "choice" and "choices" not in column:
            yield (*path, "columns", name, "choices"), N_("%(name)s is missing."), {"name": "choices"}


def _questions(places: Places) -> dict[str, Question]:
    """Return those that have a known type; the schema complains about the others."""
    known, found = set(Kind), {}
    for path, plain in places:
        columns = {name: each for name, each in maps_in(plain, "columns") if each.get("type") in known}
        if plain.get("type") in known and "label" in plain:
            whole = {**plain, "columns": {n: {"label": {}, **c} for n, c in columns.items()}, "checks": []}
            found[str(path[-1])] = question_of(str(path[-1]), {**whole, "shown_if": str(plain.get("shown_if", ""))})
    return found


def _conditions(scheme: Mapping[str, Any]) -> Iterator[tuple[JsonPath, str]]:
    for code, item in maps_in(scheme, "requirements"):
        if isinstance(item.get("shown_if"), str):
            yield ("requirements", code, "shown_if"), item["shown_if"]


def _expressions(places: Places) -> Iterator[tuple[JsonPath, str]]:
    for path, plain in places:
        if isinstance(plain.get("shown_if"), str):
            yield (*path, "shown_if"), plain["shown_if"]
        for place, each in enumerate(list_in(plain.get("checks"))):
            if isinstance(map_in(each).get("rule"), str):
                yield (*path, "checks", place, "rule"), map_in(each)["rule"]


def _circles(places: Places, rules: Rules, questions: Mapping[str, Question]) -> Iterator[Complaint]:
    try:
        in_order(rules, questions)
    except ValueError as circle:
        codes = circle.args[0]
        message = N_("These questions wait for each other: %(codes)s.")
        yield (*_path_of(places, codes[0]), "shown_if"), message, {"codes": " → ".join([*codes, codes[0]])}


def _path_of(places: Places, code: str) -> JsonPath:
    return next(path for path, _ in places if path[-1] == code)


def _answers(scheme: Mapping[str, Any]) -> list[str]:
    return [code for code, kind in maps_in(scheme, "verdicts") if kind.get("self_assessment") is True]


def _can_hold(rules: Rules, rule: str, questions: Mapping[str, Question], answers: list[str]) -> bool:
    """Return whether some answers make it hold, as far as that can be tried; otherwise it is taken to."""
    numbers = sorted({0} | {int(found) + step for found in _WHOLE.findall(rule) for step in (-1, 0, 1)})
    tried: dict[str, list[Any]] = {}
    for name in rules.used(rule):
        values = answers if name in rules.verdicts else _values(questions.get(name), name, numbers)
        if values is None:
            return True
        tried[name] = values
    found = product(*tried.values())
    return any(rules.holds(rule, dict(zip(tried, each, strict=True))) for each in islice(found, _MOST_TRIED))


def _values(question: Question | None, name: str, numbers: list[int]) -> list[Any] | None:
    """Return values to try, or None where there are too many kinds."""
    if question is None:
        return [True, False] if name.startswith(("agency_offers", "agency_holds")) else list(numbers)
    if question.kind in NUMERIC:
        return [float(each) if question.decimals else each for each in numbers]
    if question.kind is Kind.YES_NO:
        return [True, False]
    if question.kind is Kind.CHOICE:
        return list(question.choices)
    if question.kind is Kind.CHOICES:
        return [[], *([each] for each in question.choices), list(question.choices)]
    return None
