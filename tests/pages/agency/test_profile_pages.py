"""The pages on which an agency registers itself and fills in its details."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.agencies import services as agencies
from audits.agencies.models import Agency
from audits.agencies.rules import LONGEST_LEGAL_NAME
from audits.core.access import Role
from audits.people.models import Person
from audits.people.registration import JUST_INVITED
from portal.web.throttle import Throttle
from tests.kit.agency_pages import EVERYTHING, mails
from tests.kit.browser import PASSWORD, Browser
from tests.kit.factories import (
    answer_all,
    make_agency,
    make_person,
    make_scheme,
)

NEW = {
    "legal_name": "Nieuw Werk B.V.",
    "register_number": "KvK 8765.4321",
    "street": "Kade 3",
    "postcode": "1011ab",
    "city": "Amsterdam",
    "owner_name": "Noor de Wit",
    "owner_email": "noor@nieuwwerk.example",
}


def invited_before(session, person):
    person.invited_at -= 2 * JUST_INVITED
    session.commit()


def test_an_agency_registers_itself_and_its_owner_gets_an_invitation(browser, session):
    browser.open("/register-agency/")
    page = browser.submit(**NEW)
    assert page.heading == "Look in your mailbox"
    agency = session.scalar(select(Agency).where(Agency.register_number == "87654321"))
    assert agency.postcode == "1011 AB"
    owner = session.scalar(select(Person).where(Person.agency_id == agency.id))
    assert owner.roles == set(EVERYTHING)
    assert mails(session) == ["invitation"]


def test_before_registering_it_is_told_what_is_set_and_nothing_else(app, browser, monkeypatch):
    page = browser.open("/register-agency/")
    assert "the public register shows the name of the agency" in page.text
    assert not any(words in page.text for words in ("costs:", "or call", "as a rule"))
    known = {"application_price": "1.250 euro", "application_weeks": 12, "contact_phone": "030 123 45 67"}
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **known))
    page = browser.open("/register-agency/")
    for words in ("What an application costs: 1.250 euro.", "takes 12 weeks as a rule", "or call 030 123 45 67"):
        assert words in page.text


def test_a_registration_that_is_wrong_keeps_everything_that_was_typed(browser, session):
    browser.open("/register-agency/?lang=nl")
    page = browser.submit(status=422, **NEW | {"register_number": "123", "country": "NL", "language": "en"})
    assert len(page.errors) == 1
    assert {name: page.value(name) for name in NEW} == NEW | {"register_number": "123"}
    assert page.soup.select_one('[name="language"][checked]')["value"] == "en"


def test_who_registers_without_end_is_asked_to_wait(app, browser, session, monkeypatch):
    monkeypatch.setitem(app.extensions, "registration_throttle", Throttle(burst=1, per_second=0.01, clock=lambda: 0.0))
    browser.open("/register-agency/")
    browser.submit(status=422, **NEW | {"legal_name": ""})  # what is not complete does not count
    browser.submit(**NEW)
    browser.open("/register-agency/")
    other = NEW | {"register_number": "11112222", "owner_email": "bo@x.example"}
    page = browser.submit(status=429, **other)
    assert page.errors == ["Too many attempts. Try again in 2 min."]
    assert page.value("register_number") == "11112222"
    assert mails(session) == ["invitation"]


def test_what_was_typed_about_a_row_that_a_colleague_removed_is_offered_as_a_new_one(owner, session, person):
    contact = person.agency.contacts[0]
    path = f"/agency/details/contacts/{contact.id}"
    owner.open(path)
    agencies.remove_contact(session, person.actor, contact.id)
    session.commit()
    page = owner.submit(status=409, phone="020 7654321")
    assert page.errors == ["Somebody took this out of the list in the meantime. To add it again, save it."]
    page = owner.submit()
    assert "020 7654321" in page.text
    assert "This is not in the list any more." in owner.open(path).text
    owner.open(f"/agency/details/contacts/{uuid4()}", status=404)


def test_an_empty_registration_says_at_every_field_what_is_missing(browser):
    browser.open("/register-agency/")
    page = browser.submit(status=422)
    assert len(page.errors) == 7


def test_a_legal_name_is_as_long_as_the_trade_register_takes_it(browser, session):
    name = ("Coöperatieve Vereniging tot Bemiddeling van Seizoenarbeid " * 11)[:LONGEST_LEGAL_NAME]
    browser.open("/register-agency/")
    assert len(browser.submit(status=422, **NEW | {"legal_name": f"{name}e"}).errors) == 1
    assert browser.submit(legal_name=name).heading == "Look in your mailbox"
    agency = session.scalars(select(Agency)).one()
    assert agency.legal_name == name
    make_scheme(session)
    browser.sign_in(session, make_person(session, Role.AGENCY_OWNER, agency))
    session.commit()
    browser.open("/agency/details/seat")
    assert name in browser.submit(phone="020 1234567").text


def test_where_there_are_no_postcodes_none_is_asked(browser, session):
    browser.open("/register-agency/")
    page = browser.submit(status=422, **NEW | {"postcode": ""})
    assert page.errors == ["Enter the postcode."]
    page = browser.submit(country="CW", register_number="123456")
    assert page.heading == "Look in your mailbox"
    agency = session.scalar(select(Agency).where(Agency.country == "CW"))
    assert agency.postcode == ""
    editor = make_person(session, Role.AGENCY_EDITOR, agency)
    make_scheme(session)
    browser.sign_in(session, editor)
    session.commit()
    browser.open("/agency/details/seat")
    page = browser.submit(city="Willemstad", phone="(+599) 9 123 45 67")
    assert "Kade 3, Willemstad" in page.text
    browser.open("/agency/details/branches/new")
    browser.submit(status=422, name="Rotterdam", street="A 1", city="Rotterdam", country="NL")
    page = browser.submit(country="SX", city="Philipsburg")
    assert "Philipsburg" in page.text


@pytest.mark.parametrize("pasted", ["{}\u200b", "<{}>", "mailto:{}", "{},"])
def test_an_address_is_the_same_whatever_was_pasted_with_it(browser, session, person, pasted):
    browser.open("/register-agency/")
    invited_before(session, person)
    browser.submit(**NEW | {"owner_email": pasted.format(person.email)})
    assert mails(session) == ["account_known"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "Wij kunnen deze tekens niet afdrukken: ქ ა რ თ უ ლ ი."),
        ("en", "We cannot print these characters: ქ ა რ თ უ ლ ი."),
    ],
)
def test_a_name_that_cannot_be_printed_is_refused_with_its_letters(app, language, words):
    browser = Browser(app, language)
    browser.open("/register-agency/")
    page = browser.submit(status=422, **NEW | {"legal_name": "ქართული B.V."})
    (error,) = page.errors
    assert error.startswith(words)
    assert page.value("legal_name") == "ქართული B.V."


def test_a_name_that_cannot_be_printed_is_said_before_the_application_goes_out(owner, session, person, draft):
    answer_all(session, draft, person)
    person.agency.trade_names = ["Oost", "東京"]  # from before the rule
    session.commit()
    owner.open(f"/agency/applications/{draft.id}/declaration")
    page = owner.submit(status=422, declared="y", declared_name=person.name, password=PASSWORD)
    assert page.errors == [
        "The details of your agency hold characters that we cannot print on a certificate: 東 京. Change them first."
    ]


def test_a_known_register_number_is_said_at_its_field(browser, session):
    agency = make_agency(session)
    session.commit()
    browser.open("/register-agency/")
    page = browser.submit(status=422, **NEW | {"register_number": agency.register_number})
    assert "registered already" in page.errors[0]


def test_a_known_mail_address_is_told_to_its_owner_and_not_to_the_visitor(browser, session, person):
    browser.open("/register-agency/")
    invited_before(session, person)
    page = browser.submit(**NEW | {"owner_email": person.email})
    assert page.heading == "Look in your mailbox"
    assert mails(session) == ["account_known"]
    assert session.scalar(select(Agency).where(Agency.register_number == "87654321")) is None


def test_the_details_are_filled_in_part_by_part(browser, session):
    make_scheme(session)
    agency = make_agency(session, complete=False)
    browser.sign_in(session, make_person(session, Role.AGENCY_EDITOR, agency))
    session.commit()
    page = browser.open("/agency/details")
    assert "we still need" in page.text
    browser.open("/agency/details/seat")
    page = browser.submit(
        status=422, legal_name="Ander Werk B.V.", trade_names="Ander\n\n Ander \nWerkt", phone="bel maar"
    )
    assert page.value("trade_names") == "Ander\n\n Ander \nWerkt"
    browser.submit(phone="020 1234567")
    browser.open("/agency/details/scope")
    browser.submit(activities=["payrolling"], sectors=["care", "office"])
    browser.open("/agency/details/workers")
    page = browser.submit(status=422, headcount="12", own_housing="yes", other_countries="Utopia")
    assert page.errors == ["Enter the number of places to sleep.", "We do not know the country Utopia."]
    browser.submit(housing_places="40", recruitment_countries=["PL"], other_countries="Marokko\nindia, Viet Nam")
    browser.open("/agency/details/bank")
    browser.submit(status=422, iban="NL00 ABNA 0417 1643 00", account_holder="Ander Werk")
    browser.submit(iban="nl91 abna 0417 1643 00")
    browser.open("/agency/details/controlling_persons/new")
    browser.submit(status=422, name="Ada Bos", function="director", since=["31", "2", "2015"])
    browser.submit(status=422, since=["28", "feb", "2015"], share_percent="33,333")
    assert "33.33%" in browser.submit(share_percent="33,33 %").text
    browser.open("/agency/details/contacts/new")
    page = browser.submit(name="Bo", function="planner", email="bo@x.nl", phone="06-12345678")
    assert "we still need" not in page.text
    session.refresh(agency)
    assert agency.former_names == ["Oosterlicht Flex B.V."]
    assert agency.trade_names == ["Ander", "Werkt"]
    assert (agency.iban, agency.housing_places) == ("NL91ABNA0417164300", 40)
    assert agency.recruitment_countries == ["IN", "MA", "PL", "VN"]


def test_a_row_of_a_list_is_changed_and_removed(owner, session, person):
    owner.open("/agency/details")
    assert "Roermond" in owner.page.text
    owner.open(f"/agency/details/branches/{person.agency.branches[0].id}")
    owner.submit(name="Sittard", postcode="9999", status=422)
    page = owner.submit(postcode="6131 aa")
    assert "Sittard" in page.text
    owner.open(f"/agency/details/branches/{person.agency.branches[0].id}")
    page = owner.submit("form.kw-inline-form")
    assert "None besides the seat." in page.text


def test_who_saves_details_over_those_of_a_colleague_is_warned_once(owner, session, person):
    owner.open("/agency/details/bank")
    person.agency.phone = "020 7654321"
    session.commit()
    page = owner.submit(status=409, account_holder="Somebody else")
    assert page.value("account_holder") == "Somebody else"
    owner.submit()
    session.refresh(person.agency)
    assert (person.agency.phone, person.agency.account_holder) == ("020 7654321", "Somebody else")
