"""What becomes of requirements in a later version: the same, changed, merged, split, new or gone."""

from collections import Counter

from audits.inspections.grading import codes_before
from audits.schemes.compare import Upgrade, UpgradeStep, codes_after, compare, differences, upgrade_map
from audits.schemes.source import parse
from tests.kit.scheme import FIRST, SECOND, norm_text, plain_norm, scheme

OLD = scheme(FIRST)


def steps(old, new, *kinds):
    return [step for step in upgrade_map(old, new) if step.kind in kinds]


def test_a_version_upgrades_to_itself_unchanged():
    assert Counter(step.kind for step in upgrade_map(OLD, OLD)) == {Upgrade.UNCHANGED: 65}


def test_a_new_code_without_a_word_is_one_gone_and_one_new():
    norm = plain_norm(FIRST)
    norm["requirements"]["GOV-99"] = norm["requirements"].pop("GOV-08")
    found = steps(OLD, parse(norm_text(norm)), Upgrade.NEW, Upgrade.GONE)
    assert found == [UpgradeStep(Upgrade.NEW, (), ("GOV-99",)), UpgradeStep(Upgrade.GONE, ("GOV-08",), ())]


def split_norm():
    norm = plain_norm(SECOND)
    norm["requirements"]["GOV-98"] = dict(norm["requirements"]["GOV-08"])
    norm["transition"][0]["split"] = {"GOV-08": ["GOV-08", "GOV-98"]}
    return parse(norm_text(norm))


def test_what_was_split_is_one_step_and_both_parts_know_where_they_come_from():
    new = split_norm()
    assert steps(OLD, new, Upgrade.SPLIT) == [UpgradeStep(Upgrade.SPLIT, ("GOV-08",), ("GOV-08", "GOV-98"))]
    assert codes_after(OLD, new, "GOV-08") == ("GOV-08", "GOV-98")
    assert codes_before(new, "GOV-98") == {"GOV-98", "GOV-08"}


def test_what_was_merged_is_one_step():
    norm = plain_norm(SECOND)
    norm["transition"][0]["renamed"] = {"CHN-07": "CHN-06"}
    new = parse(norm_text(norm)).only([item.code for item in OLD.requirements if item.code != "CHN-07"])
    assert steps(OLD, new, Upgrade.MERGED, Upgrade.GONE) == [
        UpgradeStep(Upgrade.MERGED, ("CHN-06", "CHN-07"), ("CHN-06",))
    ]
    assert next(change for change in compare(OLD, new) if change.code == "CHN-06").old.code == "CHN-06"


def test_every_value_that_differs_is_told_with_both():
    norm = plain_norm(FIRST)
    norm["requirements"]["GOV-01"]["title"]["nl"] = "Anders"
    norm["requirements"]["GOV-01"]["severity"] = "major" if OLD.requirement("GOV-01").severity != "major" else "minor"
    new = parse(norm_text(norm))
    change = next(change for change in compare(OLD, new) if change.code == "GOV-01")
    told = {each.path: (each.old, each.new) for each in differences(change)}
    assert set(told) == {"GOV-01.title", "GOV-01.severity"}
    assert told["GOV-01.title"][1]["nl"] == "Anders"
