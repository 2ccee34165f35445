"""What a single verdict must hold, by the published norm."""

from audits.inspections.judging import NOTE_LIMIT, complaint, plain_verdict
from tests.kit.norm import norm


def test_a_verdict_needs_a_note_when_the_norm_says_so():
    for kind in norm().verdicts.values():
        assert (complaint(norm(), kind.code, "  ") is None) != kind.needs_explanation
        assert complaint(norm(), kind.code, "Seen on the floor.") is None


def test_only_verdicts_of_the_norm_count():
    assert complaint(norm(), "", "a note")
    assert complaint(norm(), "excellent", "a note")


def test_a_note_has_a_limit():
    assert complaint(norm(), plain_verdict(norm()), "x" * (NOTE_LIMIT + 1))
    assert complaint(norm(), plain_verdict(norm()), "x" * NOTE_LIMIT) is None


def test_the_plain_verdict_counts_and_is_not_held_against_the_agency():
    kind = norm().verdicts[plain_verdict(norm())]
    assert kind.assessed
    assert not kind.nonconforming
