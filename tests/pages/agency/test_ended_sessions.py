"""What is typed when the session has ended comes back once the same person signs in: text and files, on every page."""

import json
from datetime import timedelta
from io import BytesIO

from sqlalchemy import func, select, update

from audits.applications.models import Answer, Evidence
from audits.core import clock
from audits.core.access import Role
from portal.doors.account import services
from portal.doors.account.models import HeldForm, LoginSession
from portal.doors.account.rules import HELD_FOR, IDLE, LIFETIME
from tests.kit.agency_pages import pdf_file
from tests.kit.browser import PASSWORD, Browser
from tests.kit.factories import make_person
from tests.kit.factories.people import give_password


def question(draft, code="GOV-05"):
    return f"/agency/applications/{draft.id}/questions/{code}"


def end(session, person):
    services.sign_out_everywhere(session, person.id)
    session.commit()


def sign_in(browser, person, **values):
    return browser.submit(email=person.email, password=PASSWORD, **values)


def test_text_and_files_come_back_and_are_saved_once_checked(owner, session, person, draft):
    owner.open(question(draft))
    end(session, person)
    typed = {"value": "nonconform", "explanation": "Two lines.\r\nSecond."}
    page = owner.submit(**typed, files=(BytesIO(pdf_file()), "file.pdf"), button="Save and continue")
    assert page.heading == "Sign in"
    assert page.notes == ["You were signed out before this was saved. Sign in, and we put back what you typed."]
    page = sign_in(owner, person)
    assert page.path == question(draft)
    assert page.soup.select_one('[name="value"][checked]')["value"] == "nonconform"
    assert page.value("explanation") == "Two lines.\nSecond."
    assert [line.get_text() for line in page.soup.select(".kw-notification li")] == ["file.pdf"]
    assert session.get(Answer, (draft.id, "GOV-05")) is None
    owner.submit("form[enctype]", button="Save and continue")
    session.expire_all()
    assert session.get(Answer, (draft.id, "GOV-05")).explanation == "Two lines.\nSecond."
    assert session.scalars(select(Evidence.filename)).all() == ["file.pdf"]
    assert not owner.open(question(draft)).soup.select(".kw-notification")
    assert "You were signed out" not in owner.open(question(draft)).text


def test_a_session_that_was_idle_for_too_long_ends_the_same_way(owner, session, person, draft):
    owner.open(question(draft))
    session.execute(update(LoginSession).values(seen_at=clock.now() - IDLE - timedelta(minutes=1)))
    session.commit()
    owner.submit(value="conform", explanation="Kept.", button="Save and continue")
    assert sign_in(owner, person).value("explanation") == "Kept."


def test_signing_out_in_another_tab_loses_nothing(owner, session, person, draft):
    tab = owner.open(question(draft))
    owner.submit("form[action='/logout']")
    owner.page = tab
    owner.submit("form[enctype]", explanation="In the first tab.", button="Save and continue")
    assert sign_in(owner, person).value("explanation") == "In the first tab."


def test_a_page_that_was_open_before_signing_in_again_is_saved(owner, session, person, draft):
    tab = owner.open(question(draft))
    owner.submit("form[action='/logout']")
    sign_in(owner, person)
    owner.page = tab
    owner.submit("form[enctype]", value="conform", explanation="Still good.", button="Save and continue")
    session.expire_all()
    assert session.get(Answer, (draft.id, "GOV-05")).explanation == "Still good."


def test_a_chapter_comes_back_as_a_whole(owner, session, person, draft):
    path = f"/agency/applications/{draft.id}/chapters/GOV"
    owner.open(path)
    end(session, person)
    owner.submit(**{"GOV-01-value": "conform", "GOV-02-explanation": "Half."}, button="Save and continue")
    page = sign_in(owner, person)
    assert page.path == path
    assert page.soup.select_one('[name="GOV-01-value"][checked]')["value"] == "conform"
    assert page.value("GOV-02-explanation") == "Half."


