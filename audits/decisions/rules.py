"""Which outcomes the findings leave open, and why not the others. Plain values in, plain values out."""

from enum import StrEnum

from audits.schemes.text import Scoring


class Outcome(StrEnum):
    """What a decider can decide."""

    GRANT = "grant"
    GRANT_WITH_CONDITIONS = "grant_with_conditions"
    REFUSE = "refuse"


class Reason(StrEnum):
    """What stands in the way of a plain grant; the page puts it in words."""

    FAILING_FINDING = "failing_finding"
    OPEN_BLOCKING_FINDING = "open_blocking_finding"
    SCORE_FAILS = "score_fails"
    SCORE_CONDITIONAL = "score_conditional"


_RULES_OUT_ANY_GRANT = frozenset({Reason.FAILING_FINDING, Reason.OPEN_BLOCKING_FINDING, Reason.SCORE_FAILS})


def possible_outcomes(
    scoring: Scoring, score: int, *, any_failing: bool, any_open_blocking: bool
) -> frozenset[Outcome]:
    """What may be decided on this score and these findings. To refuse is always possible."""
    reasons = reasons_against(scoring, score, any_failing=any_failing, any_open_blocking=any_open_blocking)
    if _RULES_OUT_ANY_GRANT.intersection(reasons):
        return frozenset({Outcome.REFUSE})
    if Reason.SCORE_CONDITIONAL in reasons:
        return frozenset({Outcome.GRANT_WITH_CONDITIONS, Outcome.REFUSE})
    return frozenset({Outcome.GRANT, Outcome.REFUSE})


def reasons_against(scoring: Scoring, score: int, *, any_failing: bool, any_open_blocking: bool) -> tuple[Reason, ...]:
    """Everything that stands in the way of a plain grant, gravest first; empty if nothing does."""
    fails = score >= scoring.fail_total
    found = {
        Reason.FAILING_FINDING: any_failing,
        Reason.OPEN_BLOCKING_FINDING: any_open_blocking,
        Reason.SCORE_FAILS: fails,
        Reason.SCORE_CONDITIONAL: not fails and score >= scoring.conditional_from,
    }
    return tuple(reason for reason, stands in found.items() if stands)
