"""The end of a session in a real browser: a warning in time, typing that counts, and what was typed put back."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from portal.doors.account.models import LoginSession
from tests.kit.browser import PASSWORD
from tests.kit.factories import give_password, make_person


@pytest.fixture
def person(portal):
    with Session(portal.tables) as session, session.begin():
        person = give_password(session, make_person(session, Role.PLANNER))
        return person.id, person.email


def test_a_warning_comes_five_minutes_before_the_end_and_typing_puts_it_off(screen, person):
    window = screen()
    window.page.clock.install()
    window.sign_in(person[1], PASSWORD).open("/account/profile")
    note = window.page.locator("[data-kw-ending]")
    window.page.clock.fast_forward("54:00")
    assert note.is_hidden()
    window.page.clock.fast_forward("02:00")
    note.wait_for(state="visible")
    assert "minutes" in note.inner_text()
    with window.page.expect_response("**/account/stay"):
        note.get_by_role("button").click()
    note.wait_for(state="hidden")
    window.page.clock.fast_forward("50:00")
    with window.page.expect_response("**/account/stay"):
        window.page.get_by_label("Name").press("a")
    window.page.clock.fast_forward("50:00")
    assert note.is_hidden()
    window.page.clock.fast_forward("15:00")
    note.wait_for(state="visible")
    assert "signed out" in note.inner_text()


def test_what_was_typed_stands_in_the_page_again(portal, screen, person):
    window = screen(javascript=False).sign_in(person[1], PASSWORD)
    window.open("/account/profile")
    window.page.get_by_label("Name").fill("Typed in vain")
    with Session(portal.tables) as session, session.begin():
        session.execute(update(LoginSession).where(LoginSession.person_id == person[0]).values(ended_at=clock.now()))
    window.page.get_by_role("button", name="Save").click()
    window.page.get_by_label("E-mail address").fill(person[1])
    window.page.get_by_label("Password", exact=True).fill(PASSWORD)
    window.page.locator("main form button[type=submit]").click()
    window.page.wait_for_url("**/account/profile*")
    window.judge()
    assert window.page.get_by_label("Name").input_value() == "Typed in vain"
