"""What to look at, what the verdicts add up to, and what is still missing. Pure; chance comes in as a seed."""

import hashlib
import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import comb

from audits.core.errors import RuleError
from audits.schemes.text import SampleAll, SampleShare, SampleToDetect, SamplingRule, SchemeText, Scoring

SEED_BYTES = 32

Verdicts = Mapping[str, Mapping[str, str]]
"""Requirement code -> unit reference -> verdict code."""


@dataclass(frozen=True, slots=True)
class FoundFinding:
    """A finding as it follows from the verdicts, before anybody has said a word about it."""

    requirement: str
    grade: str
    points: int
    nonconforming: int
    assessed: int
    blocks: bool
    fails: bool
    repair_working_days: int | None


def grade(severity: str, nonconforming: int, assessed: int, scoring: Scoring) -> str | None:
    """The grade of a finding on a requirement of this severity, or None if there is nothing to find.

    A share that lies exactly on a threshold does not pass it: "up to 5 percent" includes 5 percent.
    """
    reached = [
        threshold.grade
        for threshold in scoring.grades[severity]
        if Decimal(nonconforming) > threshold.above_share * assessed
    ]
    return reached[-1] if reached else None


def findings(scheme: SchemeText, verdicts: Verdicts) -> list[FoundFinding]:
    """All findings that the verdicts amount to, in the order of the norm."""
    found = (_finding(scheme, item.code, item.severity, verdicts.get(item.code, {})) for item in scheme.requirements)
    return [finding for finding in found if finding is not None]


def score(found: Iterable[FoundFinding]) -> int:
    """The points of the findings together."""
    return sum(finding.points for finding in found)


def missing(scheme: SchemeText, samples: Mapping[str, Sequence[str]], verdicts: Verdicts) -> list[tuple[str, str]]:
    """The (requirement code, unit reference) pairs that nobody has judged.

    `samples` maps unit code to drawn references. A verdict that leaves the matter open is a verdict: it needs an
    explanation, and `unassessed` shows what it hides.
    """
    return [
        (item.code, reference)
        for item in scheme.requirements
        for reference in samples.get(item.unit, ())
        if reference not in verdicts.get(item.code, {})
    ]


def unassessed(scheme: SchemeText, verdicts: Verdicts) -> list[str]:
    """Requirements of which nothing is known: no unit was judged, and at least one verdict leaves it open."""
    return [item.code for item in scheme.requirements if _is_open(scheme, verdicts.get(item.code, {}))]


def sample_size(rule: SamplingRule, population: int) -> int:
    """How many of `population` units to draw; never more than there are."""
    match rule:
        case SampleAll():
            return population
        case SampleShare():
            wanted = max(rule.minimum, math.ceil(rule.share * population))
            return min(wanted, rule.maximum, population)
        case SampleToDetect():
            return min(_size_to_detect(rule, population), rule.cap, population)


def population_digest(references: Iterable[str]) -> str:
    """SHA-256, hex, over the population: unique references in NFC, sorted by code point, joined by line feeds."""
    return hashlib.sha256("\n".join(population_of(references)).encode()).hexdigest()


def population_of(references: Iterable[str]) -> tuple[str, ...]:
    """The references as the digest sees them; RuleError for one that is empty or holds a line break."""
    unique = {unicodedata.normalize("NFC", reference) for reference in references}
    if any(not reference.strip() or "\n" in reference for reference in unique):
        raise RuleError("Every reference needs a line of its own.", field="members")
    return tuple(sorted(unique))


def draw(references: Sequence[str], seed: bytes, size: int, algorithm: str) -> tuple[str, ...]:
    """The drawn references, in the order of the draw. Anybody with the list and the seed gets the same ones.

    `algorithm` is the name that the scheme gives; KeyError for one that nobody wrote yet.
    """
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed is {SEED_BYTES} bytes, not {len(seed)}")
    return ALGORITHMS[algorithm](population_of(references), seed)[:size]


