"""Validation of a single verdict, with the published scheme."""

from audits.inspections.judging import NOTE_LIMIT, complaint, plain_verdict
from tests.kit.scheme import scheme


def test_a_verdict_needs_a_note_when_the_norm_says_so():
    for kind in scheme().verdicts.values():
        assert (complaint(scheme(), kind.code, "  ") is None) != kind.needs_explanation
        assert complaint(scheme(), kind.code, "Seen on the floor.") is None


def test_only_verdicts_of_the_norm_count():
    assert complaint(scheme(), "", "a note")
    assert complaint(scheme(), "excellent", "a note")


def test_a_note_has_a_limit():
    assert complaint(scheme(), plain_verdict(scheme()), "x" * (NOTE_LIMIT + 1))
    assert complaint(scheme(), plain_verdict(scheme()), "x" * NOTE_LIMIT) is None


def test_the_plain_verdict_counts_and_is_not_held_against_the_agency():
    kind = scheme().verdicts[plain_verdict(scheme())]
    assert kind.assessed
    assert not kind.nonconforming
