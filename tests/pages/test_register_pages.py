"""Public pages of the register, in both languages."""

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import sessionmaker

from audits.core import clock
from audits.core.access import Role
from certificates.documents.services import record_document
from certificates.lifecycle.workflow import CertificateState
from certificates.register.queries import entry_of
from portal.stores import files
from tests.kit.browser import Browser
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.certificates import (
    change,
    make_applicant,
    make_certificate,
    make_refusal,
)
from tests.kit.factories.people import make_person
from tests.kit.pages import read_page

S = CertificateState
TODAY = clock.today()
TEXT_PAGES = ["/about", "/privacy", "/accessibility", "/open-data", "/verify"]


def conditional(session):
    return make_certificate(session, conditions=["Pay every worker by the 5th."], months=12).agency


STATES = {
    "certified": lambda session: make_certificate(session).agency,
    "conditional": conditional,
    "suspended": lambda session: make_certificate(session, S.SUSPENDED, reason="Wages were late.").agency,
    "withdrawn": lambda session: make_certificate(session, S.WITHDRAWN, reason="False papers.").agency,
    "expired": lambda session: make_certificate(session, issued=TODAY - timedelta(days=800), months=24).agency,
    "applied": make_applicant,
    "none": lambda session: make_refusal(session, make_agency(session)).audit.agency,
}
ANSWERS = {
    "certified": "Yes. This agency is certified today.",
    "conditional": "Yes, with conditions.",
    "suspended": "No. The certificate is suspended for now.",
    "withdrawn": "No. The certificate was withdrawn.",
    "expired": "No. The certificate has expired.",
    "applied": "Not yet.",
    "none": "No. This agency is not certified.",
}


def address(session, agency):
    return f"/register/{entry_of(session, agency.id).public_id}"


def store_file(app, session, certificate, data=b"%PDF-1.7 made by us"):
    with app.app_context():
        sha256 = files.store().put(data)
    record_document(
        session, kind="certificate", subject_id=certificate.id, agency_id=certificate.agency_id,
        language="nl", snapshot=certificate.snapshot, sha256=sha256, size=len(data),
    )  # fmt: skip
    session.flush()
    return sha256


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("status", STATES)
def test_every_entry_answers_first_whether_one_may_rely_on_the_agency(app, session, status, language):
    agency = STATES[status](session)
    page = Browser(app, language).open(address(session, agency))
    assert page.heading == agency.legal_name
    first = page.soup.select_one("main .kw-answer")
    assert first.find_previous("h1") is not None
    assert f"kw-answer--{status}" in first["class"]
    assert first.svg
    if language == "en":
        assert ANSWERS[status] in first.text


def test_a_suspended_entry_says_since_when_and_why_and_keeps_its_history(app, session):
    page = Browser(app).open(address(session, STATES["suspended"](session)))
    assert "Reason: Wages were late." in page.text
    assert [item["class"] for item in page.soup.select(".kw-history__shape")] == [
        ["kw-history__shape", "kw-status--suspended"],
        ["kw-history__shape", "kw-status--certified"],
    ]


def test_an_entry_shows_scope_and_norm_in_the_words_of_the_norm(app, session):
    path = address(session, STATES["certified"](session))
    english, dutch = Browser(app).open(path).text, Browser(app, "nl").open(path).text
    for name in ("Logistics and warehousing", "Meat and fish processing", "Poland", "Romania"):
        assert name in english
    for name in ("Logistiek en magazijn", "Vlees- en visverwerking", "Polen", "Roemenië"):
        assert name in dutch
    assert "version 1.0" in english


def test_conditions_are_shown_while_they_hold(app, session):
    text = Browser(app).open(address(session, conditional(session))).text
    assert re.search(r"Pay every worker by the 5th\. To be met by \d+ \w+ \d{4}\.", text)


def test_an_entry_shows_the_rosette_of_the_facts_that_were_printed(app, session):
    certificate = make_certificate(session)
    page = Browser(app).open(address(session, certificate.agency))
    from certificates.press import rosette_svg

    drawn = [path["d"] for path in page.soup.select(".kw-rosette path")]
    assert drawn == re.findall(r' d="([^"]+)"', rosette_svg(bytes.fromhex(certificate.snapshot["digest"])))
    assert page.soup.select_one(".kw-rosette [role=img]")["aria-label"]


def test_an_agency_that_was_never_public_has_no_address(app, session):
    agency = make_agency(session)
    Browser(app).open(f"/register/nl-{agency.register_number}", status=404)
    Browser(app).open("/register/nl-%00", status=404)


def test_an_address_in_capitals_leads_to_the_permanent_one(app, session):
    path = address(session, make_applicant(session))
    assert Browser(app).open(path.replace("nl-", "NL-")).path == path


