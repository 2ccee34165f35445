"""Judge soundly by the rules of edition 2: acceptance numbers, evidence that suffices, repeats. Pure.

Units come into an audit in three ways, and are counted apart: by lot, in place of one that could not be judged, or
chosen by the inspector. Only the first say something about the population in figures.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from audits.core.errors import RuleError
from audits.inspections import rules
from audits.inspections.rules import FoundFinding, Verdicts, share_interval
from audits.schemes.cycle import Judged
from audits.schemes.text import Judgement, MinimumAssessed, Requirement, SchemeText, Shortfall


class Origin(StrEnum):
    """How a unit came into an audit."""

    RANDOM = "random"
    REPLACEMENT = "replacement"  # the next of the draw, for a unit that could not be judged
    TARGETED = "targeted"


class Extent(StrEnum):
    """An inspector's judgement of a finding."""

    INCIDENTAL = "incidental"
    SYSTEMIC = "systemic"


@dataclass(frozen=True, slots=True)
class Count:
    """The units of one origin for one requirement."""

    looked_at: int = 0
    assessed: int = 0
    nonconforming: int = 0
    applicable: int = 0  # all but those to which the requirement does not apply


@dataclass(frozen=True, slots=True)
class Seen:
    """The units of a requirement by origin."""

    random: Count = Count()
    replacement: Count = Count()
    targeted: Count = Count()

    @property
    def nonconforming(self) -> int:
        """Return all that fell short, however they came into the audit."""
        return self.random.nonconforming + self.replacement.nonconforming + self.targeted.nonconforming

    @property
    def assessed(self) -> int:
        """Return all that were assessed, however they came into the audit."""
        return self.random.assessed + self.replacement.assessed + self.targeted.assessed


@dataclass(frozen=True, slots=True)
class Insufficient:
    """Too few units were assessed: so many more are needed, or the decision is limited."""

    requirement: str
    assessed: int
    needed: int
    effect: Shortfall

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """Return it from its JSON."""
        return cls(plain["requirement"], plain["assessed"], plain["needed"], Shortfall(plain["effect"]))

    def plain(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self) | {"effect": self.effect.value}


def seen_on(scheme: SchemeText, drawn: Mapping[str, Mapping[str, Origin]], verdicts: Verdicts) -> dict[str, Seen]:
    """Count the units of every requirement with a verdict; `drawn` maps kind of unit to reference to origin."""
    return {
        item.code: count_units(scheme, ((origin, said.get(unit)) for unit, origin in drawn.get(item.unit, {}).items()))
        for item in scheme.requirements
        if (said := verdicts.get(item.code, {}))
    }


def count_units(scheme: SchemeText, units: Iterable[tuple[Origin, str | None]]) -> Seen:
    """Count the units of a requirement, each given by origin and verdict; None stands for no verdict yet."""
    listed = list(units)
    return Seen(
        **{
            origin.value: _count(scheme, [verdict for its_origin, verdict in listed if its_origin is origin])
            for origin in Origin
        }
    )


def acceptance_number(judgement: Judgement, drawn: int) -> int:
    """Return how many nonconforming units of a sample of this size may still be judged incidental."""
    return max((step.most for step in judgement.accept if drawn >= step.drawn_from), default=0)


def may_be_incidental(judgement: Judgement, seen: Seen) -> bool:
    """Return whether the random sample and its replacements leave room for that judgement.

    The acceptance number belongs to the size of the draw, not to the number assessed: leaving a unit unjudged never
    makes a finding heavier. Targeted units do not count against it, because somebody went looking for them.
    """
    by_lot = seen.random.nonconforming + seen.replacement.nonconforming
    return by_lot <= acceptance_number(judgement, seen.random.looked_at)


def grade_found(judgement: Judgement, seen: Seen, extent: Extent | None) -> str | None:
    """Return the grade of the finding, or None if nothing fell short.

    Without a judgement a finding is systemic. RuleError if it is called incidental above the acceptance number.
    """
    if not seen.nonconforming:
        return None
    if extent is not Extent.INCIDENTAL:
        return judgement.systemic
    if not may_be_incidental(judgement, seen):
        raise RuleError("Too many units fell short to call this incidental.", field="extent")
    return judgement.incidental


def findings(scheme: SchemeText, seen: Mapping[str, Seen], extents: Mapping[str, Extent]) -> list[FoundFinding]:
    """Return all findings that follow from what was seen, in the order of the scheme.

    `extents` are the judgements of the inspector by requirement; one that no longer fits what was seen has no effect.
    Edition 1 grades by the share that falls short.
    """
    found = (
        _finding(scheme, item, seen[item.code], extents.get(item.code))
        for item in scheme.requirements
        if item.code in seen
    )
    return [finding for finding in found if finding is not None]


