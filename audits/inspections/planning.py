"""Compute what an audit of a kind covers, and how many hours it takes, by edition 2 of the scheme. Pure."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from audits.core.errors import RuleError
from audits.inspections.rules import sample_size
from audits.inspections.workflow import ON_APPLICATION
from audits.schemes.cycle import AuditKind, AuditTime, Cover, Cycle, Selection
from audits.schemes.text import Requirement, SchemeText
from audits.schemes.words import Text

_HALF_HOURS = 2
MOST_HOURS = 24  # of a day


@dataclass(frozen=True, slots=True)
class Covered:
    """A requirement of an audit, with every reason why it is there."""

    requirement: Requirement
    reasons: tuple[Text, ...]


def covered(
    scheme: SchemeText,
    kind: AuditKind,
    *,
    found_before: Collection[str] = (),
    risks: Collection[str] = (),
    by_hand: Collection[str] = (),
) -> list[Covered]:
    """Return the requirements of an audit of this kind, in the order of the scheme.

    `found_before` and `by_hand` are codes of requirements, `risks` codes of risks that the planner named; RuleError
    at `risks` or `by_hand` for one that the scheme does not have.
    """
    cycle = cycle_of(scheme)
    _check_known("risks", risks, cycle.risks)
    _check_known("by_hand", by_hand, {item.code: item for item in scheme.requirements})
    named = {Selection.FOUND_BEFORE: found_before, Selection.BY_HAND: by_hand, Selection.BY_RISK: risks}
    covers = cycle.audits[kind].covers
    each = (
        Covered(item, tuple(cover.reason for cover in covers if _chooses(cycle, cover, item, named)))
        for item in scheme.requirements
    )
    return [chosen for chosen in each if chosen.reasons]


def covers_all(scheme: SchemeText, kind: AuditKind) -> bool:
    """Return whether an audit of this kind is about the whole scheme. In edition 1 every audit of an application is."""
    if scheme.cycle is None:
        return kind in ON_APPLICATION
    return any(cover.selection is Selection.ALL for cover in scheme.cycle.audits[kind].covers)


@dataclass(frozen=True, slots=True)
class TimeLine:
    """So many units, sites or a risk, and the hours for them; the size of the agency has none of their codes."""

    unit: str
    count: int
    hours: Decimal
    risk: str = ""
    is_sites: bool = False


@dataclass(frozen=True, slots=True)
class AuditHours:
    """The hours that the norm has for an audit, and where they come from."""

    lines: tuple[TimeLine, ...]
    total: Decimal
    deviation: Decimal  # share by which a planner may deviate without a reason

    def differs(self, planned: Decimal) -> bool:
        """Return whether planned hours differ by so much that a planner must say why."""
        return bool(self.lines) and abs(planned - self.total) > self.total * self.deviation


def audit_hours(
    scheme: SchemeText,
    kind: AuditKind,
    *,
    workers: int,
    locations: Mapping[str, int],
    drawn: Mapping[str, int],
    sites: int = 0,
    risks: Collection[str] = (),
) -> AuditHours:
    """Return the hours of an audit for the size and sites of an agency, its risks, and the units of its samples.

    `locations` are those of each kind of unit that is no worker; `drawn` are the samples that are drawn, and of the
    others those count that an agency of this size will have. `sites` are those besides the seat.
    """
    table = cycle_of(scheme).audit_time
    asked = {item.unit for item in scheme.requirements} & set(table.per_unit)
    units = {
        code: drawn.get(code, sample_size(unit.sampling, locations.get(code, workers)))
        for code, unit in scheme.units.items()
        if code in asked and not unit.is_agency
    }
    lines = _lines(cycle_of(scheme), kind, workers=workers, units=units, sites=sites, risks=risks)
    return AuditHours(lines, _total(table, lines), table.deviation)


def parse_hours(typed: str) -> Decimal:
    """Return hours as somebody typed them, in halves: 7, 7.5 or 7,5. RuleError at `hours` otherwise."""
    try:
        found = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 <= found <= MOST_HOURS or found * _HALF_HOURS % 1:
        raise RuleError("Enter hours from 0 to 24, in halves, like 7.5.", "hours")
    return found


def check_risks(scheme: SchemeText, risks: Collection[str]) -> None:
    """Raise RuleError at `risks` for one that the scheme does not have."""
    if risks:
        _check_known("risks", risks, cycle_of(scheme).risks)


def hours(
    scheme: SchemeText,
    kind: AuditKind,
    *,
    workers: int,
    units: Mapping[str, int],
    sites: int = 0,
    risks: Collection[str] = (),
) -> Decimal:
    """Return the hours of an audit, in halves: for the size of the agency, its sites and risks, and its drawn units.

    `units` maps kinds of units to how many will be looked at; `risks` are codes.
    """
    cycle = cycle_of(scheme)
    return _total(cycle.audit_time, _lines(cycle, kind, workers=workers, units=units, sites=sites, risks=risks))


def _lines(
    cycle: Cycle, kind: AuditKind, *, workers: int, units: Mapping[str, int], sites: int, risks: Collection[str]
) -> tuple[TimeLine, ...]:
    table = cycle.audit_time
    base = next(step.hours for step in table.by_workers if step.up_to is None or workers <= step.up_to)
    lines = [TimeLine("", workers, base * cycle.audits[kind].time_share)]
    lines += [
        TimeLine(code, count, table.per_unit.get(code, Decimal(0)) * count) for code, count in units.items() if count
    ]
    lines += [TimeLine("", sites, table.per_site * sites, is_sites=True)] if sites else []
    lines += [TimeLine("", 1, table.per_risk.get(code, Decimal(0)), risk=code) for code in risks]
    return tuple(lines)


def _total(table: AuditTime, lines: Iterable[TimeLine]) -> Decimal:
    wanted = sum(line.hours for line in lines)
    return max(table.least_hours, Decimal(math.ceil(wanted * _HALF_HOURS)) / _HALF_HOURS)


def cycle_of(scheme: SchemeText) -> Cycle:
    """Return what the scheme says about the cycle; RuleError for a version that says nothing about it."""
    if scheme.cycle is None:
        raise RuleError("Version %(version)s of the norm knows no kinds of audit.", version=scheme.version)
    return scheme.cycle


def _chooses(cycle: Cycle, cover: Cover, item: Requirement, named: Mapping[Selection, Collection[str]]) -> bool:
    match cover.selection:
        case Selection.ALL:
            return True
        case Selection.SEVERITIES:
            return item.severity in cover.codes
        case Selection.CHAPTERS:
            return item.chapter in cover.codes
        case Selection.REQUIREMENTS:
            return item.code in cover.codes
        case Selection.BY_RISK:
            named_risks = (cycle.risks[code] for code in named[Selection.BY_RISK])
            return any(item.code in risk.requirements or item.chapter in risk.chapters for risk in named_risks)
        case selection:
            return item.code in named[selection]


def _check_known(field: str, codes: Collection[str], known: Collection[str]) -> None:
    for code in codes:
        if code not in known:
            raise RuleError("The norm does not have %(code)s.", field, code=code)
