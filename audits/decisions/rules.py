"""Compute which outcomes the findings allow, and the reasons against the others. Pure."""

from enum import StrEnum

from audits.schemes.text import Scoring


class Outcome(StrEnum):
    """Outcomes of a decision."""

    GRANT = "grant"
    GRANT_WITH_CONDITIONS = "grant_with_conditions"
    REFUSE = "refuse"


class Reason(StrEnum):
    """Reasons against an unconditional grant; pages show them in words."""

    FAILING_FINDING = "failing_finding"
    OPEN_BLOCKING_FINDING = "open_blocking_finding"
    SCORE_FAILS = "score_fails"
    SCORE_CONDITIONAL = "score_conditional"


_RULES_OUT_ANY_GRANT = frozenset({Reason.FAILING_FINDING, Reason.OPEN_BLOCKING_FINDING, Reason.SCORE_FAILS})


def possible_outcomes(
    scoring: Scoring, score: int, *, any_failing: bool, any_open_blocking: bool
) -> frozenset[Outcome]:
    """Return the outcomes that score and findings allow. Refusal is always among them."""
    reasons = reasons_against(scoring, score, any_failing=any_failing, any_open_blocking=any_open_blocking)
    if _RULES_OUT_ANY_GRANT.intersection(reasons):
        return frozenset({Outcome.REFUSE})
    if Reason.SCORE_CONDITIONAL in reasons:
        return frozenset({Outcome.GRANT_WITH_CONDITIONS, Outcome.REFUSE})
    return frozenset({Outcome.GRANT, Outcome.REFUSE})


def reasons_against(scoring: Scoring, score: int, *, any_failing: bool, any_open_blocking: bool) -> tuple[Reason, ...]:
    """Return all reasons against an unconditional grant, gravest first; empty if there are none."""
    fails = score >= scoring.fail_total
    found = {
        Reason.FAILING_FINDING: any_failing,
        Reason.OPEN_BLOCKING_FINDING: any_open_blocking,
        Reason.SCORE_FAILS: fails,
        Reason.SCORE_CONDITIONAL: not fails and score >= scoring.conditional_from,
    }
    return tuple(reason for reason, stands in found.items() if stands)