def misjudged(scheme: SchemeText, seen: Mapping[str, Seen], extents: Mapping[str, Extent]) -> list[str]:
    """Return the requirements that are judged incidental although too many units fell short for that."""
    return [
        item.code
        for item in scheme.requirements
        if item.judgement
        and extents.get(item.code) is Extent.INCIDENTAL
        and not may_be_incidental(item.judgement, seen.get(item.code, Seen()))
    ]


def shortfall(requirement: str, least: MinimumAssessed, seen: Seen) -> Insufficient | None:
    """Return what is missing for a verdict on a requirement, or None if enough was assessed.

    Replacements count towards the minimum, targeted units do not. To an empty population nothing is missing.
    """
    needed = math.ceil(least.minimum * seen.random.applicable)
    assessed = seen.random.assessed + seen.replacement.assessed
    return None if assessed >= needed else Insufficient(requirement, assessed, needed, least.below)


def insufficient(scheme: SchemeText, seen: Mapping[str, Seen]) -> list[Insufficient]:
    """Return the requirements of `seen` on which too little was assessed, in the order of the scheme."""
    return [
        missing
        for item in scheme.requirements
        if item.code in seen and item.assessed and (missing := shortfall(item.code, item.assessed, seen[item.code]))
    ]


def interval(seen: Seen, population: int) -> tuple[float, float] | None:
    """Return the 95 percent interval for the share that falls short, over random units only; None without any."""
    if not seen.random.assessed:
        return None
    return share_interval(seen.random.nonconforming, seen.random.assessed, population)


def escalated(scheme: SchemeText, grade: str, *, repeated: bool) -> str:
    """Return the grade of a finding that was found before and came back, or is still open."""
    return (scheme.severities[grade].escalates_to if repeated else None) or grade


def is_repeated(scheme: SchemeText, requirement: str, earlier: Mapping[str, date], day: date) -> bool:
    """Return whether a finding on this requirement came back within the time that the scheme looks back.

    `earlier` maps requirement codes, as the scheme version of that time had them, to the day of the newest finding.
    """
    months = scheme.scoring.repeats_within_months
    found = [earlier[code] for code in codes_before(scheme, requirement) if code in earlier]
    return bool(found) and months is not None and _months_between(max(found), day) <= months


def codes_before(scheme: SchemeText, requirement: str) -> frozenset[str]:
    """Return the codes that a requirement has or had in an earlier version."""
    steps = scheme.cycle.transition if scheme.cycle else ()
    return frozenset({requirement, *(old for step in steps for old in step.codes_before(requirement))})


def refusal_is_certain(scheme: SchemeText, grades: Iterable[str], judged: Judged) -> bool:
    """Return whether no certificate can follow from findings of these grades, whatever is repaired.

    As found, every finding weighs to the end; as repaired, those alone that cannot be repaired.
    """
    lasting = [
        severity
        for severity in map(scheme.severities.__getitem__, grades)
        if judged is Judged.AS_FOUND or severity.repair_working_days is None
    ]
    return any(each.fails for each in lasting) or sum(each.points for each in lasting) >= scheme.scoring.fail_total


def weighing(judged: Judged, found: Iterable[str], closed: Collection[str]) -> list[str]:
    """Return the findings that weigh in the decision: all as found, or as repaired without those that are closed."""
    return [code for code in found if judged is Judged.AS_FOUND or code not in closed]


def _finding(scheme: SchemeText, item: Requirement, units: Seen, extent: Extent | None) -> FoundFinding | None:
    if item.judgement is None:
        reached = rules.grade(item.severity, units.nonconforming, units.assessed, scheme.scoring)
    else:
        fits = may_be_incidental(item.judgement, units)
        reached = grade_found(item.judgement, units, extent if fits else Extent.SYSTEMIC)
    if reached is None:
        return None
    return rules.found_on(scheme, item, reached, nonconforming=units.nonconforming, assessed=units.assessed)


def _count(scheme: SchemeText, verdicts: list[str | None]) -> Count:
    kinds = [scheme.verdicts[verdict] for verdict in verdicts if verdict is not None]
    return Count(
        looked_at=len(verdicts),
        assessed=sum(kind.assessed for kind in kinds),
        nonconforming=sum(kind.nonconforming for kind in kinds),
        applicable=len(verdicts) - sum(not kind.assessed and not kind.leaves_open for kind in kinds),
    )


def _months_between(start: date, end: date) -> int:
    """Return the months that have begun between two days."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months + (end.day > start.day)
