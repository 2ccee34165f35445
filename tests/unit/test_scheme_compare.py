"""Comparison of two scheme versions."""

from collections import Counter
from decimal import Decimal

from audits.schemes.compare import ChangeKind, compare, compare_rules
from audits.schemes.source import parse
from tests.kit.scheme import SECOND, edited, scheme


def kinds(changes):
    return {change.code: change.kind for change in changes if change.kind is not ChangeKind.UNCHANGED}


def test_a_version_does_not_differ_from_itself():
    assert Counter(change.kind for change in compare(scheme(), scheme())) == {ChangeKind.UNCHANGED: 65}


def test_each_kind_of_change_is_told():
    new = parse(
        edited(
            ("    severity: minor\n", "    severity: major\n"),  # IDW-05
            ("nl: Ingeschreven als uitlener", "nl: Ingeschreven in het register"),
            ("  GOV-08:\n", "  GOV-09:\n"),
        )
    )
    assert kinds(compare(scheme(), new)) == {
        "GOV-01": ChangeKind.REWORDED,
        "IDW-05": ChangeKind.SEVERITY_CHANGED,
        "GOV-09": ChangeKind.ADDED,
        "GOV-08": ChangeKind.REMOVED,
    }


def test_a_change_carries_both_texts_and_what_differs():
    new = parse(edited(("nl: Ingeschreven als uitlener", "nl: Ingeschreven in het register")))
    change = compare(scheme(), new)[0]
    assert change.differs == ("title",)
    assert change.old.title["nl"] != change.new.title["nl"]


def test_removed_requirements_come_last_and_lack_a_new_text():
    new = parse(edited(("  GOV-01:\n", "  GOV-99:\n")))
    *_, last = compare(scheme(), new)
    assert (last.code, last.new) == ("GOV-01", None)


# ---- what judges the requirements


def test_a_version_is_judged_like_itself():
    assert compare_rules(scheme(SECOND), scheme(SECOND)) == []


def test_points_thresholds_terms_and_sizes_that_change_are_named():
    new = parse(
        edited(
            ("points: 8", "points: 9"),
            ("fail_total: 30", "fail_total: 31"),
            ("above_share: 0.05", "above_share: 0.07"),
            ("cap: 60", "cap: 70"),
            ("appeal_working_days: 20", "appeal_working_days: 15"),
        )
    )
    assert [(change.path, change.old, change.new) for change in compare_rules(scheme(), new)] == [
        ("severities.major.points", 8, 9),
        ("units.personnel_file.sampling.cap", 60, 70),
        ("scoring.fail_total", 30, 31),
        ("scoring.grades.major.1.above_share", Decimal("0.05"), Decimal("0.07")),
        ("terms.appeal_working_days", 20, 15),
    ]


def test_the_cycle_is_compared_and_what_only_one_version_has():
    new = parse(
        edited(
            ("after_months: 6", "after_months: 4"),
            ("    serious: true\n  deceit:", "    serious: false\n  deceit:"),
            ("en: You meet the norm at all times", "en: You keep to the norm at all times"),
            ("    no_interpreter:\n", "    no_room:\n"),
            version=SECOND,
        )
    )
    found = {change.path: (change.old, change.new) for change in compare_rules(scheme(SECOND), new)}
    assert found.pop("cycle.surveillance.0.after_months") == (6, 4)
    assert found.pop("cycle.grounds.harm_to_workers.serious") == (True, False)
    assert found.pop("cycle.agreement.duties.meet_requirements.text")[0]["en"].startswith("You meet")
    assert found.pop("cycle.replacement_reasons.no_interpreter")[1] is None
    assert found.pop("cycle.replacement_reasons.no_room")[0] is None
    assert set(found) == {"cycle.agreement.sha256"}


def test_the_second_edition_judges_every_requirement_otherwise():
    assert Counter(change.kind for change in compare(scheme(), scheme(SECOND))) == {ChangeKind.JUDGED_OTHERWISE: 65}


def test_a_requirement_with_a_new_code_is_compared_with_its_old_self():
    new = parse(edited(("renamed: {}", "renamed: {GOV-01: GOV-02, GOV-02: GOV-01}"), version=SECOND))
    (first, *_), olds = compare(scheme(), new), {item.code: item for item in scheme().requirements}
    assert (first.new.code, first.old) == ("GOV-01", olds["GOV-02"])
