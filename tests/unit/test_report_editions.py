"""What a report says otherwise than the one before it."""

from certificates.documents.editions import Difference, Part, differences
from tests.kit import snapshot

HIDDEN = {"assessed": 8, "nonconforming": None, "fewer_than": 5}


def chapters(**changes):
    return [{"code": "PAY", "title": "Pay", "requirements": [snapshot.judgement(1, **changes)]}]


def test_the_same_report_differs_in_nothing_though_its_findings_have_other_numbers():
    other = snapshot.audit_report(findings=[snapshot.finding(7)])
    assert differences(snapshot.audit_report(), other) == []


def test_each_part_that_differs_is_named_with_what_it_was():
    before = snapshot.audit_report(score=2, chapters=chapters())
    after = snapshot.audit_report(
        score=10,
        findings=[snapshot.finding(grade="Groot", points=10, nonconforming=9, observed="Negen dossiers.")],
        chapters=chapters(verdict="Voldoet niet", nonconforming=9),
    )
    text = snapshot.finding()["observed"]
    assert differences(before, after) == [
        Difference(Part.SCORE, "", "2", "10"),
        Difference(Part.GRADE, "PAY-05", "Klein", "Groot"),
        Difference(Part.POINTS, "PAY-05", "2", "10"),
        Difference(Part.COUNTS, "PAY-05", "3 / 27", "9 / 27"),
        Difference(Part.OBSERVED, "PAY-05", text, "Negen dossiers."),
        Difference(Part.VERDICT, "PAY-01", "Voldoet (0 / 27)", "Voldoet niet (9 / 27)"),
    ]


def test_findings_that_came_and_went_are_told_apart_from_those_on_the_same_requirement():
    first, second = snapshot.finding(observed="One."), snapshot.finding(2, observed="Two.")
    one, two = snapshot.audit_report(findings=[first]), snapshot.audit_report(findings=[first, second])
    assert differences(one, two) == [Difference(Part.FINDING, "PAY-05", "", "Klein: Two.")]
    assert differences(two, one) == [Difference(Part.FINDING, "PAY-05", "Klein: Two.", "")]


def test_counts_of_small_groups_stay_uncounted():
    before, after = (snapshot.audit_report(findings=[snapshot.finding(**each)]) for each in ({}, HIDDEN))
    assert differences(before, after) == [Difference(Part.COUNTS, "PAY-05", "3 / 27", "< 5 / 8")]


def test_pictures_that_came_went_or_are_called_otherwise_are_named():
    """A report of an older release names none."""
    slip = {"sha256": "a" * 64, "caption": "A slip.", "reference": "F-1"}
    house = {"sha256": "b" * 64, "caption": "The house.", "reference": ""}
    finding = snapshot.finding()
    finding.pop("pictures", None)
    none = snapshot.audit_report(findings=[finding])
    both = snapshot.audit_report(findings=[finding | {"pictures": [slip, house]}])
    assert differences(none, both) == [Difference(Part.PICTURES, "PAY-05", "", "F-1: A slip.; The house.")]
    assert differences(both, none) == [Difference(Part.PICTURES, "PAY-05", "F-1: A slip.; The house.", "")]
