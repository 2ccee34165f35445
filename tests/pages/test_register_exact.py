"""What the register finds only exactly: whose an account is, and the agency of a contact who agreed to be named."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.agencies import services
from audits.agencies.models import Contact
from audits.agencies.rules import ContactDetails
from audits.core import outbox
from audits.core.access import Actor, Role
from certificates.register.queries import entry_of
from certificates.register.search.exact import account_in
from certificates.register.services import refresh_entry
from portal.web.throttle import Throttle
from tests.kit.browser import Browser
from tests.kit.factories.certificates import make_certificate
from tests.pages.test_register_api import conforms

IBAN, OTHER = "NL91ABNA0417164300", "NL20INGB0001234567"
BO = ContactDetails(name="Bo Vós", function="planner", email="bo@x.example", phone="06 12345678", in_register=True)


@pytest.fixture
def holder(session):
    return make_certificate(session, details={"legal_name": "Zwaluw B.V.", "iban": IBAN}).agency


def names_on(page):
    return [link.text for link in page.soup.select(".kw-result__name")]


@pytest.mark.parametrize("typed", [IBAN, "nl91 abna 0417 1643 00", "IBAN: NL91 ABNA 0417 1643 00"])
def test_an_account_number_is_answered_with_whose_it_is_and_kept_nowhere(app, holder, typed):
    page = Browser(app).open(f"/register?q={typed}")
    assert names_on(page) == ["Zwaluw B.V."]
    assert IBAN not in page.text.replace(" ", "")
    answer = app.test_client().get("/register", query_string={"q": typed})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_an_account_of_nobody_is_answered_so_and_a_part_of_one_is_only_a_word(app, holder):
    page = Browser(app).open(f"/register?q={OTHER}")
    assert names_on(page) == []
    assert "belongs to no agency in this register" in page.text
    assert "account" not in Browser(app).open(f"/register?q={IBAN[:-1]}").soup.select_one("main").text


@pytest.mark.parametrize("text", ["", "KW-2026-00001-13", "nl-12345678", "NL91ABNA0417164301", "Jansen 91", "x" * 200])
def test_what_is_no_account_number_is_not_taken_for_one(text):
    assert account_in(text) is None


def test_who_tries_many_account_numbers_must_wait_and_names_are_found_all_the_same(app, holder, monkeypatch):
    monkeypatch.setitem(app.extensions, "account_throttle", Throttle(2, 2 / 3600))
    visitor = Browser(app, "en", "203.0.113.9")
    for typed in (IBAN, OTHER):
        visitor.open(f"/register?q={typed}")
    page = visitor.open(f"/register?q={IBAN}", status=429)
    assert "many account numbers" in page.text
    assert "Zwaluw" not in page.text
    assert int(page.response.headers["Retry-After"]) > 0
    assert names_on(visitor.open("/register?q=zwaluw")) == ["Zwaluw B.V."]
    assert names_on(Browser(app, "en", "203.0.113.10").open(f"/register?q={IBAN}")) == ["Zwaluw B.V."]


def asked_of(app, agency, body, **more):
    path = f"/api/v1/agencies/nl-{agency.register_number}/account-checks"
    return app.test_client(use_cookies=False).post(path, **({"json": body} | more))


@pytest.mark.parametrize(("typed", "belongs"), [(IBAN, True), ("nl91 abna 0417 1643 00", True), (OTHER, False)])
def test_software_hears_whether_an_account_belongs_to_an_agency_and_no_more(app, session, holder, typed, belongs):
    answer = asked_of(app, holder, {"iban": typed})
    assert conforms(answer.get_json(), "AccountAnswer") == {
        "publicId": f"nl-{holder.register_number}",
        "belongs": belongs,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    stranger = make_certificate(session, details={"iban": OTHER}).agency
    assert asked_of(app, stranger, {"iban": IBAN}).get_json()["belongs"] is False


@pytest.mark.parametrize(("body", "more", "status"), [
    ({"iban": OTHER[:-1]}, {}, 400), ({"iban": 5}, {}, 400), ({"account": OTHER}, {}, 400), ([], {}, 400),
    ({"iban": "x" * 1000}, {}, 413), (None, {"data": OTHER, "content_type": "text/plain", "json": None}, 415),
])  # fmt: skip
def test_what_is_no_account_number_has_its_word_for_software(app, holder, body, more, status):
    answer = asked_of(app, holder, body, **more)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert OTHER not in answer.text


def test_software_that_tries_account_numbers_must_wait_with_the_pages(app, holder, monkeypatch):
    monkeypatch.setitem(app.extensions, "account_throttle", Throttle(2, 2 / 3600))
    assert [asked_of(app, holder, {"iban": OTHER}).status_code for _ in range(3)] == [200, 200, 429]
    assert app.test_client().get("/register", query_string={"q": IBAN}).status_code == 429


def editor_of(agency):
    return Actor(uuid4(), frozenset({Role.AGENCY_EDITOR}), agency.id)


def name_contact(session, agency, contact=BO):
    found = services.add_contact(session, editor_of(agency), agency.id, contact)
    refresh_entry(session, agency.id)
    return found


def test_a_contact_who_agreed_stands_on_the_entry_and_is_found_by_the_whole_name(app, session, holder):
    name_contact(session, holder)
    public_id = entry_of(session, holder.id).public_id
    browser = Browser(app)
    page = browser.open(f"/register/{public_id}")
    assert "Bo Vós, planner" in page.text
    assert "bo@x.example" not in page.text
    assert "12345678" not in page.soup.select_one(".kw-entry-side").text.replace(holder.register_number, "")
    for typed in ("bo vos", "Bo  VÓS"):
        found = browser.open(f"/register?q={typed}")
        assert names_on(found) == ["Zwaluw B.V."]
        assert "the name of a contact person" in found.text
    for typed in ("vos", "bo vo", "bo vosje"):
        assert "contact person" not in browser.open(f"/register?q={typed}").soup.select_one("main").text


def test_nobody_is_named_in_the_open_data(app, session, holder):
    name_contact(session, holder)
    public_id = entry_of(session, holder.id).public_id
    addresses = (
        f"/api/v1/agencies/{public_id}", "/api/v1/agencies?q=bo+vos", "/api/v1/agencies", "/api/v1/changes",
        "/changes.atom", f"/changes.atom?agency={public_id}",
    )  # fmt: skip
    for address in addresses:
        answer = app.test_client().get(address)
        assert answer.status_code == 200, address
        assert "Vós" not in json.dumps(answer.text, ensure_ascii=False), address
        assert "V\\u00f3s" not in answer.text, address


def test_who_no_longer_agrees_or_is_removed_leaves_the_register(app, session, holder):
    contact, actor = name_contact(session, holder), editor_of(holder)
    no_longer = ContactDetails(name="Bo Vós", function="planner", email="bo@x.example", phone="06 12345678")
    services.change_contact(session, actor, contact.id, no_longer, version=contact.version)
    assert told(session, holder) == 2
    refresh_entry(session, holder.id)
    assert entry_of(session, holder.id).details["contacts"] == []
    services.change_contact(session, actor, contact.id, BO, version=contact.version)
    services.remove_contact(session, actor, contact.id)
    assert told(session, holder) == 4
    refresh_entry(session, holder.id)
    assert entry_of(session, holder.id).details["contacts"] == []


def test_a_contact_who_did_not_agree_is_no_business_of_the_register(session, holder):
    name_contact(
        session, holder, ContactDetails(name="Bo Vos", function="planner", email="b@x.example", phone="06 12345678")
    )
    assert told(session, holder) == 0
    assert entry_of(session, holder.id).details["contacts"] == []
    assert session.scalars(select(Contact.in_register)).all().count(True) == 0


def told(session, agency):
    """How often the register was told to follow."""
    session.flush()
    kinds = session.scalars(select(outbox.OutboxItem).where(outbox.OutboxItem.kind == "register.refresh"))
    return sum(each.payload["agency_id"] == str(agency.id) for each in kinds)
