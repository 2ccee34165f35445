"""The desk of an inspector in a real browser: keys alone, two people at once, a thumb, no script, and no line lost."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.access import Role
from audits.inspections.judging import Method
from audits.inspections.models import Verdict
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.browser import PASSWORD
from tests.kit.factories import give_password, make_person
from tests.kit.known_audit import KnownAudit
from tests.kit.waiting import PATIENCE

ON_FILE = 23  # requirements of the norm on a file


@pytest.fixture
def audit(portal):
    """An audit in progress with five files."""
    return Known(portal)


class Known(KnownAudit):
    """And how each verdict was reached."""

    @property
    def methods(self):
        with Session(self.portal.tables) as session:
            return list(session.scalars(select(Verdict.method).where(Verdict.audit_id == self.id)))


def saved(page, done):
    page.locator("[data-kw-done]", has_text=re.compile(f"^{done}$")).wait_for()


def at(page):
    return page.locator(".kw-cell--here").get_attribute("data-kw-cell")


def test_a_file_is_judged_with_keys_alone(screen, audit):
    window = screen().sign_in(audit.email, PASSWORD).open(audit.path("units/personnel_file/1"))
    page = window.page
    page.locator("a[aria-current=true]:focus").wait_for()
    first = at(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    assert at(page) == first
    page.keyboard.press("2")  # asks for a note before anything is saved
    page.keyboard.type("12 days late. 1, 2 and 3 are letters here.")
    page.keyboard.press("Control+Enter")
    for _ in range(ON_FILE - 1):
        page.keyboard.press("1")
    saved(page, ON_FILE)
    assert len(audit.stored) == ON_FILE
    notes = [said for said in audit.stored.values() if said[1]]
    assert notes == [("nonconform", "12 days late. 1, 2 and 3 are letters here.")]
    assert page.evaluate("document.activeElement.rel") == "next"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "units/personnel_file/2" in page.url
    page.locator("a[aria-current=true]:focus").wait_for()
    page.keyboard.press("g")
    page.keyboard.type(f"PAY-05 {audit.files[3]}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("a[aria-current=true]:focus").wait_for()
    assert at(page) == "PAY-05-4"
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    window.judge()
    page.get_by_label("Use these keys on this device").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    assert page.locator("#PAY-05-4-cell input:checked").count() == 0


def test_what_a_colleague_stored_meanwhile_stands_beside_ones_own(screen, audit):
    window = screen().sign_in(audit.email, PASSWORD).open(audit.path("units/personnel_file/1#PAY-05-1-cell"))
    page = window.page
    page.locator("a[aria-current=true]:focus").wait_for()
    audit.store("PAY-05", "nonconform", "Under the minimum.")
    page.keyboard.press("1")
    choice = page.get_by_role("button", name="Keep mine, with a reason")
    choice.wait_for()
    window.judge()
    assert "Under the minimum." in page.locator("#PAY-05-1-cell").inner_text()
    assert audit.stored == {("PAY-05", audit.files[0]): ("nonconform", "Under the minimum.")}
    choice.click()
    page.keyboard.type("The slip of May was corrected.")
    page.keyboard.press("Control+Enter")
    saved(page, 1)
    page.locator("[data-kw-saved]", has_text="Saved at").wait_for()
    assert audit.stored == {("PAY-05", audit.files[0]): ("conform", "")}
    page.goto(audit.path("units/personnel_file/1#PAY-06-1-cell"))  # on the same page
    page.locator("#PAY-06-1-cell.kw-cell--here").wait_for()
    page.keyboard.press("1")
    saved(page, 2)
    page.locator('[data-kw-row="PAY-06-1"] a').click()
    audit.store("PAY-06", "not_assessed", "No slips.", "Looked again.")
    page.locator("#PAY-06-1-note").fill("All slips seen.")
    keep = page.get_by_role("button", name="Keep what is stored")
    keep.click()
    assert page.locator("#PAY-06-1-note").input_value() == "No slips."
    assert audit.stored["PAY-06", audit.files[0]] == ("not_assessed", "No slips.")


def test_without_a_connection_what_was_typed_stays_and_is_sent_later(screen, audit):
    window = screen().sign_in(audit.email, PASSWORD).open(audit.path("requirements/PAY-05"))
    page = window.page
    page.locator("a[aria-current=true]:focus").wait_for()
    page.route("**/cells/**", lambda route: route.abort())
    page.clock.install()
    page.keyboard.press("1")
    page.clock.run_for(100)
    page.locator(".kw-saved--bad").wait_for()
    assert audit.stored == {}
    window.complaints.clear()  # the browser's own about the line that was cut
    page.unroute("**/cells/**")
    page.clock.run_for(16_000)
    saved(page, 1)
    assert list(audit.stored.values()) == [("conform", "")]


def test_how_it_was_seen_goes_with_the_cells_after_it_and_private_notes_are_kept_apart(screen, audit):
    window = screen().sign_in(audit.email, PASSWORD).open(audit.path("units/personnel_file/1#PAY-05-1-cell"))
    page = window.page
    page.locator("a[aria-current=true]:focus").wait_for()
    page.keyboard.press("m")
    for key in "111":
        page.keyboard.press(key)
    saved(page, 3)
    assert audit.methods == [Method.SEEN] * 3
    page.locator(".kw-cell--here summary", has_text="Private note").click()
    page.locator(".kw-cell--here [data-kw-private]").fill("He hesitated.")
    code = at(page).removesuffix("-1")
    page.keyboard.press("Tab")
    page.locator("[data-kw-saved]", has_text="Saved at").wait_for()
    with page.expect_navigation():
        page.get_by_role("link", name="Several at once").click()
    window.judge()
    page.get_by_label("All that are open").check()
    page.get_by_label("Conforms", exact=True).check()
    page.get_by_label("Document seen").check()
    page.get_by_label("Why one verdict holds for all of these").fill("One page says it all.")
    window.click("Give this verdict")
    assert len(audit.stored) == ON_FILE
    page.goto(audit.path(f"units/personnel_file/1#{code}-1-cell"))
    assert page.locator(".kw-cell--here [data-kw-private]").input_value() == "He hesitated."
    assert page.locator(".kw-list .kw-bulk").count() == ON_FILE - 3


def test_without_a_script_one_button_saves_the_whole_page(screen, audit):
    window = screen(javascript=False).sign_in(audit.email, PASSWORD).open(audit.path("units/personnel_file/1"))
    page = window.page
    for key in page.locator('[data-kw-cell] input[value="conform"]').all():
        key.check()
    page.locator('[data-kw-cell="PAY-05-1"] input[value="nonconform"]').check()
    page.locator("#PAY-05-1-note").fill("No leave balance.")
    window.click("Save and next")
    assert page.url.endswith("units/personnel_file/2")
    assert len(audit.stored) == ON_FILE
    assert audit.stored["PAY-05", audit.files[0]] == ("nonconform", "No leave balance.")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_thumb_has_room_and_nothing_is_wider_than_the_window(screen, audit, language):
    window = screen().sign_in(audit.email, PASSWORD)
    page = window.page
    for width, height in ((768, 1024), (820, 1180), (1024, 768), (1280, 900)):
        for where in ("units/personnel_file/1", "units/interview/2", "requirements/PAY-05", ""):
            seen = (where, width, height)
            window.open(f"{audit.path(where)}?lang={language}")
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, seen
            if not where:
                continue
            sizes = "(all) => all.map((each) => each.getBoundingClientRect()).map(({width, height}) => [width, height])"
            keys = page.locator(".kw-cell--here .kw-verdicts label").evaluate_all(sizes)
            assert len(keys) == 4
            assert all(min(size) >= 44 for size in keys), (seen, keys)
            ((note, _),) = page.locator(".kw-cell--here textarea[id$=-note]").evaluate_all(sizes)
            assert note >= 300, seen
            verdicts = page.locator(".kw-cell--here .kw-verdicts")
            bottom = verdicts.evaluate("(each) => each.getBoundingClientRect().bottom")
            assert bottom <= height, seen  # the verdicts are under the thumb without scrolling
            page.set_viewport_size({"width": 1280, "height": 900})


def test_who_goes_along_as_observer_reads(screen, audit):
    with Session(audit.portal.tables) as session, session.begin():
        person = give_password(session, make_person(session, Role.INSPECTOR))
        planner = make_person(session, Role.PLANNER)
        join_team(session, planner.actor, audit.id, person_id=person.id, role=TeamRole.OBSERVER)
        email = person.email
    audit.store("PAY-05", "nonconform", "No leave balance.")
    window = screen().sign_in(email, PASSWORD).open(audit.path("units/personnel_file/1#PAY-05-1-cell"))
    assert "No leave balance." in window.page.locator(".kw-cell--here").inner_text()
    assert window.page.locator("main form[method=post], main input[type=radio]").count() == 0


def test_the_matrix_is_filled_with_keys(screen, audit):
    audit.store("PAY-05", "nonconform", "No leave balance.")
    window = screen().sign_in(audit.email, PASSWORD).open(audit.path("matrix/personnel_file"))
    page = window.page
    page.locator("td:focus").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("2")  # on the next one, which asks for a note
    page.keyboard.type("Not in the file.")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("1")
    saved(page, 4)
    assert sorted(audit.stored.values()) == [
        ("conform", ""),
        ("conform", ""),
        ("nonconform", "No leave balance."),
        ("nonconform", "Not in the file."),
    ]
    page.locator("tr[data-code=PAY-05] td").first.click()
    expect(page.locator("#note")).to_have_value("No leave balance.", timeout=PATIENCE * 1000)
    window.judge()
    page.keyboard.press("1")  # a change asks for its reason
    page.keyboard.type("It was on the back.")
    page.keyboard.press("Control+Enter")
    page.locator("tr[data-code=PAY-05] td.kw-m-good").first.wait_for()
    page.locator("[data-kw-saved]", has_text="Saved at").wait_for()
    assert audit.stored["PAY-05", audit.files[0]] == ("conform", "No leave balance.")
    for width in (768, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    audit.store("PAY-06", "nonconform", "Short.")
    page.locator("tr[data-code=PAY-06] td").first.click()
    page.keyboard.press("1")
    page.get_by_role("button", name="Keep what is stored").click()
    page.locator("tr[data-code=PAY-06] td.kw-m-bad").first.wait_for()
    assert audit.stored["PAY-06", audit.files[0]] == ("nonconform", "Short.")
    page.keyboard.press("u")
    page.wait_for_url("**/units/personnel_file/1")
