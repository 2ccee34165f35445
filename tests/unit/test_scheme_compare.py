"""Comparison of two scheme versions."""

from collections import Counter

from audits.schemes.compare import ChangeKind, compare
from audits.schemes.source import parse
from tests.kit.scheme import edited, scheme


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
