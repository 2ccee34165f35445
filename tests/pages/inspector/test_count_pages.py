"""The page on which an inspector counts the rooms and beds of a house, and what it says beside the verdicts."""

from audits.core.access import Role
from tests.kit.inspecting import path

HOUSE = "units/housing_location/1"
COUNTS = f"{HOUSE}/counts"
TYPED = {
    "detail_house_kind": "dwelling",
    "detail_living_area": "60",
    "detail_rooms": "1; 7; 2; 2\n2; 10,5; 3; 3",
    "detail_recorded_residents": "4",
    "detail_toilets": "1",
    "detail_showers": "1",
}
BROKEN = "The number of residents does not match the records."


def test_what_is_counted_stands_at_the_house_and_speaks_against_a_verdict(browser, houses):
    page = browser.open(path(houses, HOUSE))
    assert "Nothing was counted here yet." in page.text
    assert browser.open(path(houses, COUNTS)).soup.select("[name=reason]") == []
    page = browser.submit(**TYPED)
    assert page.notes == ["The counts are saved and sealed."]
    assert BROKEN in page.soup.select_one(".kw-counted").text
    assert BROKEN in page.soup.select_one("#HOU-02-1-cell").text
    assert BROKEN not in page.soup.select_one("#HOU-03-1-cell").text
    assert BROKEN not in browser.open(path(houses, "units/housing_location/2")).text
    assert "Nothing was counted here" in browser.open(path(houses, "report")).text  # at the other house


def test_mistakes_are_named_at_their_field(browser, houses):
    browser.open(path(houses, COUNTS))
    assert browser.submit(status=422).errors == ["Fill in what you counted or measured."]
    page = browser.submit(**TYPED | {"detail_toilets": "one", "detail_rooms": "1; 7; 2"}, status=422)
    assert page.errors == ["Row 1, Residents: This is missing.", "Enter a whole number, like 12."]


def test_a_change_asks_why_and_an_older_page_overwrites_nothing(browser, houses):
    browser.open(path(houses, COUNTS))
    browser.submit(**TYPED)
    older = browser.open(path(houses, COUNTS))
    assert [tag["name"] for tag in older.soup.select("main form [name]")][-1] == "reason"
    changed = TYPED | {"detail_toilets": "2"}
    assert browser.submit(**changed, status=422).errors == ["You change counts that were saved before. Say why."]
    browser.submit(**changed, reason="There is one upstairs.")
    browser.open(path(houses, COUNTS))
    page = browser.submit(**TYPED | {"detail_toilets": "3", "seen": older.value("seen")}, reason="Two.", status=409)
    assert "Somebody counted here in the meantime." in page.errors[0]
    assert page.value("detail_toilets") == "3"
    page = browser.submit()
    assert "Toilets 3" in page.soup.select_one(".kw-counted").text


def test_others_read_it_and_a_file_has_no_such_page(enter, session, houses, browser):
    browser.open(path(houses, COUNTS))
    browser.submit(**TYPED)
    page = enter(Role.REVIEWER).open(path(houses, COUNTS))
    assert BROKEN in page.text
    assert page.soup.select("main form") == []
    browser.open(path(houses, "units/organisation/1/counts"), status=404)
    browser.open(path(houses, "units/housing_location/9/counts"), status=404)
