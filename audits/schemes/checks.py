"""Validate a scheme: its shape by JSON Schema, its consistency by the checks below. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, reduce
from itertools import pairwise
from operator import getitem
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audits.core.errors import N_
from audits.core.languages import IN_EVERY_NORM, WORKERS
from audits.schemes.cycle_checks import check_cycle
from audits.schemes.problems import JsonPath
from audits.schemes.question_checks import check_questions
from audits.schemes.reading import Reading
from audits.schemes.shapes import Complaint, are_numbers, list_in, map_in, maps_in

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_NEWEST = 2  # edition of the file; those of edition 1 do not name it
_FILES = {1: "scheme.schema.json", _NEWEST: "scheme-2.schema.json"}


@cache
def validators() -> "dict[int, Draft202012Validator]":
    """Build a validator per edition of the file, on first use. The languages of texts come from `core.languages`."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    schemas: dict[int, dict[str, Any]] = {
        edition: json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
        for edition, name in _FILES.items()
    }
    schemas[1]["$defs"]["text"] |= {
        "required": list(IN_EVERY_NORM),
        "properties": {code: {"$ref": "#/$defs/words"} for code in WORKERS},
    }
    known = {_FILES[edition]: schema for edition, schema in schemas.items()}
    return {
        edition: Draft202012Validator(_without_references(schema, _FILES[edition], known))
        for edition, schema in schemas.items()
    }


