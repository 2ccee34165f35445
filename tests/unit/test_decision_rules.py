"""Outcomes that score and findings allow."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core.canonical import canonical
from audits.decisions.basis import Basis, Part
from audits.decisions.rules import Outcome, Reason, possible_outcomes, reasons_against
from audits.schemes.text import Shortfall
from tests.kit.scheme import scheme

GRANT, CONDITIONS, REFUSE = Outcome.GRANT, Outcome.GRANT_WITH_CONDITIONS, Outcome.REFUSE


@pytest.mark.parametrize(
    ("score", "failing", "blocking", "outcomes"),
    [
        (0, False, False, {GRANT, REFUSE}),
        (15, False, False, {GRANT, REFUSE}),
        (16, False, False, {CONDITIONS, REFUSE}),
        (29, False, False, {CONDITIONS, REFUSE}),
        (30, False, False, {REFUSE}),
        (99, False, False, {REFUSE}),
        (0, True, False, {REFUSE}),
        (0, False, True, {REFUSE}),
        (16, False, True, {REFUSE}),
        (30, True, True, {REFUSE}),
    ],
)
def test_the_table_of_outcomes(score, failing, blocking, outcomes):
    assert possible_outcomes(scheme().scoring, score, any_failing=failing, any_open_blocking=blocking) == outcomes


@pytest.mark.parametrize(
    ("score", "failing", "blocking", "reasons"),
    [
        (0, False, False, ()),
        (16, False, False, (Reason.SCORE_CONDITIONAL,)),
        (30, False, False, (Reason.SCORE_FAILS,)),
        (38, True, True, (Reason.FAILING_FINDING, Reason.OPEN_BLOCKING_FINDING, Reason.SCORE_FAILS)),
        (20, False, True, (Reason.OPEN_BLOCKING_FINDING, Reason.SCORE_CONDITIONAL)),
    ],
)
def test_every_reason_is_named(score, failing, blocking, reasons):
    assert reasons_against(scheme().scoring, score, any_failing=failing, any_open_blocking=blocking) == reasons


@pytest.mark.parametrize(
    ("score", "insufficient", "outcomes", "reasons"),
    [
        (0, [Shortfall.CONDITIONS], {CONDITIONS, REFUSE}, (Reason.EVIDENCE_CONDITIONAL,)),
        (0, [Shortfall.CONDITIONS, Shortfall.BLOCKS], {REFUSE}, (Reason.EVIDENCE_BLOCKS, Reason.EVIDENCE_CONDITIONAL)),
        (16, [Shortfall.CONDITIONS], {CONDITIONS, REFUSE}, (Reason.SCORE_CONDITIONAL, Reason.EVIDENCE_CONDITIONAL)),
        (30, [Shortfall.CONDITIONS], {REFUSE}, (Reason.SCORE_FAILS, Reason.EVIDENCE_CONDITIONAL)),
    ],
)
def test_insufficient_evidence_never_allows_a_plain_grant(score, insufficient, outcomes, reasons):
    found = {"any_failing": False, "any_open_blocking": False, "insufficient": insufficient}
    assert possible_outcomes(scheme().scoring, score, **found) == outcomes
    assert reasons_against(scheme().scoring, score, **found) == reasons


@given(st.dictionaries(st.sampled_from(Part), st.lists(st.lists(st.text() | st.integers() | st.none()))))
def test_a_basis_put_together_from_its_parts_is_the_canonical_json_of_the_whole(parts):
    basis = Basis(parts)
    assert basis.content == canonical({part.value: value for part, value in parts.items()})
    of_each = {part: hashlib.sha256(canonical({"": value})).hexdigest() for part, value in parts.items()}
    assert basis.shown.split() == [f"{part}:{digest}" for part, digest in of_each.items()]
