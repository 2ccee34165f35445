"""The self-assessment in a real browser: how many clicks it takes, and that nothing typed is lost."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications.models import Answer, Application
from audits.core import clock
from audits.core.access import Role
from audits.people.models import Person
from tests.kit.agency_pages import EVERYTHING, pdf_file
from tests.kit.applying import submit
from tests.kit.browser import PASSWORD
from tests.kit.factories import answer_all, give_password, make_agency, make_application, make_person, make_scheme
from tests.kit.portals import running_portal
from tests.kit.scheme import PUBLISHED
from tests.kit.waiting import PATIENCE

QUESTIONS = 65


@pytest.fixture(scope="module")
def portal(servers, tmp_path_factory):
    """One of its own: a version of the norm comes into force that other journeys do not expect."""
    with running_portal(servers, tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture
def begun(portal):
    """An application with nothing answered: its id and the address of a person who works on it."""
    with Session(portal.tables) as session, session.begin():
        agency = make_agency(session)
        owner = give_password(session, make_person(session, EVERYTHING, agency, name="Noor de Wit"))
        # The first version asks all questions of everybody; after another one its day may not be over.
        norm = re.sub(r"(?m)^valid_from: .*$", f"valid_from: {clock.today()}", PUBLISHED.read_text(), count=1)
        norm = re.sub(r"(?m)^version: .*$", 'version: "1.65"', norm, count=1)  # others published 1.0 as it is
        version = make_scheme(session, norm)
        application = make_application(session, agency=agency, signatory=owner, version=version)
        return application.id, owner.email


def stored(portal, application_id):
    with Session(portal.tables) as session:
        rows = session.scalars(select(Answer).where(Answer.application_id == application_id))
        return {row.requirement_code: (row.value, row.explanation) for row in rows}


class Counter:
    """Presses for a person and counts it; counts the pages that come as well."""

    def __init__(self, page):
        self.page, self.clicks, self.pages = page, 0, 0
        page.on("response", self._note)

    def press(self, found):
        found.click()
        self.clicks += 1

    def go(self, found):
        """Press what leads to another page, and wait for it: the script sends a form a moment later."""
        with self.page.expect_navigation():
            self.press(found)

    def _note(self, response):
        self.pages += response.request.is_navigation_request() and response.status == 200


@pytest.mark.parametrize(("javascript", "clicks", "pages"), [(True, 75, 12), (False, 100, 40)])
def test_sixty_five_conform_answers_take_few_clicks_and_pages(  # noqa: PLR0917
    portal, screen, begun, javascript, clicks, pages
):
    application_id, email = begun
    window = screen(javascript=javascript).sign_in(email, PASSWORD)
    window.open(f"/agency/applications/{application_id}")
    count = Counter(window.page)
    count.go(window.page.locator("main .govuk-task-list").nth(1).get_by_role("link").first)
    answered = 0
    while window.heading != "Check your answers":
        assert window.page.locator("input:checked").count() == 0
        for label in window.page.locator('label:text-is("Conforms")').all():
            count.press(label)
            answered += 1
        count.go(window.page.get_by_role("button", name="Save and continue"))
    assert answered == QUESTIONS
    assert count.clicks <= clicks
    assert count.pages <= pages
    assert {value for value, _text in stored(portal, application_id).values()} == {"conform"}
    assert len(stored(portal, application_id)) == QUESTIONS
    window.judge()


def test_what_is_typed_is_saved_by_itself_and_a_killed_browser_loses_nothing(portal, screen, begun):
    application_id, email = begun
    window = screen().sign_in(email, PASSWORD).open(f"/agency/applications/{application_id}/chapters/GOV")
    saved = window.page.locator("[data-kw-saved]:has-text('Saved at')")
    window.page.locator("#GOV-01-explanation").fill("Half a thought")
    saved.wait_for(timeout=PATIENCE * 1000)
    window.page.locator('[name="GOV-02-value"][value="conform"]').check()
    window.page.locator("#GOV-02 [data-kw-state]:has-text('Conform')").wait_for(timeout=PATIENCE * 1000)
    assert window.page.locator("[data-kw-answered]").inner_text() == "1"
    files = [
        {"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"},
        {"name": "good.pdf", "mimeType": "application/pdf", "buffer": pdf_file()},
    ]
    window.page.locator("#GOV-03-files").set_input_files(files)
    window.page.locator("#GOV-03").get_by_role("link", name="good.pdf", exact=True).wait_for(timeout=PATIENCE * 1000)
    assert "bad.pdf" in window.page.locator("#GOV-03 [role=alert]").inner_text()
    window.judge()
    window.close()  # as if the browser were killed
    assert stored(portal, application_id) == {"GOV-01": ("", "Half a thought"), "GOV-02": ("conform", "")}


def test_two_people_on_one_answer_see_both_and_lose_nothing(portal, screen, begun):
    application_id, email = begun
    path = f"/agency/applications/{application_id}/chapters/GOV"
    first, second = (screen().sign_in(email, PASSWORD).open(path) for _ in range(2))
    first.page.locator("#GOV-01-explanation").fill("Mine.")
    first.page.locator("[data-kw-saved]:has-text('Saved at')").wait_for(timeout=PATIENCE * 1000)
    second.page.locator("#GOV-01-explanation").fill("Theirs.")
    beside = second.page.locator("#GOV-01 .kw-conflict")
    beside.wait_for(timeout=PATIENCE * 1000)
    assert "Mine." in beside.inner_text()
    assert "Theirs." in beside.inner_text()
    assert second.page.locator("#GOV-01-explanation").input_value() == "Theirs."
    assert stored(portal, application_id)["GOV-01"] == ("", "Mine.")
    second.judge()
    with second.page.expect_navigation():
        second.page.get_by_role("button", name="Save and return to the list").click()
    assert stored(portal, application_id)["GOV-01"] == ("", "Theirs.")


def test_the_keyboard_alone_answers_a_question(portal, screen, begun):
    application_id, email = begun
    window = screen().sign_in(email, PASSWORD).open(f"/agency/applications/{application_id}/chapters/GOV")
    window.page.locator("#GOV-01 > summary").focus()
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Space")
    window.page.locator("#GOV-01 [data-kw-state]:has-text('Conform')").wait_for(timeout=PATIENCE * 1000)
    assert stored(portal, application_id)["GOV-01"] == ("conform", "")


def test_one_question_comes_back_is_answered_and_goes_out_again(portal, screen, begun):
    application_id, email = begun
    with Session(portal.tables) as session, session.begin():
        planner = give_password(session, make_person(session, Role.PLANNER)).email
        owner = session.scalars(select(Person).where(Person.email == email)).one()
        application = session.get_one(Application, application_id)
        answer_all(session, application, owner)
        submit(session, owner.actor, application)
    case = f"/office/applications/{application_id}"
    office = screen().sign_in(planner, PASSWORD).open(f"{case}/questions/GOV-01/remark")
    office.fill(text="Show the policy.").click("Keep the remark")
    office.link("Send it back to the agency").fill(note="One question.").click("Send back")
    agency = screen(javascript=False).sign_in(email, PASSWORD).open(f"/agency/applications/{application_id}")
    agency.link("Questions that we sent back")
    assert "Show the policy." in agency.text
    agency.link("Change").fill(explanation="It is in chapter 2.").click("Save and return to the list")
    assert "Dealt with" in agency.text
    agency.open(f"/agency/applications/{application_id}/differences")
    assert "It is in chapter 2." in agency.text
    agency.open(f"/agency/applications/{application_id}/declaration").choose("declared", "y")
    agency.fill(declared_name="Noor de Wit", password=PASSWORD).click("Declare and send")
    office.open(case).link("What changed since the version before")
    assert "It is in chapter 2." in office.text