def share_interval(nonconforming: int, assessed: int, population: int) -> tuple[float, float]:
    """The shares of the population between which the true one lies, with 95 percent confidence.

    Exact for a draw without replacement: a share is inside unless it makes what was seen, or worse, less likely than
    2.5 percent (the test-inversion interval of the hypergeometric distribution, as Clopper and Pearson did for the
    binomial one). When every unit was assessed it is a single point.
    """
    if not 0 <= nonconforming <= assessed <= population or not population:
        raise ValueError("impossible counts")
    fewest, most = nonconforming, population - (assessed - nonconforming)
    low = _first(fewest, most, lambda bad: _likely(_at_least(nonconforming, bad, assessed, population)))
    beyond = _first(low, most + 1, lambda bad: not _likely(_at_most(nonconforming, bad, assessed, population)))
    return low / population, (beyond - 1) / population


def _finding(
    scheme: SchemeText, requirement: str, severity: str, by_reference: Mapping[str, str]
) -> FoundFinding | None:
    kinds = [scheme.verdicts[verdict] for verdict in by_reference.values()]
    assessed = sum(kind.assessed for kind in kinds)
    nonconforming = sum(kind.nonconforming for kind in kinds)
    reached = grade(severity, nonconforming, assessed, scheme.scoring)
    if reached is None:
        return None
    weight = scheme.severities[reached]
    return FoundFinding(
        requirement=requirement,
        grade=reached,
        points=weight.points,
        nonconforming=nonconforming,
        assessed=assessed,
        blocks=weight.blocks_certificate,
        fails=weight.fails,
        repair_working_days=weight.repair_working_days,
    )


def _is_open(scheme: SchemeText, by_reference: Mapping[str, str]) -> bool:
    kinds = [scheme.verdicts[verdict] for verdict in by_reference.values()]
    return any(kind.leaves_open for kind in kinds) and not any(kind.assessed for kind in kinds)


def _ranked_by_sha256(population: tuple[str, ...], seed: bytes) -> tuple[str, ...]:
    digest = bytes.fromhex(population_digest(population))
    ranks = {item: hashlib.sha256(seed + digest + item.encode()).digest() for item in population}
    return tuple(sorted(population, key=ranks.__getitem__))


# A name stands for one meaning for ever; another way to draw gets another name.
ALGORITHMS: dict[str, Callable[[tuple[str, ...], bytes], tuple[str, ...]]] = {"sha256-rank-1": _ranked_by_sha256}


def _size_to_detect(rule: SampleToDetect, population: int) -> int:
    if not population:
        return 0
    sound = population - math.ceil(rule.defect_share * population)
    risk = 1 - Fraction(rule.confidence)
    size, missed = 0, Fraction(1)  # the chance that all units drawn so far are sound
    while missed > risk and size < rule.cap:
        missed *= Fraction(sound - size, population - size)
        size += 1
    return max(size, math.isqrt(population - 1) + 1) if rule.at_least_square_root else size


def _at_most(seen: int, bad: int, drawn: int, population: int) -> tuple[int, int]:
    """The chance to see so many or fewer, as numerator and denominator."""
    ways = sum(comb(bad, k) * comb(population - bad, drawn - k) for k in range(seen + 1))
    return ways, comb(population, drawn)


def _at_least(seen: int, bad: int, drawn: int, population: int) -> tuple[int, int]:
    ways = sum(comb(bad, k) * comb(population - bad, drawn - k) for k in range(seen, drawn + 1))
    return ways, comb(population, drawn)


def _likely(chance: tuple[int, int]) -> bool:
    """Whether the chance is more than 2.5 percent; in whole numbers, so that nothing is rounded."""
    ways, of = chance
    return 40 * ways > of


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The smallest number from `low` on for which it holds, or `high`; where it holds once, it holds for all after."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def attribute_of(question: str) -> str:
    """Where the answer to a question of the scheme about a corrective action stands.

    Published schemes call the question about effectiveness "operation", and a published scheme never changes.
    """
    return "effectiveness" if question == "operation" else question
