"""Parse the source of a scheme into frozen values, or report everything that is wrong with it. Pure."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from audits.questions.kinds import check_of, question_of
from audits.schemes.checks import check
from audits.schemes.cycle_source import cycle_of
from audits.schemes.problems import SchemeError
from audits.schemes.reading import Reading, read
from audits.schemes.strata import Stratum
from audits.schemes.text import (
    Acceptance,
    Chapter,
    Condition,
    ExpectedSize,
    Fact,
    Judgement,
    MinimumAssessed,
    RepairMethod,
    RepairQuestion,
    RepairStep,
    Requirement,
    SampleAll,
    SampleShare,
    SampleToDetect,
    Sampling,
    SamplingRule,
    SchemeText,
    Scoring,
    Severity,
    Shortfall,
    Strata,
    Terms,
    Threshold,
    Unit,
    Validity,
    VerdictKind,
)
from audits.schemes.words import table_of, text_of, texts_of

Plain = Mapping[str, Any]

_DECIMAL = "$decimal"  # no key of a scheme begins like this

# What the portal adds to files of edition 1, which stay as they were published. See docs/decisions/0017.
_EDITION_1: Plain = json.loads((Path(__file__).parent / "edition-1.json").read_text(encoding="utf-8"))


def parse(text: str) -> SchemeText:
    """Parse a scheme. Raises SchemeError with every problem at once, each with its line, column and path."""
    return scheme_from(text, values_of(text))


def parse_shipped(text: str) -> SchemeText:
    """Parse a scheme that comes with this release, which its tests have checked.

    The checks import CEL and JSON Schema, 12 MB that a web process would keep.
    """
    return scheme_from(text, _values(read(text)))


def values_of(text: str) -> str:
    """Return the values of a valid scheme as JSON. Raises SchemeError as `parse` does.

    Whoever has them needs no YAML parser: the portal gets them from the confined reader, and keeps them.
    """
    reading = read(text)
    if not reading.problems or reading.data is not None:
        check(reading)
    return _values(reading)


def _values(reading: Reading) -> str:
    if reading.problems:
        raise SchemeError(reading.problems)
    return json.dumps(reading.data, default=_exact, ensure_ascii=False)


@lru_cache(maxsize=4)
def scheme_from(text: str, values: str) -> SchemeText:
    """Build a scheme from its source and from what `values_of` returned for it.

    Remembered: whoever compares, proposes and publishes a text asks for the same frozen values each time.
    """
    plain = json.loads(values, object_hook=_number)
    return _scheme(plain, hashlib.sha256(text.encode()).hexdigest())


def _exact(value: Decimal) -> dict[str, str]:
    return {_DECIMAL: str(value)}


def _number(found: dict[str, Any]) -> Any:
    return Decimal(found[_DECIMAL]) if found.keys() == {_DECIMAL} else found


def _scheme(plain: Plain, sha256: str) -> SchemeText:
    return SchemeText(
        id=plain["id"],
        version=plain["version"],
        valid_from=date.fromisoformat(plain["valid_from"]),
        sha256=sha256,
        title=text_of(plain["title"]),
        summary=text_of(plain["summary"]),
        excludes=tuple(text_of(phrase) for phrase in plain["excludes"]),
        chapters=table_of(plain["chapters"], _chapter),
        severities=table_of(plain["severities"], _severity),
        verdicts=table_of(plain["verdicts"], lambda code, kind: VerdictKind(code=code, **_with_texts(kind, "name"))),
        levels=texts_of(plain["levels"]),
        units=table_of(plain["units"], _unit if "edition" in plain else _first_unit),
        sampling=_sampling(plain["sampling"]),
        scoring=_scoring(plain["scoring"]),
        validity=Validity(**plain["validity"]),
        terms=_terms(plain["terms"]),
        repair=_repair(plain["repair"] if "repair" in plain else plain["corrective_action"]),
        activities=texts_of(plain["activities"]),
        sectors=texts_of(plain["sectors"]),
        ilo_indicators=texts_of(plain["ilo_indicators"]),
        source_checks=texts_of(plain["source_checks"]),
        requirements=tuple(_requirement(code, item, plain["scoring"]) for code, item in plain["requirements"].items()),
        edition=plain.get("edition", 1),
        cycle=cycle_of(plain) if "edition" in plain else None,
    )


def _chapter(code: str, plain: Plain) -> Chapter:
    return Chapter(code, text_of(plain["title"]), texts_of(plain.get("checklist", {})))


def _severity(code: str, plain: Plain) -> Severity:
    return Severity(code=code, **_with_texts(plain, "name", "effect", "closes_by"))


def _unit(code: str, plain: Plain) -> Unit:
    values = {**_with_texts(plain, "name", "plural", "population"), "sampling": _rule(plain["sampling"])}
    values["list_sources"] = tuple(plain.get("list_sources", ()))
    if strata := plain.get("strata"):
        values["strata"] = Strata(Stratum(strata["by"]), strata["least"])
    values["counts"] = tuple(question_of(name, item) for name, item in plain.get("counts", {}).items())
    return Unit(code=code, **values)


def _first_unit(code: str, plain: Plain) -> Unit:
    """Convert a unit of edition 1, which says nothing about confidentiality: that is then a rule of the product."""
    return _unit(code, {**plain, **_EDITION_1["units"].get(code, {})})


def _rule(plain: Plain) -> SamplingRule:
    match plain["rule"]:
        case "detect":
            return SampleToDetect(
                defect_share=plain["defect_share"],
                confidence=plain["confidence"],
                at_least_square_root="at_least" in plain,
                cap=plain["cap"],
                never_fewer=plain.get("never_fewer", False),
            )
        case "share":
            return SampleShare(share=plain["share"], minimum=plain["minimum"], maximum=plain["maximum"])
        case _:
            return SampleAll()


def _sampling(plain: Plain) -> Sampling:
    return Sampling(
        algorithm=plain["algorithm"],
        description=text_of(plain["description"]),
        expected_sizes=tuple(ExpectedSize(**example) for example in plain["expected_sizes"]),
    )


def _scoring(plain: Plain) -> Scoring:
    return Scoring(
        fail_total=plain["fail_total"],
        conditional_from=plain["conditional_from"],
        grades=table_of(plain.get("grades", {}), lambda _, found: tuple(Threshold(**item) for item in found)),
        repeats_within_months=plain.get("repeats_within_months"),
    )


def _terms(plain: Plain) -> Terms:
    return Terms(**{**plain, "renewal_reminder_days": tuple(plain["renewal_reminder_days"])})


def _repair(plain: Plain) -> RepairMethod:
    return RepairMethod(
        name=text_of(plain["name"]),
        introduction=text_of(plain["introduction"]),
        questions=tuple(_repair_question(code, item) for code, item in plain["questions"].items()),
    )


def _repair_question(code: str, plain: Plain) -> RepairQuestion:
    step = RepairStep(plain["step"]) if "step" in plain else None
    return RepairQuestion(code, text_of(plain["label"]), text_of(plain["hint"]), step)


def _requirement(code: str, plain: Plain, scoring: Plain) -> Requirement:
    values = _with_texts(plain, "title", "question", "guidance")
    for name in ("evidence", "source", "points"):
        values[name] = tuple(map(text_of, plain.get(name, ())))
    values["ilo_indicators"] = tuple(plain.get("ilo_indicators", ()))
    values["agency_question"] = text_of(plain["agency_question"]) if "agency_question" in plain else None
    values["asked_if"] = tuple(Condition(Fact(fact), holds) for fact, holds in plain.get("asked_if", {}).items())
    values["details"] = tuple(question_of(name, item) for name, item in plain.get("details", {}).items())
    values["measured"] = tuple(map(check_of, plain.get("measured", ())))
    least = values.pop("minimum_assessed", None)
    if "judgement" in scoring:
        values["judgement"] = _judgement(plain.get("judgement", scoring["judgement"][plain["severity"]]))
        values["assessed"] = _assessed(scoring["assessed"][plain["severity"]], least)
    return Requirement(code=code, **values)


def _judgement(plain: Plain) -> Judgement:
    accept = tuple(Acceptance(**step) for step in plain["accept"])
    return Judgement(accept, plain["incidental"], plain["systemic"])


def _assessed(plain: Plain, least: Decimal | int | None) -> MinimumAssessed:
    return MinimumAssessed(Decimal(plain["minimum"] if least is None else least), Shortfall(plain["below"]))


def _with_texts(plain: Plain, *names: str) -> dict[str, Any]:
    return {**plain, **{name: text_of(plain[name]) for name in names}}
