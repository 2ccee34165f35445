"""The search of the register: what it finds and how, filters, likenesses and pages of results."""

import pytest

from audits.core import clock
from certificates.lifecycle.workflow import CertificateState
from certificates.register.queries import entry_of
from tests.kit.browser import Browser
from tests.kit.factories.certificates import (
    make_applicant,
    make_certificate,
)

S = CertificateState
TODAY = clock.today()


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_search_shows_what_it_found_and_how(app, session, language):
    make_applicant(session, legal_name="Zwaluw Personeel B.V.", trade_names=["Zwaluw Werkt"])
    make_certificate(session, details={"legal_name": "Zwaluw Noord B.V."})
    browser = Browser(app, language)
    browser.open("/")
    page = browser.submit("form[role=search]", q="zwaluw")
    assert names_on(page) == ["Zwaluw Noord B.V.", "Zwaluw Personeel B.V."]
    assert page.value("q") == "zwaluw"
    slip = browser.open("/register?q=zwalwu")
    assert len(names_on(slip)) == 2
    if language == "en":
        assert "Did you mean one of these?" in slip.text
        assert "Did you mean" not in page.text


def test_a_number_leads_straight_to_the_entry(app, session):
    certificate = make_certificate(session)
    found = entry_of(session, certificate.agency_id)
    for typed in (found.register_number, certificate.number.lower(), f"KvK {found.register_number}"):
        assert Browser(app).open(f"/register?q={typed}").path == f"/register/{found.public_id}"


def test_a_search_without_results_helps_and_accuses_nobody(app):
    page = Browser(app).open("/register?q=<b>niets</b>")
    assert "That does not mean that it does anything wrong" in page.text
    assert not page.soup.select("main b")


def names_on(page):
    return [link.text for link in page.soup.select(".kw-result__name")]


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "colour=red", "utm_source=mail", "status=happy", "sort=age", "cursor=WyJ4Il0", "q=a&q=b"],
)
def test_what_the_register_cannot_read_in_an_address_is_refused_by_name(app, session, query):
    page = Browser(app).open(f"/register?{query}", status=400)
    assert f"cannot read this part of the address: {query.partition('=')[0]}." in page.text


def test_filters_say_how_many_and_narrow_and_come_off(app, session):
    holder = make_certificate(session, details={"legal_name": "Filter Een B.V.", "city": "Breda"})
    make_certificate(session, S.SUSPENDED, details={"legal_name": "Filter Twee B.V.", "city": "Goes"})
    make_applicant(session, legal_name="Filter Drie B.V.", city="Onbekendstad")
    browser = Browser(app)
    page = browser.open("/register?q=filter")
    choices = {each.select_one("input")["name"] + "=" + each.select_one("input")["value"]: each.text.split()
               for each in page.soup.select(".kw-facet .govuk-checkboxes__item")}  # fmt: skip
    for choice in (
        "status=certified",
        "status=suspended",
        "status=applied",
        "province=NB",
        "province=ZE",
        "place=Breda",
    ):
        assert "1" in choices[choice], choice
    assert choices["province=unknown"][0] == "Unknown"
    assert {f"sector={code}" for code in holder.scope["sectors"]} <= choices.keys()
    narrow = browser.open("/register?q=filter&province=NB&province=ZE&status=suspended")
    assert names_on(narrow) == ["Filter Twee B.V."]
    offered = [each["value"] for each in narrow.soup.select(".kw-facet input[name=status]")]
    assert offered == ["certified", "suspended"]  # what else one could choose there
    off = narrow.soup.select_one(".kw-chips a[href*='status']")  # takes off a province, keeps the status
    assert names_on(browser.open(off["href"])) == ["Filter Twee B.V."]
    assert len(names_on(browser.follow("Take all filters off"))) == 3


def test_the_search_box_keeps_the_filters_and_the_filters_the_text(app, session):
    make_applicant(session, legal_name="Kade B.V.", city="Breda")
    browser = Browser(app)
    page = browser.open("/register?q=kade&province=NB&sort=name")
    for form, name in ((".kw-search", "province"), (".kw-found__filter", "q")):
        assert page.soup.select_one(f"{form} input[type=hidden][name={name}]")["value"] in {"NB", "kade"}
    assert page.soup.select_one("select option[selected]")["value"] == "name"


def test_two_names_that_one_may_take_for_each_other_are_told_apart(app, session):
    make_certificate(session, details={"legal_name": "Jansen & Zonen Uitzendbureau B.V.", "trade_names": []})
    page = Browser(app).open("/register?q=jansen en zonen")
    assert not page.soup.select(".kw-look-alike")
    make_certificate(session, S.WITHDRAWN, details={"legal_name": "Janssen en Zn. Personeel B.V.", "trade_names": []})
    page = Browser(app).open("/register?q=jansen en zonen")
    assert names_on(page) == ["Jansen & Zonen Uitzendbureau B.V.", "Janssen en Zn. Personeel B.V."]
    assert [head.text for head in page.soup.select(".kw-found__sub")] == ["Called so", "Looks like it"]
    assert "almost the same name" in page.soup.select_one(".kw-look-alike").text


def test_a_row_names_two_trade_names_and_counts_the_others(app, session):
    make_applicant(session, legal_name="Veelnaam B.V.", trade_names=[f"Naam {letter}" for letter in "ABCDE"])
    row = Browser(app).open("/register?q=veelnaam").soup.select_one(".kw-result").text
    assert "Naam A, Naam B and 3 other names" in " ".join(row.split())


def test_who_comes_near_is_shown_before_anybody_is_called_not_certified(app, session):
    make_applicant(session, legal_name="Zwaluw Personeel B.V.", city="Zaltbommel")
    page = Browser(app).open("/register?q=zwaluw personeel rotterdam")
    assert names_on(page) == ["Zwaluw Personeel B.V."]
    assert "Did you mean one of these?" in page.text
    assert "not certified by us" not in page.text


def test_results_come_in_pages_of_twenty(app, session):
    for number in range(25):
        make_applicant(session, legal_name=f"Veel {number:02d} B.V.")
    browser = Browser(app)
    assert len(names_on(browser.open("/register?q=veel"))) == 20
    assert names_on(browser.follow("Next page")) == [f"Veel {number} B.V." for number in range(20, 25)]
    assert names_on(browser.follow("Previous page")) == [f"Veel {number:02d} B.V." for number in range(20)]
    assert "There are no more agencies" in browser.open("/register?q=veel&page=9").text


@pytest.mark.parametrize(("language", "said"), [("nl", "leest hoogstens 200 tekens"), ("en", "at most 200 characters")])
def test_a_text_that_is_too_long_to_search_with_gets_a_clear_word(app, language, said):
    page = Browser(app, language).open(f"/register?q={'a' * 201}", status=400)
    assert said in page.text
    assert Browser(app, language).open("/register").soup.select_one("input[name=q]")["maxlength"] == "200"
