"""Check what only edition 2 of the scheme file has: judgement, kinds of audit, terms, grounds, transition. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from audits.core.errors import N_
from audits.schemes.cycle import AuditKind, DecisionKind
from audits.schemes.problems import JsonPath
from audits.schemes.shapes import Complaint, are_numbers, list_in, map_in, maps_in

_NEED_A_GROUND = (
    DecisionKind.REFUSE,
    DecisionKind.REDUCE_SCOPE,
    DecisionKind.SUSPEND,
    DecisionKind.LIFT,
    DecisionKind.WITHDRAW,
    DecisionKind.END,
)
# The portal stores the answers to these questions in columns; it cannot keep the answer to another one.
_STORED_ANSWERS = frozenset({"cause", "extent", "solution", "effectiveness"})
_CHOSEN_FROM = ("severities", "chapters", "requirements")
_SHORTEST_MONTH = 28  # days

Scheme = Mapping[str, Any]


def check_cycle(scheme: Scheme) -> Iterator[Complaint]:
    """Yield what is inconsistent; a part of the wrong shape counts as empty."""
    yield from _codes(scheme)
    yield from _judgements(scheme)
    yield from _confidential_units(scheme)
    yield from _strata(scheme)
    yield from _questions(scheme)
    yield from _audits(scheme)
    yield from _surveillance(scheme)
    yield from _audit_time(scheme)
    yield from _grounds(scheme)
    yield from _transition(scheme)


def _codes(scheme: Scheme) -> Iterator[Complaint]:
    for table, path, code in _uses(scheme):
        if isinstance(code, str) and code not in map_in(scheme, table):
            yield path, N_("%(code)s is not one of the %(table)s."), {"code": code, "table": table}


def _uses(scheme: Scheme) -> Iterator[tuple[str, JsonPath, Any]]:
    """Yield each code used, with the table that must define it and the path."""
    for path, judgement in _all_judgements(scheme):
        yield "severities", (*path, "incidental"), judgement.get("incidental")
        yield "severities", (*path, "systemic"), judgement.get("systemic")
    yield from _keys("severities", scheme, "scoring", "judgement")
    yield from _keys("severities", scheme, "scoring", "assessed")
    yield from _keys("units", scheme, "audit_time", "per_unit")
    for unit, item in maps_in(scheme, "units"):
        yield from _listed("list_sources", ("units", unit, "list_sources"), item.get("list_sources"))
    for path, chosen in _choices(scheme):
        for table in _CHOSEN_FROM:
            yield from _listed(table, (*path, table), chosen.get(table))
    for path, new in _renamed(scheme):
        yield "requirements", path, new


def _keys(table: str, scheme: Scheme, *path: str) -> Iterator[tuple[str, JsonPath, Any]]:
    for code in map_in(scheme, *path):
        yield table, (*path, code), code


def _renamed(scheme: Scheme) -> Iterator[tuple[JsonPath, Any]]:
    for place, item in enumerate(list_in(scheme.get("transition"))):
        for old, new in map_in(item, "renamed").items():
            yield ("transition", place, "renamed", old), new
        for old, parts in map_in(item, "split").items():
            for position, new in enumerate(list_in(parts)):
                yield ("transition", place, "split", old, position), new


def _choices(scheme: Scheme) -> Iterator[tuple[JsonPath, Mapping[str, Any]]]:
    """Yield every choice of requirements, of risks and of kinds of audit."""
    for code, risk in maps_in(scheme, "risks"):
        yield ("risks", code), risk
    for kind, audit in maps_in(scheme, "audits"):
        for place, cover in enumerate(list_in(audit.get("covers"))):
            yield ("audits", kind, "covers", place), map_in(cover)


def _listed(table: str, path: JsonPath, codes: Any) -> Iterator[tuple[str, JsonPath, Any]]:
    for place, code in enumerate(list_in(codes)):
        yield table, (*path, place), code


def _all_judgements(scheme: Scheme) -> Iterator[tuple[JsonPath, Mapping[str, Any]]]:
    for code, judgement in maps_in(scheme, "scoring", "judgement"):
        yield ("scoring", "judgement", code), judgement
    for code, item in maps_in(scheme, "requirements"):
        if "judgement" in item:
            yield ("requirements", code, "judgement"), map_in(item["judgement"])


def _judgements(scheme: Scheme) -> Iterator[Complaint]:
    severities = map_in(scheme, "severities")
    for part in ("judgement", "assessed"):
        for code in set(severities) - set(map_in(scheme, "scoring", part)):
            yield ("scoring", part, code), N_("Nothing is given for requirements of this severity."), {}
    for path, judgement in _all_judgements(scheme):
        yield from _acceptance((*path, "accept"), list_in(judgement.get("accept")))
        weights = [_points(severities, judgement.get(name)) for name in ("incidental", "systemic")]
        if are_numbers(*weights) and weights[0] > weights[1]:
            yield (*path, "incidental"), N_("An incidental finding cannot weigh more than a systemic one."), {}
    for code, severity in maps_in(scheme, "severities"):
        heavier = _points(severities, severity.get("escalates_to"))
        if are_numbers(severity.get("points"), heavier) and heavier <= severity["points"]:
            yield ("severities", code, "escalates_to"), N_("A finding escalates to a heavier grade."), {}


def _points(severities: Mapping[str, Any], code: Any) -> Any:
    return map_in(severities.get(code) if isinstance(code, str) else None).get("points")


def _acceptance(path: JsonPath, steps: list[Any]) -> Iterator[Complaint]:
    if steps and map_in(steps[0]).get("drawn_from") != 1:
        yield (*path, 0, "drawn_from"), N_("The first step must begin at 1."), {}
    yield from _ascending(path, steps, "drawn_from")
    yield from _ascending(path, steps, "most", strictly=False)


def _ascending(path: JsonPath, steps: Iterable[Any], name: str, *, strictly: bool = True) -> Iterator[Complaint]:
    values: list[Any] = [map_in(step).get(name) for step in steps]
    for place, (before, after) in enumerate(pairwise(values), start=1):
        if are_numbers(before, after) and strictly and not after > before:
            yield (*path, place, name), N_("This must be more than in the line before."), {}
        elif are_numbers(before, after) and after < before:
            yield (*path, place, name), N_("This must not be less than in the line before."), {}


def _confidential_units(scheme: Scheme) -> Iterator[Complaint]:
    sources = map_in(scheme, "list_sources")
    for code, unit in maps_in(scheme, "units"):
        here = ("units", code)
        if unit.get("confidential") is not True:
            if are_numbers(unit.get("minimum_group")):
                yield (*here, "minimum_group"), N_("Only a confidential unit has a minimum group."), {}
            continue
        if unit.get("minimum_group") is None:
            yield (*here, "minimum_group"), N_("A confidential unit needs a minimum group."), {}
        if unit.get("is_agency") is True:
            yield (*here, "confidential"), N_("The agency itself cannot be confidential."), {}
        named = [map_in(sources.get(source)) for source in list_in(unit.get("list_sources")) if isinstance(source, str)]
        if not any(source.get("independent") is True for source in named):
            message = N_("The list of a confidential unit must be able to come from an independent source.")
            yield (*here, "list_sources"), message, {}


def _strata(scheme: Scheme) -> Iterator[Complaint]:
    for code, unit in maps_in(scheme, "units"):
        drawn = map_in(unit.get("sampling")).get("rule") != "all" and unit.get("is_agency") is not True
        if "strata" in unit and not drawn:
            yield ("units", code, "strata"), N_("Only a sample that is drawn can be divided."), {}


def _questions(scheme: Scheme) -> Iterator[Complaint]:
    itself = {code for code, unit in maps_in(scheme, "units") if unit.get("is_agency") is True}
    for code, item in maps_in(scheme, "requirements"):
        unit = item.get("unit")
        if isinstance(unit, str) and unit not in itself and "agency_question" not in item:
            message = N_("A requirement that is judged on units needs a question that the agency can answer.")
            yield ("requirements", code, "agency_question"), message, {}
    asked = set(map_in(scheme, "corrective_action", "questions"))
    for code in asked - _STORED_ANSWERS:
        message = N_("The portal cannot store the answer to this question. It knows: %(known)s.")
        yield ("corrective_action", "questions", code), message, {"known": ", ".join(sorted(_STORED_ANSWERS))}
    for code in _STORED_ANSWERS - asked if asked else ():
        yield ("corrective_action", "questions", code), N_("%(name)s is missing."), {"name": code}


def _audits(scheme: Scheme) -> Iterator[Complaint]:
    first = map_in(scheme, "audits", AuditKind.INITIAL)
    if first and not any(map_in(cover).get("all") is True for cover in list_in(first.get("covers"))):
        yield ("audits", AuditKind.INITIAL.value, "covers"), N_("An initial audit covers all requirements."), {}


def _surveillance(scheme: Scheme) -> Iterator[Complaint]:
    visits = list_in(scheme.get("surveillance"))
    yield from _ascending(("surveillance",), visits, "after_months")
    months: Any = map_in(scheme, "validity").get("certified_months")
    for place, visit in enumerate(visits):
        after: Any = map_in(visit).get("after_months")
        if are_numbers(after, months) and after >= months:
            message = N_("This must be less than the validity of the certificate, which is %(months)s months.")
            yield ("surveillance", place, "after_months"), message, {"months": months}
    window: Any = map_in(scheme, "terms").get("renewal_window_days")
    if are_numbers(window, months) and window >= months * _SHORTEST_MONTH:
        message = N_("This must be less than the validity of the certificate, which is %(months)s months.")
        yield ("terms", "renewal_window_days"), message, {"months": months}


def _audit_time(scheme: Scheme) -> Iterator[Complaint]:
    steps = list_in(map_in(scheme, "audit_time").get("by_workers"))
    path = ("audit_time", "by_workers")
    yield from _ascending(path, steps, "up_to")
    yield from _ascending(path, steps, "hours", strictly=False)
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        if "up_to" in map_in(step) and (map_in(step)["up_to"] is None) != last:
            yield (*path, place, "up_to"), N_("The last line, and no other, has null: agencies of any size."), {}


def _grounds(scheme: Scheme) -> Iterator[Complaint]:
    grounds = maps_in(scheme, "grounds")
    known = {kind for _, ground in grounds for kind in list_in(ground.get("decisions")) if isinstance(kind, str)}
    for kind in _NEED_A_GROUND if grounds else ():
        if kind not in known:
            yield ("grounds",), N_("No ground can be given for the decision %(kind)s."), {"kind": kind.value}


def _transition(scheme: Scheme) -> Iterator[Complaint]:
    start, version = _day(scheme.get("valid_from")), _number(scheme.get("version"))
    for place, item in enumerate(list_in(scheme.get("transition"))):
        here = ("transition", place)
        before = _number(map_in(item).get("from"))
        if before and version and before >= version:
            yield (*here, "from"), N_("This must be an earlier version."), {}
        for name in ("renewals_from", "cases_until"):
            value = map_in(item).get(name)
            day = _day(value)
            if isinstance(value, str) and day is None:
                yield (*here, name), N_("This is not a day of the calendar."), {}
            elif day and start and day < start:
                yield (*here, name), N_("This must not be before valid_from."), {}


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _number(value: Any) -> tuple[int, ...] | None:
    """Return a version as numbers, because 1.10 comes after 1.9."""
    parts = value.split(".") if isinstance(value, str) else []
    return tuple(map(int, parts)) if parts and all(part.isascii() and part.isdigit() for part in parts) else None
