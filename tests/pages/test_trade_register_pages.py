"""What the trade register says is filled in, marked, and counts once the agency confirms it; the office compares it."""

from dataclasses import replace

import pytest

from audits.agencies.services.details import MOST_ASKED
from audits.core import clock
from audits.core.access import Role
from portal.sidecar.lanes import BusyError
from portal.stores.trade_register import LANE
from tests.kit.factories import make_agency, make_certificate, make_person, make_scheme
from tests.kit.factories.changes import report
from tests.kit.trade_register import company, http, said, standing_in

BUTTON = "Fill in from the trade register"
DOWN = "The trade register gives no answer now. Enter the details yourself, or try again later."
ASKED = "/agency/details/seat/trade-register"


@pytest.fixture
def agency(session):
    make_scheme(session)
    return make_agency(session)


@pytest.fixture
def owner(enter, session, agency):
    return enter(make_person(session, Role.AGENCY_OWNER, agency))


@pytest.fixture
def register(app, monkeypatch):
    """Say what the register answers from now on; the portal knows its address."""

    def answer(*answers):
        stand_in = standing_in(*answers)
        url, asked = stand_in.__enter__()
        entered.append(stand_in)
        here = replace(app.extensions["settings"], trade_register_url=url, trade_register_key="a-key")
        monkeypatch.setitem(app.extensions, "settings", here)
        return asked

    entered = []
    yield answer
    for each in entered:
        each.__exit__(None, None, None)


SEAT = 'form[action="/agency/details/seat"]'


def press(browser, status=200):
    browser.open("/agency/details/seat")
    return browser.submit(f'form[action="{ASKED}"]', status=status)


def test_without_a_key_nothing_is_promised(owner, agency):
    for path in ("/agency/details", "/agency/details/seat"):
        assert BUTTON not in owner.open(path).text
    assert owner.client.post(ASKED).status_code in {400, 404}


def test_what_the_register_says_is_marked_and_counts_once_confirmed(owner, session, agency, register):
    register(said(company(kvkNummer=agency.register_number)))
    old = agency.legal_name
    page = press(owner)
    today = f"{clock.today():%-d %B %Y}"
    assert (page.value("legal_name"), page.value("city")) == ("Groen Werk B.V.", "Venlo")
    assert f"From the trade register, {today}. You had: {old}." in page.text
    session.expire_all()
    assert agency.legal_name == old  # nothing is saved yet
    page = owner.submit(SEAT, status=422, phone="077 123 4567")
    assert page.errors == ["Confirm what comes from the trade register. Is it wrong? Change it here first."]
    assert f"From the trade register, {today}. You had: {old}." in page.text  # the mark stays
    page = owner.submit(SEAT, confirmed="y", city="Blerick")
    assert page.notes == ["Your changes are saved."]
    session.expire_all()
    assert (agency.legal_name, agency.street, agency.postcode) == ("Groen Werk B.V.", "Havenstraat 12a", "5911 CA")
    assert (agency.city, agency.website) == ("Blerick", "https://www.groen.example")
    assert "Groen Tuin" in agency.trade_names


def test_what_agrees_needs_no_confirmation(owner, session, agency, register):
    known = company(kvkNummer=agency.register_number, statutaireNaam=agency.legal_name, handelsnamen=[], _embedded={})
    register(said(known))
    page = press(owner)
    assert page.notes == ["The trade register says the same as your details."]
    register(said(known | {"materieleRegistratie": {"datumEinde": "20260301"}}))
    page = press(owner)
    assert page.notes == ["According to the trade register this company stopped on 1 March 2026."]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http(b"{}", "404 Not Found"), "The trade register knows no company with number {}."),
        (http(b"{}", "500 Internal Server Error"), DOWN),
        (http(b"<html>"), DOWN),
        (b"", DOWN),
    ],
)
def test_a_register_that_fails_leaves_the_form_to_fill_in(owner, agency, register, answer, words):
    register(answer)
    page = press(owner, 422)
    assert page.errors == [words.format(agency.register_number)]
    assert page.value("legal_name") == agency.legal_name
    page = owner.submit(SEAT, city="Breda", phone="077 123 4567")
    assert page.notes == ["Your changes are saved."]


def test_it_is_asked_a_few_times_a_day(owner, agency, register):
    asked = register(said(company(kvkNummer=agency.register_number)))
    for _ in range(MOST_ASKED):
        press(owner)
    page = press(owner, 422)
    assert page.errors == ["The trade register was asked 10 times today. Try again tomorrow."]
    assert len(asked) == MOST_ASKED


def test_while_others_ask_people_try_again(owner, agency, register):
    asked = register(said(company()))
    with LANE._place(LANE._places), LANE._place(LANE._places):
        page = press(owner, 503)
    assert page.errors == [BusyError(LANE.message).message]
    assert asked == []


def test_an_agency_elsewhere_is_not_asked_about(enter, session, agency, register):
    register(said(company()))
    abroad = make_agency(session, country="DE", register_number="HRB 1234 Amtsgericht Aachen")
    owner = enter(make_person(session, Role.AGENCY_OWNER, abroad))
    assert BUTTON not in owner.open("/agency/details/seat").text


def test_the_office_sees_it_beside_a_reported_change(enter, session, register):
    change = report(session, make_certificate(session).agency, city="Weert")
    register(said(company(kvkNummer=change.agency.register_number)), http(b"{}", "500 Internal Server Error"))
    planner = enter(Role.PLANNER)
    planner.open(f"/office/changes/{change.id}")
    page = planner.submit('form[action$="/trade-register"]')
    assert "Havenstraat 12a, 5911CA Venlo" in page.text
    planner.open(f"/office/changes/{change.id}")
    page = planner.submit('form[action$="/trade-register"]', status=422)
    assert page.errors == [DOWN]
