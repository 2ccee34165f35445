"""The sheet of an interview: in the worker's language, without a name, with no number that is not set."""

import re
from dataclasses import replace

import pytest

from audits.core.languages import WORKERS
from audits.inspections import queries
from portal.help_numbers import HelpNumber
from tests.kit.factories.inspections import make_audit
from tests.kit.inspecting import path

WORKERS_LIST = [f"W-{number:03d}" for number in range(1, 6)]
SHEET = "units/interview/1/conversation"
READ_BY = {
    "nl": "Alleen onze eigen mensen lezen wat u zegt. Het bureau niet.",
    "en": "Only our own people read what you say. The agency does not.",
    "pl": "To, co mówisz, czytają tylko nasi ludzie. Agencja tego nie czyta.",
}


@pytest.fixture
def audit(session, inspector):
    return make_audit(session, inspector=inspector, populations={"interview": WORKERS_LIST})


@pytest.mark.parametrize("language", sorted(WORKERS))
def test_the_sheet_is_in_the_language_of_the_worker(session, browser, audit, language):
    page = browser.open(f"{path(audit, SHEET)}?lang={language}")
    assert page.soup.html["lang"] == language
    assert READ_BY.get(language, "") in page.text
    said = page.soup.main.get_text()
    assert [each for each in queries.sample_of(session, audit.id)["interview"] if each in said] == []
    assert audit.agency.legal_name not in said
    questions = page.soup.select(".kw-interview__question")
    assert len(questions) == len(page.soup.select(".kw-interview__notes")) > 0
    assert {each.get("lang", language) for each in questions} == {language if language in ("nl", "en") else "nl"}


def test_numbers_come_from_the_settings_and_from_nowhere_else(app, browser, audit, monkeypatch):
    page = browser.open(f"{path(audit, SHEET)}?lang=pl")
    assert re.findall(r"tel:(\S+?)\"", str(page.soup.main)) == ["112"]
    numbers = (HelpNumber("legal", "0900-111"), HelpNumber("helpline", "0800-222", ("pl",)))
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], help_numbers=numbers))
    page = browser.open(f"{path(audit, SHEET)}?lang=pl")
    assert re.findall(r"tel:(\S+?)\"", str(page.soup.main)) == ["112", "0800222", "0900111"]


def test_the_unit_leads_to_it_and_only_where_people_speak_in_confidence(session, browser, audit, files):
    page = browser.open(path(audit, "units/interview/1"))
    links = page.soup.select(".kw-conversation a[hreflang]")
    assert [each["lang"] for each in links] == list(WORKERS)
    browser.open(path(files, "units/personnel_file/1/conversation"), status=404)
    assert browser.open(path(files, "units/personnel_file/1")).soup.select(".kw-conversation") == []
