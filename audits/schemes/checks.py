"""Validate a scheme: its shape by JSON Schema, its consistency by the checks below. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError

from audits.core.errors import N_
from audits.core.languages import IN_EVERY_NORM, LANGUAGES
from audits.schemes.problems import JsonPath
from audits.schemes.reading import Reading


def _schema() -> dict[str, Any]:
    """Build the JSON Schema of format 1.0; the languages of texts come from `core.languages`."""
    schema: dict[str, Any] = json.loads((Path(__file__).parent / "scheme.schema.json").read_text(encoding="utf-8"))
    schema["$defs"]["text"] |= {
        "required": list(IN_EVERY_NORM),
        "properties": {code: {"$ref": "#/$defs/words"} for code in LANGUAGES},
    }
    return schema


SCHEMA = _schema()
Complaint = tuple[JsonPath, str, dict[str, object]]

_VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# Schema keyword -> message; `%(wanted)s` is the value of the keyword.
_SENTENCES = {
    "type": N_("This must be of type %(wanted)s."),
    "enum": N_("This must be one of: %(wanted)s."),
    "const": N_("This must be %(wanted)s."),
    "pattern": N_("This is empty or does not have the right form: %(wanted)s"),
    "minProperties": N_("At least one entry is needed."),
    "minItems": N_("At least one item is needed."),
    "uniqueItems": N_("The same item stands here twice."),
    "minimum": N_("This must be at least %(wanted)s."),
    "exclusiveMinimum": N_("This must be more than %(wanted)s."),
    "exclusiveMaximum": N_("This must be less than %(wanted)s."),
}


def check(reading: Reading) -> None:
    """Add every problem to the reading; each check ignores what has the wrong shape."""
    # jsonschema reports each missing key separately, each time with all keys in the message; once is enough.
    errors = {(*e.absolute_path, e.validator, str(e.validator_value)): e for e in _VALIDATOR.iter_errors(reading.data)}
    for error in errors.values():
        _note_shape(reading, error)
    scheme = _map(reading.data)
    for path, message, params in (
        *_dates(scheme),
        *_codes(scheme),
        *_scores(scheme),
        *_kinds(scheme),
        *_chapters(scheme),
    ):
        reading.complain(path, message, **params)


def _note_shape(reading: Reading, error: ValidationError) -> None:
    path: JsonPath = tuple(error.absolute_path)
    match error.validator:
        case "required":
            for name in sorted(set(_list(error.validator_value)) - set(_map(error.instance))):
                reading.complain((*path, name), N_("%(name)s is missing."), name=name)
        case "additionalProperties":
            for name in _unexpected(error):
                reading.complain((*path, name), N_("%(name)s does not belong here."), name=name)
        case keyword:
            wanted = error.validator_value
            listed = ", ".join(map(str, wanted)) if isinstance(wanted, list) else wanted
            reading.complain(path, _SENTENCES.get(str(keyword), N_("This does not fit the schema.")), wanted=listed)


def _unexpected(error: ValidationError) -> Iterator[str]:
    schema, instance = _map(error.schema), _map(error.instance)
    allowed, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name in instance:
        if name not in allowed and not any(re.search(pattern, name) for pattern in patterns):
            yield name


def _dates(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    try:
        date.fromisoformat(str(scheme.get("valid_from", "2000-01-01")))
    except ValueError:
        yield ("valid_from",), N_("This is not a day of the calendar."), {}


def _codes(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield codes that are used but not defined."""
    for table, path, code in _uses(scheme):
        if isinstance(code, str) and code not in _map(scheme.get(table)):
            yield path, N_("%(code)s is not one of the %(table)s."), {"code": code, "table": table}


