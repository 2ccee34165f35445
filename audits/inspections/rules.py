"""Compute samples, findings, scores and what is still missing. Pure; randomness is passed in as a seed."""

import hashlib
import math
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import comb

from audits.core.errors import RuleError
from audits.inspections.workflow import FindingState
from audits.schemes.text import (
    RepairMethod,
    RepairQuestion,
    RepairStep,
    Requirement,
    SampleAll,
    SampleShare,
    SampleToDetect,
    SamplingRule,
    SchemeText,
    Scoring,
)

SEED_BYTES = 32
_DRAW = b"keurwerk-draw-1\n"  # so that a hash of a draw is no hash of anything else

Verdicts = Mapping[str, Mapping[str, str]]
"""Maps requirement code to unit reference to verdict code."""


@dataclass(frozen=True, slots=True)
class FoundFinding:
    """A finding as computed from the verdicts, before any corrective action."""

    requirement: str
    grade: str
    points: int
    nonconforming: int
    assessed: int
    blocks: bool
    fails: bool
    repair_working_days: int | None


def grade(severity: str, nonconforming: int, assessed: int, scoring: Scoring) -> str | None:
    """Return the grade of a finding on a requirement of this severity, or None if there is no finding.

    A share exactly on a threshold does not exceed it: "up to 5 percent" includes 5 percent.
    """
    reached = [
        threshold.grade
        for threshold in scoring.grades[severity]
        if Decimal(nonconforming) > threshold.above_share * assessed
    ]
    return reached[-1] if reached else None


def found_on(scheme: SchemeText, item: Requirement, reached: str, *, nonconforming: int, assessed: int) -> FoundFinding:
    """Return the finding of this grade on a requirement, with what it weighs by the scheme."""
    weight = scheme.severities[reached]
    return FoundFinding(
        requirement=item.code,
        grade=reached,
        points=weight.points,
        nonconforming=nonconforming,
        assessed=assessed,
        blocks=weight.blocks_certificate,
        fails=weight.fails,
        repair_working_days=weight.repair_working_days,
    )


def score(found: Iterable[FoundFinding]) -> int:
    """Return the points of the findings together."""
    return sum(finding.points for finding in found)


def missing(scheme: SchemeText, samples: Mapping[str, Collection[str]], verdicts: Verdicts) -> list[tuple[str, str]]:
    """Return the (requirement code, unit reference) pairs without a verdict.

    `samples` maps unit code to drawn references. A verdict "not assessed" counts as a verdict here; `unassessed` finds
    the requirements that have nothing else.
    """
    return [
        (item.code, reference)
        for item in scheme.requirements
        for reference in samples.get(item.unit, ())
        if reference not in verdicts.get(item.code, {})
    ]


def unassessed(scheme: SchemeText, verdicts: Verdicts) -> list[str]:
    """Return the requirements with no assessed unit and at least one verdict that leaves the question open."""
    opens = {kind.code for kind in scheme.verdicts.values() if kind.leaves_open}
    assessed = {kind.code for kind in scheme.verdicts.values() if kind.assessed}
    given = {item.code: set(verdicts.get(item.code, {}).values()) for item in scheme.requirements}
    return [code for code, values in given.items() if values & opens and not values & assessed]


def sample_size(rule: SamplingRule, population: int) -> int:
    """Return how many of `population` units to draw; at most all."""
    match rule:
        case SampleAll():
            return population
        case SampleShare():
            wanted = max(rule.minimum, math.ceil(rule.share * population))
            return min(wanted, rule.maximum, population)
        case SampleToDetect():
            size = _most_to_detect if rule.never_fewer else _size_to_detect
            return min(size(rule, population), rule.cap, population)


def population_digest(references: Iterable[str]) -> str:
    """Return the SHA-256 (hex) of the unique references in NFC, sorted by code point, joined by line feeds."""
    return hashlib.sha256("\n".join(population_of(references)).encode()).hexdigest()


def population_of(references: Iterable[str]) -> tuple[str, ...]:
    """Return the references as they are hashed; RuleError for one that is empty or holds a line break."""
    unique = {unicodedata.normalize("NFC", reference) for reference in references}
    if any(not reference.strip() or "\n" in reference for reference in unique):
        raise RuleError("Every reference needs a line of its own.", field="members")
    return tuple(sorted(unique))


def draw(references: Sequence[str], seed: bytes, size: int, algorithm: str) -> tuple[str, ...]:
    """Return the drawn references, in the order of the draw. The same list and seed always give the same draw.

    `algorithm` is the name in the scheme; KeyError for an unknown one.
    """
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed is {SEED_BYTES} bytes, not {len(seed)}")
    return ALGORITHMS[algorithm](population_of(references), seed)[:size]


def ranked(members: Iterable[str], seed: bytes, digest: bytes) -> list[str]:
    """Return the members by rank as `sha256-rank-1`: by SHA-256 over the seed, the digest of the list, and each."""
    return sorted(members, key=lambda each: hashlib.sha256(seed + digest + each.encode()).digest())


def commitment(secret: bytes) -> str:
    """Return the SHA-256 (hex) by which a secret is promised before a value is mixed in."""
    return hashlib.sha256(_DRAW + secret).hexdigest()


