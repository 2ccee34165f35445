"""Checking a file: genuine, changed or unknown, and the certificate's present status."""

import hashlib
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import func, select

from audits.core import clock
from certificates import press
from certificates.documents.models import Document
from certificates.ledger.services import append
from certificates.lifecycle.services import replace_document
from certificates.lifecycle.workflow import CertificateState
from certificates.register.files import Why
from certificates.seal import SealLevel, SealOutcome, SealReason, SealReport, ensure_keyring
from portal.doors.registry import verification, wording
from portal.doors.registry.verification import FileStatus
from portal.reader.questions import examine_seal
from portal.sidecar.lanes import PUBLIC
from portal.stores.roles import REGISTER
from portal.web.throttle import Throttle
from tests.kit import attacks, snapshot
from tests.kit.browser import Browser, Page
from tests.kit.factories.certificates import change, make_certificate
from tests.kit.factories.documents import known, plain_pdf
from tests.kit.patience import examine_patiently


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


S = CertificateState
TODAY = clock.today()


@pytest.fixture(autouse=True)
def here(monkeypatch, settings):
    """Keys, as `make serve` leaves them. Nobody loses patience."""
    ensure_keyring(settings.seal_dir, settings.body_name, settings.seal_passphrase)
    monkeypatch.setattr(verification, "examine_seal", examine_patiently)


@pytest.fixture(autouse=True)
def rested(app, monkeypatch):
    """A throttle that has not been used yet."""
    monkeypatch.setitem(app.extensions, "verify_throttle", Throttle())


def check(app, data, name="certificaat.pdf", language="en", status=200):
    browser = Browser(app, language)
    browser.open("/verify")
    return browser.submit("form[method=post]", file=(BytesIO(data), name), status=status)


@pytest.mark.parametrize("conditions", [[], ["A complaints procedure in Polish."]])
def test_a_genuine_certificate_that_counts(app, session, sealed, conditions):
    certificate = make_certificate(session, conditions=conditions)
    page = check(app, known(session, certificate, sealed.ours))
    assert page.heading == "Genuine, and valid today"
    assert ("Yes, with conditions." if conditions else "Yes. This agency is certified today.") in page.text
    assert certificate.number in page.text
    assert all(each in page.text for each in conditions)


@pytest.mark.parametrize(
    ("certificate_state", "issued", "words", "next_step"),
    [
        (S.SUSPENDED, 30, "The certificate is suspended.", "A suspension can end."),
        (S.WITHDRAWN, 30, "The certificate was withdrawn.", "This certificate will not count again."),
        (S.ACTIVE, 900, "The certificate has expired.", "Ask the agency whether it has a newer certificate"),
    ],
)
def test_a_genuine_certificate_that_counts_no_more_says_since_when_and_why(  # noqa: PLR0917
    app, session, sealed, certificate_state, issued, words, next_step
):
    certificate = make_certificate(
        session, certificate_state, issued=TODAY - timedelta(days=issued), reason="Wages were not paid."
    )
    page = check(app, known(session, certificate, sealed.ours))
    assert page.heading == "Genuine, but not valid today"
    assert words in page.text
    assert next_step in page.text
    assert page.link("info@keurwerk.example")
    assert "Do not rely on it today." in page.text
    assert "Since " in page.text
    assert ("Wages were not paid." in page.text) == (certificate_state is not S.ACTIVE)


def test_a_genuine_certificate_that_was_replaced_names_the_newer_one(app, session, sealed):
    first = make_certificate(session, issued=TODAY - timedelta(days=400))
    known(session, first, sealed.ours)
    second = make_certificate(session, agency=first.agency)
    page = check(app, sealed.ours)
    assert page.heading == "Genuine, but not valid today"
    assert "The certificate was replaced by a newer one." in page.text
    assert page.link(second.number) == f"/certificates/{second.number}"


def test_an_older_issue_that_was_withdrawn_stays_withdrawn_and_names_the_newer_one(app, session, sealed):
    first = make_certificate(session, S.WITHDRAWN, issued=TODAY - timedelta(days=400), reason="Fraud.")
    known(session, first, sealed.ours)
    second = make_certificate(session, agency=first.agency)
    page = check(app, sealed.ours)
    assert "The certificate was withdrawn." in page.text
    assert page.link(second.number)


