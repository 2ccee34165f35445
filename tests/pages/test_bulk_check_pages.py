"""A list of numbers is checked on a page and by software; every bad list gets a clear word."""

import csv
import io
import json

import pikepdf
import pytest

from audits.core import clock
from certificates.lifecycle.workflow import CertificateState
from certificates.register.bulk import MOST
from certificates.register.queries import entry_of
from certificates.seal import examine
from portal.doors.registry.facts import agency_facts, checked_facts
from portal.signing.keys import current_keys
from portal.stores.roles import REGISTER
from portal.web.throttle import Throttle
from tests.kit.browser import Browser
from tests.kit.factories.certificates import make_certificate
from tests.kit.workbook import workbook
from tests.pages.test_register_api import conforms

API = "/api/v1/agency-checks"
TODAY = clock.today()


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture
def good(session):
    return make_certificate(session)


@pytest.fixture
def bad(session):
    return make_certificate(session, CertificateState.SUSPENDED)


def check(app, text="", file=None, language="en", status=200):
    browser = Browser(app, language)
    browser.open("/bulk-check")
    fields = {"numbers": text} | ({"file": file} if file else {})
    return browser.submit("form[method=post]", status=status, **fields)


def test_a_pasted_list_says_whom_one_may_rely_on_and_shows_first_what_needs_an_eye(app, good, bad):
    one, other = good.agency.register_number, bad.agency.register_number
    page = check(app, f"{one}\tRedvalk\n{other};x\n99999999\n\nnobody")
    assert [row[0] for row in page.rows] == [other, "99999999", "nobody", one]
    assert [row[2] for row in page.rows] == ["Suspended", "Not in the register", "Not a number", "Certified"]
    assert "You may rely on these today 1" in " ".join(page.text.split()) or "1" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.response.headers


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_can_be_taken_home_as_csv_and_json(app, good, language):
    browser = Browser(app, language)
    browser.open("/bulk-check")
    browser.submit("form[method=post]", numbers=f"{good.agency.register_number}\n=1+1 12")
    answer = browser.client.post("/bulk-check", data={"numbers": f"{good.number}\n=1+1 12", "as": "csv"})
    lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [line["asked"] for line in lines] == [good.number, "'=1+1 12"]
    assert lines[0]["registerNumber"] == good.agency.register_number
    plain = browser.client.post("/bulk-check", data={"numbers": good.number, "as": "json"})
    assert plain.headers["Content-Disposition"].startswith("attachment")
    assert conforms(plain.get_json(force=True), "Checked")["total"] == 1


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_proof_is_sealed_and_holds_every_answer(app, good, bad, language):
    many = "\n".join([good.number, bad.number, *(str(number) for number in range(50_000_000, 50_000_310))])
    answer = app.test_client().post(f"/bulk-check?lang={language}", data={"numbers": many, "as": "pdf"})
    assert answer.mimetype == "application/pdf"
    with app.app_context():
        assert examine(answer.data, current_keys().roots).genuine
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        held = json.loads(pdf.attachments["check.json"].get_file().read_bytes())
        printed = json.loads(pdf.attachments["printed.json"].get_file().read_bytes())
    assert (held["total"], len(held["results"]), len(printed["lines"])) == (312, 312, 300)
    assert [each["status"] for each in printed["lines"][:2]] == (
        ["Gecertificeerd", "Geschorst"] if language == "nl" else ["Certified", "Suspended"]
    )


LATIN, MIXED = "12345678;Café\n".encode("cp1252"), "12345678;Café\n".encode() + "23456789;Café\n".encode("cp1252")


@pytest.mark.parametrize(
    ("text", "file", "word"),
    [
        ("", None, "There is no number in the list."),
        ("1234\n" * (MOST + 1), None, "A list may have at most 10,000 numbers; this one has 10001. Divide it."),
        ("", (MIXED, "a.csv"), "This file mixes ways to write letters"),
        ("", (b"\x00\x01\xff", "a.txt"), "This file is not text."),
        ("", (b"PK\x03\x04 nothing", "a.xlsx"), "cannot be opened as .xlsx"),
        ("", (workbook([["1"]], [["2"]]), "a.xlsx"), "several sheets"),
    ],
)
def test_a_bad_list_gets_a_clear_word(app, text, file, word):
    page = check(app, text, (io.BytesIO(file[0]), file[1]) if file else None, status=422)
    assert word in " ".join(page.errors)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (LATIN, "a.csv"), ("KvK;Naam\n12345678;Café\n".encode("utf-16"), "a.csv"),
        ("\ufeffnummer\r\n12345678\r\n".encode(), "a.txt"), (workbook([["KvK"], [12345678.0]]), "a.xlsx"),
    ],
)  # fmt: skip
def test_files_as_the_world_makes_them_are_read(app, data, name):
    assert [row[0] for row in check(app, file=(io.BytesIO(data), name)).rows] == ["12345678"]


def test_software_gets_the_same_facts_as_of_one_agency(client, app, session, good):
    entry = entry_of(session, good.agency_id)
    answer = client.post(API, json={"numbers": [good.number, "99999999", "x"]})
    held = conforms(answer.get_json(), "Checked")
    assert [each["outcome"] for each in held["results"]] == ["found", "unknown", "unreadable"]
    with app.test_request_context():
        one, alone = checked_facts(entry, TODAY), agency_facts(entry, TODAY)
    assert held["results"][0]["agencies"] == [one]
    assert {name: value for name, value in one.items() if name in alone} == {
        name: value for name, value in alone.items() if name in one
    }
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["API-Version"]
    plain = client.post(API, data=f"{good.number};x\n99999999\n", content_type="text/plain").get_json()
    assert plain["results"] == held["results"][:2]


@pytest.mark.parametrize(
    ("body", "media_type", "status", "word"),
    [
        (json.dumps({"numbers": ["1"] * (MOST + 1)}), "application/json", 400, "at most 10,000"),
        (json.dumps({"numbers": [12345678]}), "application/json", 400, "leading zero"),
        ("{", "application/json", 400, "must be JSON"), ("[" * 100_000, "application/json", 400, "must be JSON"),
        ("[]", "application/json", 400, "must be JSON"), (b"\xff", "text/plain", 400, "UTF-8"),
        ("", "text/plain", 400, "no number"), ("<a/>", "application/xml", 415, None),
        ("1" * (4 * 1024 * 1024 + 1), "text/plain", 413, None),
    ],
)  # fmt: skip
def test_software_gets_problem_details_for_a_bad_list(client, body, media_type, status, word):
    answer = client.post(API, data=body, content_type=media_type)
    problem = conforms(answer.get_json(force=True), "Problem")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert word is None or word in problem["errors"][0]["detail"]


def test_who_checks_many_lists_waits(app, client, monkeypatch):
    monkeypatch.setitem(app.extensions, "bulk_throttle", Throttle(burst=1, per_second=0.1, clock=lambda: 0.0))
    assert client.post(API, json={"numbers": ["1234"]}).status_code == 200
    refused = client.post(API, json={"numbers": ["1234"]})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert "many lists" in Browser(app).post("/bulk-check", {"numbers": "1234"}, status=429).text