def _uses(scheme: Mapping[str, Any]) -> Iterator[tuple[str, JsonPath, Any]]:
    singles = {"chapter": "chapters", "severity": "severities", "level": "levels", "unit": "units"}
    for code, item in _maps(scheme.get("requirements")):
        here = ("requirements", code)
        for name, table in (*singles.items(), ("source_check", "source_checks")):
            yield table, (*here, name), item.get(name)
        for place, indicator in enumerate(_list(item.get("ilo_indicators"))):
            yield "ilo_indicators", (*here, "ilo_indicators", place), indicator
    for code, weight in _maps(scheme.get("severities")):
        yield "severities", ("severities", code, "escalates_to"), weight.get("escalates_to")
    for severity, place, threshold in _thresholds(scheme):
        yield "severities", ("scoring", "grades", severity, place, "grade"), threshold.get("grade")
    for place, example in enumerate(_list(_map(scheme.get("sampling")).get("expected_sizes"))):
        yield "units", ("sampling", "expected_sizes", place, "unit"), _map(example).get("unit")
    for code in _map(_map(scheme.get("scoring")).get("grades")):
        yield "severities", ("scoring", "grades", code), code


def _scores(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    scoring = _map(scheme.get("scoring"))
    limits: tuple[Any, Any] = scoring.get("fail_total"), scoring.get("conditional_from")
    if _are_numbers(*limits) and limits[1] >= limits[0]:
        message = N_("conditional_from must be lower than fail_total, which is %(fail_total)s.")
        yield ("scoring", "conditional_from"), message, {"fail_total": limits[0]}
    for code in set(_map(scheme.get("severities"))) - set(_map(scoring.get("grades"))):
        yield ("scoring", "grades", code), N_("No grade is given for findings of this severity."), {}
    for (severity, _, lower), (other, place, higher) in pairwise(_thresholds(scheme)):
        shares: tuple[Any, Any] = lower.get("above_share"), higher.get("above_share")
        if severity == other and _are_numbers(*shares) and shares[0] >= shares[1]:
            yield ("scoring", "grades", severity, place, "above_share"), N_("The thresholds must ascend."), {}


def _kinds(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    verdicts = _maps(scheme.get("verdicts"))
    for code, kind in verdicts:
        if kind.get("nonconforming") is True and kind.get("assessed") is False:
            yield ("verdicts", code), N_("A nonconforming unit is an assessed one."), {}
    for flag in ("nonconforming", "self_assessment"):
        if verdicts and not any(kind.get(flag) is True for _, kind in verdicts):
            yield ("verdicts",), N_("At least one verdict must have the flag %(flag)s."), {"flag": flag}
    units = _maps(scheme.get("units"))
    if units and sum(unit.get("is_agency") is True for _, unit in units) != 1:
        yield ("units",), N_("Exactly one unit must be the agency itself."), {}
    for code, unit in units:
        rule = _map(unit.get("sampling"))
        bounds: tuple[Any, Any] = rule.get("minimum"), rule.get("maximum")
        if _are_numbers(*bounds) and bounds[0] > bounds[1]:
            yield ("units", code, "sampling", "minimum"), N_("The minimum is higher than the maximum."), {}


def _chapters(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    items = _maps(scheme.get("requirements"))
    for code, item in items:
        if isinstance(item.get("chapter"), str) and not code.startswith(item["chapter"]):
            yield ("requirements", code, "chapter"), N_("A code begins with its chapter."), {}
    for chapter in set(_map(scheme.get("chapters"))) - {str(item.get("chapter")) for _, item in items}:
        yield ("chapters", chapter), N_("This chapter has no requirements."), {}


def _thresholds(scheme: Mapping[str, Any]) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    for severity, thresholds in _map(_map(scheme.get("scoring")).get("grades")).items():
        for place, threshold in enumerate(_list(thresholds)):
            yield severity, place, _map(threshold)


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, (int, Decimal)) for value in values)


def _maps(value: Any) -> list[tuple[str, Mapping[str, Any]]]:
    return [(key, _map(item)) for key, item in _map(value).items()]


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