def test_a_status_that_changed_a_moment_ago_is_what_the_check_says(app, session, sealed):
    certificate = make_certificate(session)
    known(session, certificate, sealed.ours)
    change(session, certificate, S.WITHDRAWN, TODAY, "Fraud.")
    assert "The certificate was withdrawn." in check(app, sealed.ours).text


def test_another_document_of_ours_is_named_but_not_shown(app, session, sealed):
    certificate = make_certificate(session)
    known(session, certificate, sealed.ours, kind="decision_letter")
    page = check(app, sealed.ours)
    assert page.heading == "This is a document of ours"
    assert certificate.agency.legal_name not in page.text
    assert certificate.number not in page.text


def test_one_changed_byte_is_found_wherever_it_is(app, session, sealed):
    data = known(session, make_certificate(session), sealed.ours)
    for place in (len(data) // 10, len(data) // 2, len(data) - 20):
        page = check(app, data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert page.soup.select_one("[data-outcome]")["data-outcome"] in {"altered", "not_ours", "unreadable"}
        assert "Genuine" not in page.text


def test_a_file_that_was_added_to_says_what_was_done_and_leads_to_the_original(app, session, sealed):
    certificate = make_certificate(session)
    data = known(session, certificate, sealed.ours)
    for changed, words in (
        (attacks.overlaid(data), "Something was laid over the page"),
        (attacks.content_replaced(data), "What stands on the page was replaced"),
        (data + b"\n% more", "Something was put behind the end of the file."),
    ):
        page = check(app, changed)
        assert page.heading == "This file was changed after we sealed it"
        assert words in page.text
        assert certificate.number in page.text
        assert page.link("Download the certificate as we issued it") == f"/certificates/{certificate.number}.pdf"
        assert "info@keurwerk.example" in page.text
        assert "Yes." not in page.text, "nobody may take it for a yes to this file"
        assert "Status today Certified" in page.text


def test_a_renewed_file_is_the_certificate_that_it_renews(app, session, sealed, monkeypatch):
    data = known(session, make_certificate(session), sealed.ours)
    renewed = SealReport(SealOutcome.GENUINE, None, clock.now(), covered=len(data))
    monkeypatch.setattr(verification, "examine_seal", lambda *_, **__: renewed)
    assert check(app, data + b"a time-stamp").heading == "Genuine, and valid today"
    assert check(app, b"x" + data[1:] + b"a time-stamp").heading == "We cannot vouch for this file"


def test_a_number_that_was_typed_onto_our_layout_belongs_to_somebody_else(app, session, sealed):
    """An unsealed look-alike, and one that a namesake of ours sealed."""
    certificate = make_certificate(session)
    facts = snapshot.certificate(number=certificate.number, legal_name="Schaduw Flex B.V.", valid_until="2099-01-01")
    printing = partial(press.render, "certificate", facts, language="nl")
    for data, words in (
        (printing(), "The file presents itself as a certificate of ours, but it has no seal."),
        (
            sealed.by_stranger(lambda placeholder: printing(placeholder=placeholder)),
            "Somebody else sealed this file and uses our name. This is a forgery.",
        ),
    ):
        page = check(app, data)
        assert page.heading == "This file is not ours"
        assert words in page.text
        rows = [[cell.get_text() for cell in row.select("th, td")] for row in page.soup.select("table tbody tr")]
        assert ["Agency", "Schaduw Flex B.V.", certificate.agency.legal_name] in rows
        assert any(row[0] == "Valid until" and row[1] == "1 January 2099" for row in rows)
        assert page.soup.select_one('td[data-label="This file"]'), "no cards where the screen is narrow"


def test_what_a_strange_file_says_cannot_become_part_of_our_page(app, session):
    certificate = make_certificate(session)
    facts = snapshot.certificate(number=certificate.number, legal_name="<b onclick=x>" + "y" * 500)
    page = check(app, press.render("certificate", facts, language="nl"))
    assert "<b onclick" not in str(page.soup)
    assert "y" * 200 not in page.text


def test_every_reason_and_every_answer_has_words():
    assert set(wording.REASONS) == set(SealReason)
    assert set(wording.TITLES) == set(FileStatus)
    assert set(wording.ENDINGS) == set(Why)
    assert set(wording.LEVELS) == set(SealLevel)


def test_a_file_that_was_sealed_anew_leads_to_the_new_one(app, session, sealed):
    certificate = make_certificate(session)
    known(session, certificate, sealed.ours)
    old = session.scalars(select(Document)).one()
    replace_document(session, old.id, because="The key was lost.", sha256="0" * 64, size=1)
    page = check(app, sealed.ours)
    assert page.heading == "Genuine, but not valid today"
    assert "This file was replaced. The certificate itself counts: use the new file." in page.text
    assert "The key was lost." in page.text
    assert "Do not rely on this file." in page.text
    assert page.link("Download the new file") == f"/certificates/{certificate.number}.pdf"


def test_the_place_in_the_public_log_is_told_where_there_is_one(app, session, sealed):
    certificate = make_certificate(session)
    known(session, certificate, sealed.ours)
    assert "Place in the public log" not in check(app, sealed.ours).text
    append(session, {"type": "issued", "number": certificate.number})
    page = check(app, sealed.ours)
    assert "Place in the public log 0" in page.text
    assert page.link("Proof that it is in the log") == f"/certificates/{certificate.number}.tlog-proof"


class TestByHash:
    """What a browser with script asks, so that the file need not leave the device."""

    def test_the_hash_of_a_certificate_gets_the_same_answer_as_the_file(self, app, session, sealed):
        certificate = make_certificate(session)
        sha256 = hashlib.sha256(known(session, certificate, sealed.ours)).hexdigest()
        page = Browser(app, "en").open(f"/verify/{sha256}")
        assert page.heading == "Genuine, and valid today"
        assert page.text == check(app, sealed.ours).text
        assert Browser(app, "en").open(f"/verify/{sha256.upper()}").path == f"/verify/{sha256}"

    def test_an_unknown_hash_is_not_found_and_that_is_no_verdict_on_the_file(self, app, session):
        page = Browser(app, "en").open("/verify/" + "0" * 64, status=404)
        assert page.heading == "We do not know this file"

    def test_a_program_gets_json_by_hash_and_by_file(self, app, session, sealed):
        certificate = make_certificate(session)
        data = known(session, certificate, sealed.ours)
        client, json = app.test_client(), {"Accept": "application/json"}
        by_hash = client.get(f"/verify/{hashlib.sha256(data).hexdigest()}", headers=json)
        assert (by_hash.json["answer"], by_hash.json["certificate"]["number"]) == ("valid", certificate.number)
        assert "Accept" in by_hash.headers["Vary"]

        def send(data):
            return client.post("/verify", data={"file": (BytesIO(data), "x.pdf")}, headers=json)

        assert send(data).json == by_hash.json
        assert send(attacks.overlaid(data)).json["reason"] == "overlaid"
        unknown = client.get("/verify/" + "0" * 64, headers=json)
        assert (unknown.status_code, unknown.json["answer"]) == (404, None)
        assert (
            client.get(f"/verify/{hashlib.sha256(data).hexdigest()}", headers={"Accept": "*/*"}).mimetype == "text/html"
        )

    @pytest.mark.parametrize("text", ["0" * 63, "g" * 64, "0" * 65])
    def test_what_is_no_hash_is_not_found(self, app, session, text):
        Browser(app, "en").open(f"/verify/{text}", status=404)

    def test_it_is_public_needs_no_cookie_and_is_asked_again_each_time(self, app, session, sealed):
        sha256 = hashlib.sha256(known(session, make_certificate(session), sealed.ours)).hexdigest()
        answer = app.test_client().get(f"/verify/{sha256}")
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=30"
        assert app.test_client().get("/verify/" + "0" * 64).headers["Cache-Control"] == "no-store"

    def test_the_form_tells_the_script_where_to_ask_and_how_much_we_take(self, app, settings):
        form = Browser(app, "en").open("/verify?lang=nl").soup.select_one("form[data-hash-first]")
        assert form["data-hash-first"] == f"/verify/{'0' * 64}?lang=nl"
        assert form["data-limit"] == str(settings.max_upload_bytes)


def test_a_file_of_200_mb_is_refused_before_it_is_read(app):
    class Never(BytesIO):
        def read(self, *_):
            raise AssertionError("it was read")

        readline = readinto = read

    answer = app.test_client().post(
        "/verify?lang=en", input_stream=Never(), content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )  # fmt: skip
    page = Page(answer)
    assert answer.status_code == 413
    assert page.heading == "Check a certificate"
    assert page.errors == ["The file is larger than 10 MB."]


def test_without_our_root_nothing_is_judged_and_none_is_made(app, session, settings, monkeypatch, tmp_path):
    monkeypatch.setitem(app.extensions, "settings", replace(settings, seal_dir=tmp_path / "none"))
    check(app, plain_pdf(), status=503)
    assert not (tmp_path / "none").exists()


def test_when_all_places_are_taken_the_next_one_hears_when_to_come_back(app, session, monkeypatch):
    """Files made to take long must not take every thread: the register is served by the same."""
    monkeypatch.setattr(verification, "examine_seal", examine_seal)
    post = partial(app.test_client().post, "/verify")
    with ExitStack() as taken:
        for _ in range(PUBLIC.at_once + PUBLIC.waiting):
            taken.enter_context(PUBLIC._places)
        for wanted in ("text/html", "application/json"):
            answer = post(data={"file": (BytesIO(plain_pdf()), "a.pdf")}, headers={"Accept": wanted})
            assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert check(app, plain_pdf()).heading == "This file is not ours"


def test_who_sends_many_files_waits_and_others_do_not(app, session, monkeypatch):
    monkeypatch.setitem(app.extensions, "verify_throttle", Throttle(burst=2, per_second=0.001, clock=lambda: 0.0))
    post = partial(app.test_client().post, "/verify", headers={"Accept-Language": "en"})
    answers = [post(data={"file": (BytesIO(plain_pdf()), "a.pdf")}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert "You have sent many files in a short time." in answers[2].text
    other = post(data={"file": (BytesIO(plain_pdf()), "a.pdf")}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("make", "heading"),
    [
        (lambda sealed: sealed.theirs, "This file is not ours"),
        (lambda _: plain_pdf(), "This file is not ours"),
        (lambda sealed: sealed.ours, "We cannot vouch for this file"),  # sealed, and in none of our records
        (lambda _: b"hello", "We cannot read this file"),
        (lambda _: b"%PDF-1.7\n" + b"\x00" * 5000, "We cannot read this file"),
        (lambda _: plain_pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "We cannot read this file"),
        (lambda sealed: sealed.ours[:2000], "We cannot read this file"),
    ],
)
def test_a_strange_file_gets_a_plain_answer_and_is_not_kept(app, session, sealed, make, heading):
    page = check(app, make(sealed))
    assert page.heading == heading
    assert "We have not kept your file." in page.text
    assert check(app, make(sealed), language="nl").soup.html["lang"] == "nl"
    assert session.scalar(select(func.count()).select_from(Document)) == 0


def test_no_file_an_empty_one_and_one_too_large_are_errors_at_the_field(app, settings):
    browser = Browser(app)
    browser.open("/verify")
    assert browser.submit("form[method=post]", status=422).errors == ["Choose a file"]
    assert check(app, b"", status=422).errors == ["The file certificaat.pdf is empty."]
    large = check(app, b"%PDF-" + b"x" * settings.max_upload_bytes, name="<b>groot.pdf", status=422)
    assert large.errors == ["The file _b_groot.pdf is larger than 10 MB."]


def test_a_check_needs_no_cookie_and_sets_none(app):
    answer = app.test_client().post("/verify", data={"file": (BytesIO(b"hello"), "x.pdf")})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_known_number_leads_to_its_certificate_in_any_writing(app, session):
    certificate = make_certificate(session)
    for typed in (certificate.number, f" {certificate.number.lower()} ", certificate.number.replace("-", " ")):
        browser = Browser(app)
        browser.open("/verify")
        assert browser.submit("form[method=get]", number=typed).path == f"/certificates/{certificate.number}"


def test_a_number_with_a_slip_and_an_unknown_one_are_told_apart(app, session):
    browser = Browser(app)
    browser.open("/verify")
    slip = browser.submit("form[method=get]", number="KW-2026-00001-14")
    assert slip.errors == ["This cannot be one of our numbers. Look whether a letter or digit is wrong."]
    assert slip.value("number") == "KW-2026-00001-14"
    unknown = browser.submit("form[method=get]", number="KW-2026-99999-85")
    assert unknown.errors == ["We have not issued a certificate with this number."]
    assert browser.submit("form[method=get]", number="").errors == ["Enter the number of the certificate"]
