"""Typed questions in a real browser: they come and go while somebody types, and every page with them is accessible."""

import os
import re

import pytest
from sqlalchemy.orm import Session

from audits.applications.models import Answer
from audits.core import clock
from audits.core.access import Role
from tests.kit.browser import PASSWORD
from tests.kit.factories import answer_all, give_password, make_agency, make_application, make_person, make_scheme
from tests.kit.portals import running_portal
from tests.kit.typed_questions import norm

ROLES = [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY]


@pytest.fixture(scope="module")
def portal(servers, tmp_path_factory):
    """One of its own: a version of the norm comes into force that other journeys do not expect."""
    with running_portal(servers, tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture
def begun(portal):
    """An application under a norm with typed questions: its id and the address of a person who works on it."""
    with Session(portal.tables) as session, session.begin():
        text = re.sub(r"(?m)^version: .*$", "version: '1.77'", norm(), count=1)
        version = make_scheme(session, re.sub(r"(?m)^valid_from: .*$", f"valid_from: '{clock.today()}'", text, count=1))
        agency = make_agency(session)
        owner = give_password(session, make_person(session, ROLES, agency))
        application = make_application(session, agency=agency, signatory=owner, version=version)
        answer_all(session, application, owner)
        return application.id, owner.email


def test_a_question_comes_while_another_is_answered(portal, screen, begun):
    application_id, email = begun
    window = screen().sign_in(email, PASSWORD)
    window.open(f"/agency/applications/{application_id}/questions/HOU-01")
    assert window.page.locator("[name=detail_rent]").count() == 0
    window.page.locator("[name=detail_beds]").press_sequentially("12")
    window.page.locator("[name=detail_rent]").wait_for()
    _paste(window.page.locator(".kw-rows input").first, "Ede\t4\nUrk\t5\n")
    window.page.locator("[data-kw-checks] p").wait_for()
    assert "do not add up" in window.page.locator("[data-kw-checks]").inner_text()
    _see(window, "question")
    window.open(f"/agency/applications/{application_id}/answers")
    _see(window, "answers")
    for page in ("workbook", "differences", "declaration"):
        window.open(f"/agency/applications/{application_id}/{page}")
        _see(window, page)
    with Session(portal.tables) as session:
        assert session.get(Answer, (application_id, "HOU-01")).details["beds"] == "12"


def test_rows_are_pasted_added_removed_and_put_back(portal, screen, begun):
    application_id, email = begun
    window = screen().sign_in(email, PASSWORD)
    window.open(f"/agency/applications/{application_id}/questions/HOU-01")
    page = window.page
    page.locator("[name=detail_beds]").fill("9")
    _paste(page.locator(".kw-rows input").first, "Ede\t4\t1-2-2020\nUrk\t5\n")
    assert page.get_by_label("Beds, row 2").input_value() == "5"
    window.click("Add a row")
    page.get_by_label("Town, row 3").press_sequentially("Elst; west")
    page.get_by_label("Beds, row 3").press_sequentially("2")
    page.get_by_label("Remove: row 1").click()
    assert page.locator(".kw-rows tbody tr").count() == 2
    window.click("Put it back")
    assert page.get_by_label("Town, row 1").input_value() == "Ede"
    page.get_by_label("Remove: row 2").click()
    page.locator("[data-kw-saved]").filter(has_text="Saved").wait_for()
    _see(window, "rows")
    window.click("Save and return to the list")
    with Session(portal.tables) as session:
        assert session.get(Answer, (application_id, "HOU-01")).details["places"] == [
            {"town": "Ede", "sleeps": "4", "since": "2020-02-01"},
            {"town": "Elst; west", "sleeps": "2"},
        ]


def _paste(field, text):
    """Paste as a spreadsheet does."""
    field.evaluate(
        """(field, text) => {
          const clipboard = new DataTransfer();
          clipboard.setData("text/plain", text);
          const how = { clipboardData: clipboard, bubbles: true, cancelable: true };
          field.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        text,
    )


def test_without_javascript_it_comes_with_the_next_page(screen, begun):
    application_id, email = begun
    window = screen(javascript=False).sign_in(email, PASSWORD)
    path = f"/agency/applications/{application_id}/questions/HOU-01"
    window.open(path).fill(detail_beds="12").click("Save and return to the list")
    window.open(path)
    assert window.page.locator("[name=detail_rent]").count() == 1


def _see(window, name):
    """Keep a picture where somebody asks for it."""
    if folder := os.environ.get("PICTURES"):
        for width in (1280, 360):
            window.page.set_viewport_size({"width": width, "height": 900})
            window.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        window.page.set_viewport_size({"width": 1280, "height": 900})
