"""The page on which an inspector confirms the stated scope, and where others read it."""

from audits.core.access import Role
from tests.kit.inspecting import path

WHY = "No worker was ever in food."


def test_an_inspector_confirms_the_scope_item_by_item_with_the_beds(session, browser, enter, houses):
    browser.open(path(houses))
    page = browser.open(path(houses, "scope"))
    items = [box["value"] for box in page.soup.select("[name=items]")]
    assert items == list(houses.application.stated.items())
    assert page.soup.select("[name=items][checked]") == []
    kept = [item for item in items if item != "sectors:food_processing"]
    assert browser.submit(items=kept, status=422).errors == ["Say why you leave out a part of the scope."]
    page = browser.submit(items=kept, why=WHY, beds_1="20", status=422)
    assert page.errors == ["Say how many beds you saw at H-2."]
    page = browser.submit(items=kept, why=WHY, beds_1="20", beds_2="12")
    assert page.notes == ["The scope is saved."]
    page = browser.open(path(houses, "scope"))
    assert [box["value"] for box in page.soup.select("[name=items][checked]")] == kept
    assert page.value("beds_2") == "12"
    told = " ".join(enter(Role.REVIEWER).open(f"/office/audits/{houses.id}").text.split())
    assert WHY in told
    assert "H-2: 12 beds" in told
    assert "Yes, 32 places" in told


def test_only_an_inspector_in_fieldwork_can_say_it(session, enter, houses):
    assert enter(Role.DECIDER).open(path(houses, "scope"), status=403)
    assert enter(Role.INSPECTOR).open(path(houses, "scope"), status=404)