def mixed_seed(secret: bytes, value: str, digest: str) -> bytes:
    """Return the seed of a draw: SHA-256 over the secret, the digest of the value, and the digest of the list."""
    parts = (_DRAW, secret, hashlib.sha256(value.encode()).digest(), bytes.fromhex(digest))
    return hashlib.sha256(b"".join(parts)).digest()


def share_interval(nonconforming: int, assessed: int, population: int) -> tuple[float, float]:
    """Return the 95 percent confidence interval for the share of nonconforming units in the population.

    Exact for a draw without replacement: a share is inside unless it makes the result, or a more extreme one, less
    likely than 2.5 percent (the test-inversion interval of the hypergeometric distribution, as Clopper and Pearson for
    the binomial one). When every unit was assessed it is a single point.
    """
    if not 0 <= nonconforming <= assessed <= population or not population:
        raise ValueError("impossible counts")
    fewest, most = nonconforming, population - (assessed - nonconforming)
    low = _first(fewest, most, lambda bad: _likely(_at_least(nonconforming, bad, assessed, population)))
    beyond = _first(low, most + 1, lambda bad: not _likely(_at_most(nonconforming, bad, assessed, population)))
    return low / population, (beyond - 1) / population


def chance_to_see(share: Decimal, drawn: int, population: int) -> Fraction:
    """Return the chance that a draw holds at least one nonconforming unit, if this share of a population is."""
    defects = math.ceil(share * population)
    return 1 - Fraction(comb(population - defects, drawn), comb(population, drawn))


def _ranked_by_sha256(population: tuple[str, ...], seed: bytes) -> tuple[str, ...]:
    return tuple(ranked(population, seed, bytes.fromhex(population_digest(population))))


# Names are permanent: a published scheme refers to them. A changed algorithm gets a new name.
ALGORITHMS: dict[str, Callable[[tuple[str, ...], bytes], tuple[str, ...]]] = {"sha256-rank-1": _ranked_by_sha256}


def _size_to_detect(rule: SampleToDetect, population: int) -> int:
    if not population:
        return 0
    sound = population - math.ceil(rule.defect_share * population)
    risk = 1 - Fraction(rule.confidence)
    size, missed = 0, Fraction(1)  # the probability that all units drawn so far conform
    while missed > risk and size < rule.cap:
        missed *= Fraction(sound - size, population - size)
        size += 1
    return max(size, math.isqrt(population - 1) + 1) if rule.at_least_square_root else size


def _most_to_detect(rule: SampleToDetect, population: int) -> int:
    """Return the largest size that any population of at most this many units needs.

    The smallest size that detects falls wherever the share makes one defect more of the population. Between two such
    places it rises, so only the populations just before one, and the last, can need more.
    """
    size, defects, last = 0, 0, 0
    limit = _size_for_any_population(rule)
    while last < population and size < limit:
        defects += 1
        last = min(math.floor(defects / Fraction(rule.defect_share)), population)
        while size < min(limit, last) and not _detects(rule, last, math.ceil(rule.defect_share * last), size):
            size += 1
    return max(size, math.isqrt(population - 1) + 1) if rule.at_least_square_root and population else size


def _detects(rule: SampleToDetect, population: int, defects: int, size: int) -> bool:
    missed = Fraction(comb(population - defects, size), comb(population, size))
    return missed <= 1 - Fraction(rule.confidence)


def _size_for_any_population(rule: SampleToDetect) -> int:
    """Return the size that detects in a population without end; a finite one never needs more. At most the cap."""
    sound, risk = 1 - Fraction(rule.defect_share), 1 - Fraction(rule.confidence)
    size, missed = 0, Fraction(1)
    while missed > risk and size < rule.cap:
        missed, size = missed * sound, size + 1
    return size


def _at_most(seen: int, bad: int, drawn: int, population: int) -> tuple[int, int]:
    """Return the probability to see at most so many, as numerator and denominator."""
    ways = sum(comb(bad, k) * comb(population - bad, drawn - k) for k in range(seen + 1))
    return ways, comb(population, drawn)


def _at_least(seen: int, bad: int, drawn: int, population: int) -> tuple[int, int]:
    ways = sum(comb(bad, k) * comb(population - bad, drawn - k) for k in range(seen, drawn + 1))
    return ways, comb(population, drawn)


def _likely(chance: tuple[int, int]) -> bool:
    """Return whether the probability exceeds 2.5 percent, computed in integers to avoid rounding."""
    ways, of = chance
    return 40 * ways > of


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the smallest number from `low` for which `holds`, or `high`, by bisection; `holds` must be monotone."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def step_of(method: RepairMethod, state: FindingState) -> RepairStep | None:
    """Return the step that a corrective action is at; None where the scheme asks all questions at once."""
    if all(question.step is None for question in method.questions):
        return None
    return RepairStep.PROOF if state in {FindingState.PLAN_ACCEPTED, FindingState.PROVEN} else RepairStep.PLAN


def questions_now(method: RepairMethod, state: FindingState) -> tuple[RepairQuestion, ...]:
    """Return the questions of that step."""
    step = step_of(method, state)
    return tuple(question for question in method.questions if step is None or question.step is step)


def attribute_of(question: str) -> str:
    """Return the attribute that holds the answer to a question of the scheme about a corrective action.

    Published schemes call the question about effectiveness "operation", and a published scheme never changes.
    """
    return "effectiveness" if question == "operation" else question