def _without_references(part: Any, file: str, known: Mapping[str, Any]) -> Any:
    """Replace each reference by what it names; looking them up takes half the time of a validation."""
    if isinstance(part, list):
        return [_without_references(item, file, known) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        there, _, path = part["$ref"].partition("#/")
        there = there or file
        return _without_references(reduce(getitem, path.split("/"), known[there]), there, known)
    return {key: _without_references(value, file, known) for key, value in part.items() if key != "$defs"}


# Schema keyword -> message; `%(wanted)s` is the value of the keyword.
_SENTENCES = {
    "type": N_("This must be of type %(wanted)s."),
    "enum": N_("This must be one of: %(wanted)s."),
    "const": N_("This must be %(wanted)s."),
    "pattern": N_("This is empty or does not have the right form: %(wanted)s"),
    "minProperties": N_("Entries needed here: at least %(wanted)s."),
    "maxProperties": N_("Entries allowed here: at most %(wanted)s."),
    "minItems": N_("Items needed here: at least %(wanted)s."),
    "uniqueItems": N_("The same item stands here twice."),
    "maximum": N_("This must be at most %(wanted)s."),
    "minimum": N_("This must be at least %(wanted)s."),
    "exclusiveMinimum": N_("This must be more than %(wanted)s."),
    "exclusiveMaximum": N_("This must be less than %(wanted)s."),
}


def check(reading: Reading) -> None:
    """Add every problem to the reading; each check ignores what has the wrong shape."""
    scheme = map_in(reading.data)
    edition = scheme.get("edition", 1)
    if "edition" in scheme and edition != _NEWEST:
        message = N_("This edition of the file is not known. Known are 2, and 1, which files do not name.")
        reading.complain(("edition",), message)
        return
    # jsonschema reports each missing key separately, each time with all keys in the message; once is enough.
    found = validators()[edition].iter_errors(reading.data)
    errors = {(*e.absolute_path, e.validator, str(e.validator_value)): e for e in found}
    for error in errors.values():
        _note_shape(reading, error)
    for path, message, params in (
        *_dates(scheme),
        *_codes(scheme),
        *_scores(scheme),
        *_kinds(scheme),
        *_chapters(scheme),
        *(check_cycle(scheme) if edition == _NEWEST else _grades(scheme)),
        *check_questions(scheme),
    ):
        reading.complain(path, message, **params)


def _note_shape(reading: Reading, error: "ValidationError") -> None:
    path: JsonPath = tuple(error.absolute_path)
    match error.validator:
        case "required":
            for name in sorted(set(list_in(error.validator_value)) - set(map_in(error.instance))):
                reading.complain((*path, name), N_("%(name)s is missing."), name=name)
        case "additionalProperties":
            for name in _unexpected(error):
                reading.complain((*path, name), N_("%(name)s does not belong here."), name=name)
        case keyword:
            wanted = error.validator_value
            listed = ", ".join(map(str, wanted)) if isinstance(wanted, list) else wanted
            reading.complain(path, _SENTENCES.get(str(keyword), N_("This does not fit the schema.")), wanted=listed)


def _unexpected(error: "ValidationError") -> Iterator[str]:
    schema, instance = map_in(error.schema), map_in(error.instance)
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
        if isinstance(code, str) and code not in map_in(scheme, table):
            yield path, N_("%(code)s is not one of the %(table)s."), {"code": code, "table": table}


def _uses(scheme: Mapping[str, Any]) -> Iterator[tuple[str, JsonPath, Any]]:
    singles = {"chapter": "chapters", "severity": "severities", "level": "levels", "unit": "units"}
    for code, item in maps_in(scheme, "requirements"):
        here = ("requirements", code)
        for name, table in (*singles.items(), ("source_check", "source_checks")):
            yield table, (*here, name), item.get(name)
        for place, indicator in enumerate(list_in(item.get("ilo_indicators"))):
            yield "ilo_indicators", (*here, "ilo_indicators", place), indicator
    for code, weight in maps_in(scheme, "severities"):
        yield "severities", ("severities", code, "escalates_to"), weight.get("escalates_to")
    for severity, place, threshold in _thresholds(scheme):
        yield "severities", ("scoring", "grades", severity, place, "grade"), threshold.get("grade")
    for place, example in enumerate(list_in(map_in(scheme, "sampling").get("expected_sizes"))):
        yield "units", ("sampling", "expected_sizes", place, "unit"), map_in(example).get("unit")
    for code in map_in(scheme, "scoring", "grades"):
        yield "severities", ("scoring", "grades", code), code


def _scores(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    scoring = map_in(scheme, "scoring")
    limits: tuple[Any, Any] = scoring.get("fail_total"), scoring.get("conditional_from")
    if are_numbers(*limits) and limits[1] >= limits[0]:
        message = N_("conditional_from must be lower than fail_total, which is %(fail_total)s.")
        yield ("scoring", "conditional_from"), message, {"fail_total": limits[0]}


def _grades(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    for code in set(map_in(scheme, "severities")) - set(map_in(scheme, "scoring", "grades")):
        yield ("scoring", "grades", code), N_("No grade is given for findings of this severity."), {}
    for (severity, _, lower), (other, place, higher) in pairwise(_thresholds(scheme)):
        shares: tuple[Any, Any] = lower.get("above_share"), higher.get("above_share")
        if severity == other and are_numbers(*shares) and shares[0] >= shares[1]:
            yield ("scoring", "grades", severity, place, "above_share"), N_("The thresholds must ascend."), {}


def _kinds(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    verdicts = maps_in(scheme, "verdicts")
    for code, kind in verdicts:
        if kind.get("nonconforming") is True and kind.get("assessed") is False:
            yield ("verdicts", code), N_("A nonconforming unit is an assessed one."), {}
    for flag in ("nonconforming", "self_assessment"):
        if verdicts and not any(kind.get(flag) is True for _, kind in verdicts):
            yield ("verdicts",), N_("At least one verdict must have the flag %(flag)s."), {"flag": flag}
    units = maps_in(scheme, "units")
    if units and sum(unit.get("is_agency") is True for _, unit in units) != 1:
        yield ("units",), N_("Exactly one unit must be the agency itself."), {}
    for code, unit in units:
        rule = map_in(unit.get("sampling"))
        bounds: tuple[Any, Any] = rule.get("minimum"), rule.get("maximum")
        if are_numbers(*bounds) and bounds[0] > bounds[1]:
            yield ("units", code, "sampling", "minimum"), N_("The minimum is higher than the maximum."), {}


def _chapters(scheme: Mapping[str, Any]) -> Iterator[Complaint]:
    items = maps_in(scheme, "requirements")
    for code, item in items:
        if isinstance(item.get("chapter"), str) and not code.startswith(item["chapter"]):
            yield ("requirements", code, "chapter"), N_("A code begins with its chapter."), {}
    for chapter in set(map_in(scheme, "chapters")) - {str(item.get("chapter")) for _, item in items}:
        yield ("chapters", chapter), N_("This chapter has no requirements."), {}


def _thresholds(scheme: Mapping[str, Any]) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    for severity, thresholds in map_in(scheme, "scoring", "grades").items():
        for place, threshold in enumerate(list_in(thresholds)):
            yield severity, place, map_in(threshold)
