"""Pages of the own account: name and language, password, sessions, and ties with agencies."""

from audits.core.access import Role
from portal.doors.account.rules import LIMITS
from tests.kit.browser import PASSWORD, Browser
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.people import make_person

OTHER = "zeven lange zinnen later"


def test_name_and_language_change_at_once(signed_in):
    signed_in.open("/account/profile?lang=en")
    assert signed_in.submit(name=" ", status=422).errors == ["Enter the name."]
    page = signed_in.submit(name="Sam de Tweede", language="nl")
    assert page.soup.html["lang"] == "nl"
    assert "Sam de Tweede" in page.text


def test_a_profile_that_changed_meanwhile_is_not_overwritten(signed_in, session, person):
    signed_in.open("/account/profile")
    person.name = "Changed elsewhere"
    session.flush()
    signed_in.submit(name="Sam", status=409)
    session.refresh(person)
    assert person.name == "Changed elsewhere"


def test_changing_the_password_signs_out_the_others_and_needs_the_old_one(app, session, person, signed_in):
    away = Browser(app).sign_in(session, person)
    signed_in.open("/account/password")
    page = signed_in.submit(current="wrong", password=OTHER, status=422)
    assert page.errors == ["The current password is not right."]
    page = signed_in.submit(current=PASSWORD, password="password12345", status=422)
    assert page.errors == ["This password is easy to guess. Choose another one."]
    page = signed_in.submit(current=PASSWORD, password=OTHER)
    assert page.heading == "My account"
    assert away.open("/account").heading == "Sign in"


def test_guessing_at_the_current_password_is_slowed_too(signed_in):
    signed_in.open("/account/password")
    for _ in range(LIMITS["own"].free):
        signed_in.submit(current="wrong", password=OTHER, status=422)
    page = signed_in.submit(current=PASSWORD, password=OTHER, status=429)
    assert "Retry-After" in page.response.headers


def test_one_other_session_others_and_all_can_be_ended(app, session, person, signed_in):
    away, lost = Browser(app).sign_in(session, person), Browser(app).sign_in(session, person)
    assert signed_in.open("/account").text.count("Another browser") == 2
    ways = [choice["value"] for choice in signed_in.open("/account/sessions").soup.select("input[name=which]")]
    assert len(ways) == 3
    assert signed_in.submit(which=ways[1], current=PASSWORD).text.count("Another browser") == 1
    assert {away.open("/account").heading, lost.open("/account").heading} == {"Sign in", "My account"}
    signed_in.open("/account/sessions")
    assert "Another browser" not in signed_in.submit(which="all", current=PASSWORD).text
    assert {away.open("/account").heading, lost.open("/account").heading} == {"Sign in"}
    signed_in.open("/account")
    assert signed_in.submit("form[action$='all']").notes == ["You are signed out everywhere."]
    assert signed_in.open("/account").heading == "Sign in"


def test_without_the_password_nobody_shuts_out_the_owner(app, session, person, signed_in):
    away = Browser(app).sign_in(session, person)
    signed_in.open("/account/sessions")
    assert signed_in.submit(which="all", current="wrong", status=422).errors == ["The current password is not right."]
    assert signed_in.submit(which=None, current=PASSWORD, status=422).errors == ["Choose a browser."]
    assert away.open("/account").heading == "My account"
    for _ in range(LIMITS["own"].free - 1):
        signed_in.submit(which="all", current="wrong", status=422)
    signed_in.submit(which="all", current=PASSWORD, status=429)


def test_a_tie_is_declared_by_trade_register_number(signed_in, session):
    agency = make_agency(session)
    signed_in.open("/account/interests")
    page = signed_in.submit(agency="00000000", kind="worked", nature="Worked there.", status=422)
    assert page.errors == ["There is no agency with this number here."]
    assert page.value("nature") == "Worked there."
    page = signed_in.submit(agency=agency.register_number)
    assert agency.legal_name in page.text
    page = signed_in.submit(agency=agency.register_number, kind="worked", nature="Again", status=422)
    assert page.errors == ["This interest is on record already."]


def test_a_character_that_the_database_cannot_keep_is_no_accident(signed_in, session):
    agency = make_agency(session)
    signed_in.open("/account/interests")
    said = {"kind": "other", "agency": f"{agency.register_number}\0", "nature": "Worked\0 there"}
    assert "Worked there" in signed_in.submit(**said).text


def test_people_of_an_agency_declare_no_ties(app, session):
    owner = make_person(session, Role.AGENCY_OWNER, make_agency(session))
    browser = Browser(app).sign_in(session, owner)
    assert "Ties" not in browser.open("/account").text
    browser.open("/account/interests", status=403)