@pytest.mark.parametrize("spelled", ["gb-6883289", "gb-gb06883289", "GB-6883289"])
def test_an_address_with_another_spelling_of_the_number_redirects_to_the_permanent_one(app, session, spelled):
    make_applicant(session, country="GB", register_number="06883289")
    session.commit()
    page = Browser(app).open(f"/register/{spelled}")
    assert page.path == "/register/gb-06883289"
    Browser(app).open("/register/gb-6883280", status=404)


def test_names_of_strangers_are_only_text(app, session):
    hostile = "<script>alert(1)</script> \"&' {{ 7*7 }}"
    agency = make_certificate(session, details={"legal_name": hostile, "trade_names": [hostile]}).agency
    page = Browser(app).open(address(session, agency))
    assert page.heading == " ".join(hostile.split())
    assert not page.soup.select("main script")
    linked = json.loads(page.soup.select_one('script[type="application/ld+json"]').string)
    assert linked["legalName"] == hostile


@pytest.mark.parametrize(
    ("status", "active"), [("certified", "Active"), ("suspended", "Inactive"), ("expired", "Inactive")]
)
def test_search_engines_read_whether_the_certification_is_active(app, session, status, active):
    page = Browser(app).open(address(session, STATES[status](session)))
    linked = json.loads(page.soup.select_one('script[type="application/ld+json"]').string)
    assert linked["hasCertification"]["certificationStatus"] == f"https://schema.org/Certification{active}"


def test_the_first_screen_asks_answers_and_counts(app, session):
    for state in ("certified", "conditional", "suspended", "withdrawn"):
        STATES[state](session)
    page = Browser(app).open("/")
    assert [each.text for each in page.soup.select(".kw-figures dd")][:2] == ["2", "2"]
    assert page.soup.select_one("form[role=search] input[name=q]")
    assert len(page.soup.select("main tbody tr")) == 4


def test_an_empty_register_is_still_a_page(app):
    assert [each.text for each in Browser(app).open("/").soup.select(".kw-figures dd")] == ["0", "0", "–"]
    assert "We found no agency" in Browser(app).open("/register").text


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("path", TEXT_PAGES)
def test_the_pages_of_text_are_whole(app, session, path, language):
    make_certificate(session)  # there is a norm
    page = Browser(app, language).open(path)
    assert page.soup.html["lang"] == language
    assert len(page.text) > 200


def test_a_certificate_keeps_its_address_and_says_what_it_was_and_is(app, session):
    first = make_certificate(session, issued=TODAY - timedelta(days=500))
    second = make_certificate(session, agency=first.agency)
    old = Browser(app).open(f"/certificates/{first.number}")
    assert "Replaced by a newer certificate" in old.text
    assert "No. This certificate no longer counts." in old.text
    new = Browser(app).open(f"/certificates/{second.number.lower()}")
    assert new.path == f"/certificates/{second.number}"
    assert "Yes. This agency is certified today." in new.text
    change(session, second, S.WITHDRAWN, TODAY, "Fraud.")
    assert "No. The certificate was withdrawn." in Browser(app).open(f"/certificates/{second.number}").text


def test_a_number_that_we_did_not_issue_is_no_certificate(app, session):
    waiting = make_certificate(session, S.ISSUING)
    for number in ("KW-2026-99999-85", "KW-2026-00001-14", "x", "%00", waiting.number):
        Browser(app).open(f"/certificates/{number}", status=404)
        assert app.test_client().get(f"/certificates/{number}.pdf").status_code == 404


def test_the_file_of_a_certificate_can_be_kept_and_asked_for_again(app, session):
    certificate = make_certificate(session)
    sha256 = store_file(app, session, certificate)
    client, path = app.test_client(), f"/certificates/{certificate.number}.pdf"
    answer = client.get(path)
    assert (answer.data, answer.mimetype) == (b"%PDF-1.7 made by us", "application/pdf")
    assert answer.headers["ETag"] == f'"{sha256}"'
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=30"  # a re-sealed one must reach everybody
    assert "attachment" in answer.headers["Content-Disposition"]
    assert client.get(path, headers={"If-None-Match": f'"{sha256}"'}).status_code == 304
    page = Browser(app).open(f"/certificates/{certificate.number}")
    assert path in [link["href"] for link in page.soup.select("main a")]


def public_paths(app, session):
    certificate = make_certificate(session)
    store_file(app, session, certificate)
    yield from ["/", "/register", "/register?q=flex", *TEXT_PAGES, "/.well-known/security.txt"]
    yield address(session, certificate.agency)
    yield from [f"/certificates/{certificate.number}", f"/certificates/{certificate.number}.pdf"]
    yield from ["/api/v1/agencies", f"/api/v1/certificates/{certificate.number}", "/api/v1/openapi.json"]


