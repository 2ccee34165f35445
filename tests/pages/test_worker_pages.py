"""The page for workers behind the QR code of a certificate, in their languages."""

from dataclasses import replace
from datetime import date

import pytest

from audits.core.languages import LANGUAGES, WORKERS, say
from certificates.register.queries import entry_of
from portal.help_numbers import HelpNumber
from tests.kit.browser import Browser
from tests.kit.factories.certificates import make_certificate
from tests.pages.test_register_pages import STATES, address

ONLY_WORKERS = sorted(set(WORKERS) - set(LANGUAGES))
NUMBERS = (HelpNumber("legal", "0800-0000001"), HelpNumber("helpline", "0800-0000000", ("pl", "ro")))
ANSWERS = {
    "certified": "Yes. This agency has the quality mark.",
    "conditional": "Yes. This agency has the quality mark, with conditions.",
    "suspended": "No. The quality mark of this agency does not count for now.",
    "withdrawn": "No. This agency lost the quality mark.",
    "expired": "No. The quality mark of this agency has ended.",
    "applied": "Not yet. This agency has asked for the quality mark.",
    "none": "No. This agency does not have the quality mark.",
}


@pytest.fixture
def agency(session):
    return make_certificate(session).agency


@pytest.mark.parametrize("language", WORKERS)
def test_the_page_is_in_the_language_of_the_telephone(app, session, agency, language):
    page = Browser(app, language).open(f"{address(session, agency)}/work")
    assert page.soup.html["lang"] == language
    assert page.heading == say(ANSWERS["certified"], language)
    assert len(page.soup.select("ol li")) == 10
    links = {a["hreflang"] for a in page.soup.select(".kw-workers__languages a")}
    assert links == set(WORKERS) - {language}
    assert agency.legal_name in page.text


@pytest.mark.parametrize("language", ONLY_WORKERS)
def test_a_code_that_is_scanned_leads_workers_to_their_page(app, session, agency, language):
    browser = Browser(app, f"{language}-{language.upper()},{language};q=0.9,en;q=0.5")
    page = browser.open(address(session, agency))
    assert page.path == f"{address(session, agency)}/work"
    entry = browser.open(page.link(say("Everything about this agency (in English)", language)))
    assert entry.path == f"{address(session, agency)}?lang=en"


@pytest.mark.parametrize(
    ("asked", "read"), [("nl", "nl"), ("en", "en"), ("en,pl;q=0.5", "en"), ("de", "en"), ("", "nl")]
)
def test_everybody_else_reads_the_entry_english_before_dutch(app, session, agency, asked, read):
    page = Browser(app, asked).open(address(session, agency))
    assert (page.path, page.soup.html["lang"]) == (address(session, agency), read)


def test_the_way_to_workers_is_kept_apart_by_language(client, session, agency):
    answer = client.get(address(session, agency), headers={"Accept-Language": "pl"})
    assert (answer.status_code, answer.headers["Vary"]) == (302, "Accept-Language")
    assert "public" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("status", STATES)
def test_the_first_words_say_whether_this_is_right(app, session, status):
    page = Browser(app).open(f"{address(session, STATES[status](session))}/work")
    assert page.heading == ANSWERS[status]
    assert page.soup.select_one(f".kw-workers__status.kw-answer--{status}")


def test_who_speaks_the_language_is_called_first(app, session, agency, monkeypatch):
    settings = replace(app.extensions["settings"], help_numbers=NUMBERS, help_checked=date(2026, 11, 15))
    monkeypatch.setitem(app.extensions, "settings", settings)
    page = Browser(app, "pl").open(f"{address(session, agency)}/work")
    calls = [a["href"] for a in page.soup.select("main a[href^='tel:']")]
    assert calls == ["tel:08000000000", "tel:112", "tel:08000000001"]
    assert page.text.count(say("They speak your language.", "pl")) == 1
    assert "15 listopada 2026" in page.text
    english = Browser(app).open(f"{address(session, agency)}/work")
    assert english.soup.select_one("main a")["href"] == "tel:08000000001"
    assert "They speak your language." not in english.text


def test_without_numbers_nothing_is_promised(app, session, agency):
    page = Browser(app).open(f"{address(session, agency)}/work")
    assert [a["href"] for a in page.soup.select("main a[href^='tel:']")] == ["tel:112"]
    assert "tried" not in page.text


def test_the_page_leaves_no_trace(client, session, agency):
    answer = client.get(f"{address(session, agency)}/work")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert b"<script" not in answer.data
    exit_link = Browser(client.application).open(f"{address(session, agency)}/work").soup.select_one("header a[rel]")
    assert (exit_link["href"], exit_link["rel"]) == ("https://www.knmi.nl/", ["noreferrer"])


def test_older_spellings_of_the_number_lead_to_the_page(app, session, agency):
    typed = entry_of(session, agency.id).public_id.upper()
    assert Browser(app).open(f"/register/{typed}/work").path == f"{address(session, agency)}/work"
    Browser(app).open("/register/nl-00000000/work", status=404)
