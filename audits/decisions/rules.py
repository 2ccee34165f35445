"""Compute which outcomes the findings allow, the reasons against the others, and what each kind needs. Pure."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from audits.core.errors import RuleError
from audits.schemes.cycle import DecisionKind, Ground
from audits.schemes.text import Scoring, Shortfall

Grounds = Mapping[str, str] | Collection[str]
"""The codes of the grounds of a decision; as a mapping, with what the letter says under each."""

K = DecisionKind
AFTER_AUDIT = frozenset({K.GRANT, K.GRANT_WITH_CONDITIONS, K.REFUSE, K.RENEW, K.CLOSE})
"""The kinds that conclude an audit."""

GRANTS = frozenset({K.GRANT, K.GRANT_WITH_CONDITIONS, K.RENEW})
"""The kinds from which a certificate follows."""

ON_CERTIFICATE = frozenset(
    {
        K.MAINTAIN,
        K.EXTEND_SCOPE,
        K.REDUCE_SCOPE,
        K.AMEND,
        K.SUSPEND,
        K.LIFT,
        K.WITHDRAW,
        K.END,
        K.CONDITION_MET,
    }
)
"""The kinds that are about a certificate."""


ENDS_PROVISION = frozenset({K.SUSPEND, K.LIFT, K.WITHDRAW, K.END})
"""The kinds by which a second decider answers a provisional suspension."""


MAY_WAIT = frozenset({K.SUSPEND, K.WITHDRAW, K.END})
"""The kinds that may count from a later day: they take something away, and leave time to arrange what follows."""


class Outcome(StrEnum):
    """Outcomes of an audit; each is a kind of decision."""

    GRANT = "grant"
    GRANT_WITH_CONDITIONS = "grant_with_conditions"
    REFUSE = "refuse"


class Reason(StrEnum):
    """Reasons against an unconditional grant; pages show them in words."""

    TIED_TEAM = "tied_team"
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
    tied: bool = False,
) -> frozenset[Outcome]:
    """Return the outcomes that score, findings and evidence allow. Refusal is always among them."""
    reasons = reasons_against(
        scoring,
        score,
        any_failing=any_failing,
        any_open_blocking=any_open_blocking,
        insufficient=insufficient,
        tied=tied,
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
    tied: bool = False,
) -> tuple[Reason, ...]:
    """Return all reasons against an unconditional grant, gravest first; empty if there are none.

    `insufficient` are the effects of the requirements on which too little was assessed (edition 2 of the scheme);
    `tied`: somebody of the team declared an interest after the review.
    """
    fails = score >= scoring.fail_total
    found = {
        Reason.TIED_TEAM: tied,
        Reason.FAILING_FINDING: any_failing,
        Reason.OPEN_BLOCKING_FINDING: any_open_blocking,
        Reason.SCORE_FAILS: fails,
        Reason.EVIDENCE_BLOCKS: Shortfall.BLOCKS in insufficient,
        Reason.SCORE_CONDITIONAL: not fails and score >= scoring.conditional_from,
        Reason.EVIDENCE_CONDITIONAL: Shortfall.CONDITIONS in insufficient,
    }
    return tuple(reason for reason, stands in found.items() if stands)


def explained(grounds: Grounds) -> dict[str, str]:
    """Return what the letter says under each ground, by code; nothing where only codes were given."""
    texts = grounds if isinstance(grounds, Mapping) else dict.fromkeys(grounds, "")
    return {code: text.strip() for code, text in texts.items()}


def chosen_grounds(offered: Iterable[Ground], codes: Collection[str], *, needed: bool) -> tuple[Ground, ...]:
    """Return the chosen grounds in the order of the scheme; RuleError at `grounds` for one that is not offered.

    `needed`: the scheme names grounds itself, and asks for one where it offers any.
    """
    listed = tuple(offered)
    chosen = tuple(ground for ground in listed if ground.code in codes)
    if len(chosen) != len(set(codes)):
        raise RuleError("A ground does not fit this decision. Choose others.", field="grounds")
    if needed and listed and not chosen:
        raise RuleError("Choose at least one ground.", field="grounds")
    return chosen