def test_a_colleague_who_saved_meanwhile_is_shown_and_not_overwritten(app, owner, session, person, draft):
    owner.open(question(draft))
    end(session, person)
    owner.submit(explanation="Mine.", button="Save and continue")
    other = Browser(app).sign_in(session, make_person(session, Role.AGENCY_EDITOR, person.agency))
    session.commit()
    other.open(question(draft))
    other.submit(value="conform", explanation="Theirs.", button="Save and continue")
    assert sign_in(owner, person).value("explanation") == "Mine."
    page = owner.submit("form[enctype]", button="Save and continue", status=409)
    assert "Theirs." in page.soup.select_one(".kw-conflict").get_text()
    assert page.value("explanation") == "Mine."


def test_nobody_else_gets_it(owner, session, person, draft):
    colleague = give_password(session, make_person(session, Role.AGENCY_EDITOR, person.agency))
    owner.open(question(draft))
    end(session, person)
    owner.submit(explanation="For me alone.", button="Save and continue")
    page = sign_in(owner, colleague)
    assert page.path == question(draft)
    assert page.value("explanation") == ""


def test_it_is_thrown_away_on_demand_and_forgotten_in_time(owner, session, person, draft):
    owner.open(question(draft))
    end(session, person)
    owner.submit(explanation="Away with it.", files=(BytesIO(pdf_file()), "file.pdf"), button="Save and continue")
    sign_in(owner, person)
    page = owner.submit("form[action$='drop']")
    assert (page.path, page.value("explanation")) == (question(draft), "")
    session.execute(update(HeldForm).values(held_at=clock.now() - HELD_FOR - timedelta(minutes=1)))
    services.clear_out(session)
    assert session.scalar(select(func.count()).select_from(HeldForm)) == 0


def test_it_is_stored_unreadable_and_without_passwords(owner, session, person, draft, app):
    store = app.extensions["store"]
    before = store.addresses()
    owner.open(question(draft))
    end(session, person)
    owner.submit(explanation="Nobody reads this.", files=(BytesIO(pdf_file()), "file.pdf"), button="Save and continue")
    row = session.scalars(select(HeldForm)).one()
    assert b"Nobody reads this" not in row.sealed
    new = store.addresses() - before
    assert [store.get(address).startswith(b"%PDF") for address in new] == [False]
    sign_in(owner, person)
    owner.open("/account/password")
    end(session, person)
    owner.submit(current=PASSWORD, password="another good sentence")
    assert len(session.scalars(select(HeldForm)).all()) == 1


def test_what_a_script_sends_is_not_held(owner, session, person, draft):
    owner.open(question(draft))
    end(session, person)
    owner.headers["Sec-Fetch-Dest"] = "empty"
    owner.submit(explanation="The page keeps this.", button="Save and continue")
    assert session.scalar(select(func.count()).select_from(HeldForm)) == 0


def test_a_stranger_stores_nothing(app, session, draft):
    Browser(app).open("/login")
    stranger = Browser(app)
    stranger.post(question(draft), {"explanation": "x"}, status=400)
    assert session.scalar(select(func.count()).select_from(HeldForm)) == 0


def test_inspectors_get_their_sheets_back_too(enter, session):
    reader = enter(Role.PLANNER)
    give_password(session, reader.person)
    session.commit()
    reader.open("/account/profile")
    end(session, reader.person)
    reader.submit(name="Typed Before")
    assert sign_in(reader, reader.person).value("name") == "Typed Before"


def test_the_page_knows_when_its_session_ends_and_a_word_keeps_it_open(owner, person):
    note = owner.open("/account/profile").soup.select_one("[data-kw-ending]")
    assert int(note["data-left"]) == IDLE.total_seconds()
    answer = owner.client.post(note["data-stay"], data={"csrf_token": note["data-token"]})
    assert json.loads(answer.data)["left"] == IDLE.total_seconds()
    with owner.client.session_transaction() as cookie:
        cookie["opened"] = int((clock.now() - LIFETIME + timedelta(minutes=7)).timestamp())
    left = int(owner.open("/account/profile").soup.select_one("[data-kw-ending]")["data-left"])
    assert 0 < left <= 7 * 60
