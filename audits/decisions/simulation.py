"""What certificates would be worth if their last verdicts were judged by another version of the norm. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, repeat

from audits.decisions.rules import Outcome, possible_outcomes
from audits.inspections.grading import Extent, Origin, count_units, findings, insufficient, weighing
from audits.inspections.rules import score
from audits.schemes.compare import codes_after
from audits.schemes.cycle import AuditKind
from audits.schemes.text import SchemeText

Counts = Mapping[tuple[Origin, str], int]
"""How many units of an origin got which verdict."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The last verdicts on a requirement, the inspector's judgement of its extent, and whether it was repaired."""

    counts: Counts
    extent: Extent | None = None
    closed: bool = False

    def joined(self, other: "LastSeen") -> "LastSeen":
        """Return both as one requirement: the heavier judgement counts, and it is repaired if both are."""
        both = {self.extent, other.extent}  # incidental only where both were judged so
        extent = Extent.INCIDENTAL if both == {Extent.INCIDENTAL} else None
        return LastSeen(Counter(self.counts) + Counter(other.counts), extent, self.closed and other.closed)


Known = Mapping[str, LastSeen]
"""The last verdicts by requirement code."""


@dataclass(frozen=True, slots=True)
class Case:
    """A living certificate: the version and kind of its audit, and the last verdicts of its cycle."""

    version: SchemeText
    kind: AuditKind
    known: Known


@dataclass(frozen=True, slots=True)
class Worth:
    """The best outcome that the rules allow, and the points of the findings that weigh, by requirement."""

    outcome: Outcome
    points: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Simulated:
    """How many certificates have which worth under their own version and under the new one, and why some fall."""

    living: int
    moves: Mapping[tuple[Outcome, Outcome], int]
    causes: Mapping[str, int]  # requirement code to the number of falling certificates that it weighs in, or more
    unjudged: tuple[str, ...]  # requirements of the new version that no audit has judged

    @property
    def falling(self) -> int:
        """Return how many would fall below the mark that stand under their own version."""
        return sum(number for (before, after), number in self.moves.items() if _falls(before, after))


def worth(scheme: SchemeText, kind: AuditKind, known: Known) -> Worth:
    """Judge verdicts by a version of the norm, as reports and decisions do."""
    here = {item.code for item in scheme.requirements}
    seen = {code: count_units(scheme, _units(scheme, each.counts)) for code, each in known.items() if code in here}
    extents = {code: each.extent for code, each in known.items() if each.extent}
    closed = {code for code, each in known.items() if each.closed}
    found = findings(scheme, seen, extents)
    codes = weighing(scheme.judged(kind), [each.requirement for each in found], closed)
    heavy = [each for each in found if each.requirement in codes]
    outcomes = possible_outcomes(
        scheme.scoring,
        score(heavy),
        any_failing=any(each.fails for each in heavy),
        any_open_blocking=any(each.blocks and each.requirement not in closed for each in heavy),
        insufficient={each.effect for each in insufficient(scheme, seen)},
    )
    best = next(outcome for outcome in Outcome if outcome in outcomes)
    return Worth(best, {each.requirement: each.points for each in heavy})


def simulate(new: SchemeText, cases: Iterable[Case]) -> Simulated:
    """Judge all cases by their own version and by a new one, and count what becomes of them."""
    moves, causes, judged = Counter[tuple[Outcome, Outcome]](), Counter[str](), set[str]()
    for case in cases:
        carried = carry_over(case.version, new, case.known)
        before, after = worth(case.version, case.kind, case.known), worth(new, case.kind, carried)
        moves[before.outcome, after.outcome] += 1
        judged.update(carried)
        if _falls(before.outcome, after.outcome):
            causes.update(code for code, points in after.points.items() if points > before.points.get(code, 0))
    unjudged = tuple(item.code for item in new.requirements if item.code not in judged)
    return Simulated(moves.total(), moves, dict(causes.most_common()), unjudged)


def carry_over(old: SchemeText, new: SchemeText, known: Known) -> Known:
    """Return the verdicts under the codes that their requirements have in the new version; those that left are gone."""
    here, carried = {item.code for item in new.requirements}, dict[str, LastSeen]()
    for code, seen in known.items():
        for after in codes_after(old, new, code):
            if after in here:
                carried[after] = carried[after].joined(seen) if after in carried else seen
    return carried


def _units(scheme: SchemeText, counts: Counts) -> Iterable[tuple[Origin, str]]:
    """Yield one unit for each that was counted; a verdict that the version does not know says nothing."""
    known = (((origin, value), number) for (origin, value), number in counts.items() if value in scheme.verdicts)
    return chain.from_iterable(repeat(unit, number) for unit, number in known)


def _falls(before: Outcome, after: Outcome) -> bool:
    return before is not Outcome.REFUSE and after is Outcome.REFUSE