def test_no_public_page_sets_a_cookie_or_varies_by_one_and_all_can_be_kept(app, session):
    for path in public_paths(app, session):
        answer = app.test_client().get(path)
        assert answer.status_code == 200, path
        assert "Set-Cookie" not in answer.headers, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path
        assert "public" in answer.headers["Cache-Control"], path
        again = app.test_client().get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
        if answer.mimetype == "text/html":
            assert "Accept-Language" in answer.headers["Vary"]


def test_a_changed_status_is_a_changed_page_at_once(app, session):
    certificate = make_certificate(session)
    path, client = address(session, certificate.agency), app.test_client()
    before = client.get(path)
    assert "max-age=0" in before.headers["Cache-Control"]
    change(session, certificate, S.SUSPENDED, TODAY, "Late wages.")
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]


def test_the_page_of_somebody_who_is_signed_in_is_theirs_alone(app, session):
    person = make_person(session, Role.DECIDER)
    page = Browser(app).sign_in(session, person).open("/")
    assert person.name in page.response.get_data(as_text=True)
    assert page.response.headers["Cache-Control"] == "no-store"


def test_no_public_page_needs_more_than_eight_statements_whatever_there_is(app, session, connection):
    paths = list(public_paths(app, session))
    make_certificate(session, S.SUSPENDED, agency=make_agency(session))
    for number in range(30):
        make_applicant(session, legal_name=f"Flex {number} B.V.")
    asked = []
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for path in [*paths, "/register?q=flexx"]:
        del asked[:]
        assert app.test_client().get(path).status_code == 200
        counted = [each for each in asked if not each.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
        assert len(counted) <= 8, f"{path}: {counted}"


def test_security_txt_says_where_to_report_for_less_than_a_year(client):
    lines = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines())
    assert lines["Contact"].startswith("mailto:")
    assert TODAY.isoformat() < lines["Expires"] < (TODAY + timedelta(days=365)).isoformat()


def signed_by_gpg(text, home):
    """The text with an OpenPGP signature in the clear, by a key that is made for it."""
    gpg = ["gpg", "--homedir", str(home), "--batch", "--pinentry-mode", "loopback", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-gen-key", "security@x.example", "ed25519", "sign"], check=True, capture_output=True)
    done = subprocess.run([*gpg, "--clearsign"], input=text, check=True, capture_output=True, text=True)
    return done.stdout, [*gpg, "--verify"]


@pytest.mark.skipif(shutil.which("gpg") is None, reason="there is no gpg here")
def test_security_txt_is_served_as_the_operator_signed_it_until_it_expires(app, monkeypatch):
    client, unsigned = app.test_client(), app.test_client().get("/.well-known/security.txt").text
    with tempfile.TemporaryDirectory() as home:  # a short path: gpg puts a socket in it
        signed, verify = signed_by_gpg(unsigned, home)
        place = Path(home, "security.txt")
        place.write_text(signed)
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], security_txt=place))
        served = client.get("/.well-known/security.txt")
        assert served.text == signed
        assert served.mimetype == "text/plain"
        subprocess.run(verify, input=served.text, check=True, capture_output=True, text=True)
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
        for unusable in (re.sub("Expires: .*", "Expires: 2020-01-01T00:00:00Z", signed), "Expires: soon\n", "x"):
            place.write_text(unusable)
            assert client.get("/.well-known/security.txt").text == unsigned
    assert client.get("/.well-known/security.txt").text == unsigned


def test_the_public_pages_need_no_queue(app, session, monkeypatch):
    make_certificate(session)
    monkeypatch.setitem(app.extensions, "queue", None)
    Browser(app).open("/")
    Browser(app).open("/register?q=flex")


def test_without_a_database_the_register_says_that_it_is_not_available(app, monkeypatch):
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 1})
    monkeypatch.setitem(app.extensions, "sessionmaker", sessionmaker(nowhere))
    for path in ("/", "/register?q=x", "/register/nl-12345678"):
        page = Browser(app).open(path, status=503)
        assert page.response.headers["Retry-After"]
        assert "public" not in page.response.headers["Cache-Control"]
    answer = app.test_client().get("/api/v1/agencies")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    for path in ("/privacy", "/accessibility"):
        Browser(app).open(path)


def test_the_search_box_of_every_page_can_be_used_without_script(app, session):
    make_applicant(session, legal_name="Kade B.V.")
    soup = read_page(app.test_client().get("/register?q=kade&lang=en").text)
    form = soup.select_one("main form")
    assert (form["method"], form["action"].split("?")[0]) == ("get", "/register")
    assert soup.select_one("label[for=q]")


def test_the_register_can_be_served_alone(session, settings, make_session):
    from portal.app import create_app

    alone = create_app(settings, doors=("registry",))
    alone.extensions["sessionmaker"] = make_session
    path = address(session, make_certificate(session).agency)
    assert "Sign in" not in Browser(alone).open(path).response.get_data(as_text=True)
    Browser(alone).open("/login", status=404)
