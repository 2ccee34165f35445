"""Parse the source of a scheme into frozen values, or report everything that is wrong with it. Pure."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from audits.schemes.checks import check
from audits.schemes.problems import SchemeError
from audits.schemes.reading import read
from audits.schemes.text import (
    Chapter,
    ExpectedSize,
    RepairMethod,
    RepairQuestion,
    Requirement,
    SampleAll,
    SampleShare,
    SampleToDetect,
    Sampling,
    SamplingRule,
    SchemeText,
    Scoring,
    Severity,
    Terms,
    Text,
    Threshold,
    Unit,
    Validity,
    VerdictKind,
)

T = TypeVar("T")
Plain = Mapping[str, Any]


def parse(text: str) -> SchemeText:
    """Parse a scheme. Raises SchemeError with every problem at once, each with its line, column and path."""
    reading = read(text)
    if not reading.problems or reading.data is not None:
        check(reading)
    if reading.problems:
        raise SchemeError(reading.problems)
    return _scheme(reading.data, hashlib.sha256(text.encode()).hexdigest())


def _scheme(plain: Plain, sha256: str) -> SchemeText:
    return SchemeText(
        id=plain["id"],
        version=plain["version"],
        valid_from=date.fromisoformat(plain["valid_from"]),
        sha256=sha256,
        title=_text(plain["title"]),
        summary=_text(plain["summary"]),
        excludes=tuple(_text(phrase) for phrase in plain["excludes"]),
        chapters=_table(plain["chapters"], lambda code, chapter: Chapter(code, _text(chapter["title"]))),
        severities=_table(plain["severities"], _severity),
        verdicts=_table(plain["verdicts"], lambda code, kind: VerdictKind(code=code, **_with_texts(kind, "name"))),
        levels=_texts(plain["levels"]),
        units=_table(plain["units"], _unit),
        sampling=_sampling(plain["sampling"]),
        scoring=_scoring(plain["scoring"]),
        validity=Validity(**plain["validity"]),
        terms=_terms(plain["terms"]),
        repair=_repair(plain["repair"]),
        activities=_texts(plain["activities"]),
        sectors=_texts(plain["sectors"]),
        ilo_indicators=_texts(plain["ilo_indicators"]),
        source_checks=_texts(plain["source_checks"]),
        requirements=tuple(_requirement(code, item) for code, item in plain["requirements"].items()),
    )


def _severity(code: str, plain: Plain) -> Severity:
    return Severity(code=code, **_with_texts(plain, "name", "effect", "closes_by"))


def _unit(code: str, plain: Plain) -> Unit:
    values = {**_with_texts(plain, "name", "plural", "population"), "sampling": _rule(plain["sampling"])}
    return Unit(code=code, **values)


def _rule(plain: Plain) -> SamplingRule:
    match plain["rule"]:
        case "detect":
            return SampleToDetect(
                defect_share=plain["defect_share"],
                confidence=plain["confidence"],
                at_least_square_root="at_least" in plain,
                cap=plain["cap"],
            )
        case "share":
            return SampleShare(share=plain["share"], minimum=plain["minimum"], maximum=plain["maximum"])
        case _:
            return SampleAll()


def _sampling(plain: Plain) -> Sampling:
    return Sampling(
        algorithm=plain["algorithm"],
        description=_text(plain["description"]),
        expected_sizes=tuple(ExpectedSize(**example) for example in plain["expected_sizes"]),
    )


def _scoring(plain: Plain) -> Scoring:
    return Scoring(
        fail_total=plain["fail_total"],
        conditional_from=plain["conditional_from"],
        grades=_table(plain["grades"], lambda _, thresholds: tuple(Threshold(**item) for item in thresholds)),
    )


def _terms(plain: Plain) -> Terms:
    return Terms(**{**plain, "renewal_reminder_days": tuple(plain["renewal_reminder_days"])})


def _repair(plain: Plain) -> RepairMethod:
    questions = plain["questions"].items()
    return RepairMethod(
        name=_text(plain["name"]),
        introduction=_text(plain["introduction"]),
        questions=tuple(RepairQuestion(code, _text(item["label"]), _text(item["hint"])) for code, item in questions),
    )


def _requirement(code: str, plain: Plain) -> Requirement:
    values = _with_texts(plain, "title", "question", "guidance")
    values["evidence"] = tuple(map(_text, plain["evidence"]))
    values["source"] = tuple(map(_text, plain["source"]))
    values["ilo_indicators"] = tuple(plain.get("ilo_indicators", ()))
    return Requirement(code=code, **values)


def _with_texts(plain: Plain, *names: str) -> dict[str, Any]:
    return {**plain, **{name: _text(plain[name]) for name in names}}


def _text(plain: Plain | str) -> Text:
    """Convert to Text; a plain string is a name that all languages share."""
    return Text.shared(plain) if isinstance(plain, str) else Text(plain)


def _texts(plain: Plain) -> Mapping[str, Text]:
    return _table(plain, lambda _, text: _text(text))


def _table(plain: Plain, make: Callable[[str, Any], T]) -> Mapping[str, T]:
    return MappingProxyType({code: make(code, item) for code, item in plain.items()})
