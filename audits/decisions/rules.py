"""Compute which outcomes the findings allow, and the reasons against the others. Pure."""

from collections.abc import Collection
from enum import StrEnum

from audits.schemes.text import Scoring, Shortfall


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
    EVIDENCE_BLOCKS = "evidence_blocks"
    SCORE_CONDITIONAL = "score_conditional"
    EVIDENCE_CONDITIONAL = "evidence_conditional"


_CALLS_FOR_CONDITIONS = frozenset({Reason.SCORE_CONDITIONAL, Reason.EVIDENCE_CONDITIONAL})


def possible_outcomes(
    scoring: Scoring,
    score: int,
    *,
    any_failing: bool,
    any_open_blocking: bool,
    insufficient: Collection[Shortfall] = (),
) -> frozenset[Outcome]:
    """Return the outcomes that score, findings and evidence allow. Refusal is always among them."""
    reasons = reasons_against(
        scoring, score, any_failing=any_failing, any_open_blocking=any_open_blocking, insufficient=insufficient
    )
    if not reasons:
        return frozenset({Outcome.GRANT, Outcome.REFUSE})
    if _CALLS_FOR_CONDITIONS.issuperset(reasons):
        return frozenset({Outcome.GRANT_WITH_CONDITIONS, Outcome.REFUSE})
    return frozenset({Outcome.REFUSE})


def reasons_against(
    scoring: Scoring,
    score: int,
    *,
    any_failing: bool,
    any_open_blocking: bool,
    insufficient: Collection[Shortfall] = (),
) -> tuple[Reason, ...]:
    """Return all reasons against an unconditional grant, gravest first; empty if there are none.

    `insufficient` are the effects of the requirements on which too little was assessed (edition 2 of the scheme).
    """
    fails = score >= scoring.fail_total
    found = {
        Reason.FAILING_FINDING: any_failing,
        Reason.OPEN_BLOCKING_FINDING: any_open_blocking,
        Reason.SCORE_FAILS: fails,
        Reason.EVIDENCE_BLOCKS: Shortfall.BLOCKS in insufficient,
        Reason.SCORE_CONDITIONAL: not fails and score >= scoring.conditional_from,
        Reason.EVIDENCE_CONDITIONAL: Shortfall.CONDITIONS in insufficient,
    }
    return tuple(reason for reason, stands in found.items() if stands)
