"""Whoever holds a certificate hears whether it is ours, whether it was changed, and what it is worth today."""

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import func, select

from audits.core import clock
from certificates.models import Document
from certificates.seal import ensure_keyring
from certificates.services import record_document
from certificates.workflow import CertificateState
from tests.browser import Browser
from tests.factories.certificates import change, make_certificate
from tests.paper import paper, sealer_of

S = CertificateState
TODAY = clock.today()


def plain_pdf(**options):
    made = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made, **options)
    return made.getvalue()


@pytest.fixture(scope="session")
def sealed(settings, tmp_path_factory):
    """Files with our seal, and with the seal of a stranger who calls himself as we do."""
    ensure_keyring(settings.seal_dir, settings.body_name, settings.seal_passphrase)
    ours = sealer_of(settings.seal_dir, settings.seal_passphrase)
    strange = tmp_path_factory.mktemp("strange")
    ensure_keyring(strange, settings.body_name, "other")
    theirs = sealer_of(strange, "other")
    rooms = {"ours": (ours, ours.room()), "theirs": (theirs, theirs.room())}
    return {name: sealer.seal(paper(room), room) for name, (sealer, room) in rooms.items()}


def known(session, certificate, data, kind="certificate"):
    from hashlib import sha256

    record_document(
        session, kind=kind, subject_id=certificate.id if kind == "certificate" else certificate.decision_id,
        agency_id=certificate.agency_id, language="nl", printed=certificate.printed,
        sha256=sha256(data).hexdigest(), size=len(data),
    )  # fmt: skip
    session.flush()
    return data


def check(app, data, name="certificaat.pdf", language="en", status=200):
    browser = Browser(app, language)
    browser.open("/verify")
    return browser.submit("form[method=post]", file=(BytesIO(data), name), status=status)


@pytest.mark.parametrize(
    ("certificate_state", "answer"),
    [
        (S.ACTIVE, "Yes. This agency is certified today."),
        (S.SUSPENDED, "No. The certificate is suspended for now."),
        (S.WITHDRAWN, "No. The certificate was withdrawn."),
    ],
)
def test_a_genuine_certificate_comes_with_what_it_is_worth_today(app, session, sealed, certificate_state, answer):
    certificate = make_certificate(session, certificate_state)
    page = check(app, known(session, certificate, sealed["ours"]))
    assert page.heading == "This certificate is genuine"
    assert answer in page.text
    assert certificate.number in page.text


def test_a_genuine_certificate_that_was_replaced_counts_no_more(app, session, sealed):
    first = make_certificate(session, issued=TODAY - timedelta(days=400))
    known(session, first, sealed["ours"])
    make_certificate(session, agency=first.agency)
    page = check(app, sealed["ours"])
    assert page.heading == "This certificate is genuine"
    assert "No. This certificate no longer counts." in page.text


def test_a_status_that_changed_a_moment_ago_is_what_the_check_says(app, session, sealed):
    certificate = make_certificate(session)
    known(session, certificate, sealed["ours"])
    change(session, certificate, S.WITHDRAWN, TODAY, "Fraud.")
    assert "No. The certificate was withdrawn." in check(app, sealed["ours"]).text


def test_another_document_of_ours_is_named_but_not_shown(app, session, sealed):
    certificate = make_certificate(session)
    known(session, certificate, sealed["ours"], kind="decision_letter")
    page = check(app, sealed["ours"])
    assert page.heading == "This is a document of ours"
    assert certificate.agency.legal_name not in page.text
    assert certificate.number not in page.text


def test_one_changed_byte_is_found_wherever_it_is(app, session, sealed):
    data = known(session, make_certificate(session), sealed["ours"])
    for place in (len(data) // 10, len(data) // 2, len(data) - 20):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        page = check(app, changed)
        assert page.heading in {
            "This file was changed after we sealed it", "We cannot read this file", "This file is not ours",
            "We cannot vouch for this file",  # the unused room around the signature: the seal holds, our records do not
        }  # fmt: skip
        assert "genuine" not in page.text
        assert "Do not rely on it" in page.text or "look the agency up" in page.text.lower()


def test_a_file_that_was_added_to_is_altered(app, session, sealed):
    data = known(session, make_certificate(session), sealed["ours"])
    assert check(app, data + b"\n% more").heading == "This file was changed after we sealed it"


@pytest.mark.parametrize(
    ("make", "heading"),
    [
        (lambda sealed: sealed["theirs"], "This file is not ours"),
        (lambda _: plain_pdf(), "This file is not ours"),
        (lambda sealed: sealed["ours"], "We cannot vouch for this file"),  # sealed, and in none of our records
        (lambda _: b"hello", "We cannot read this file"),
        (lambda _: b"%PDF-1.7\n" + b"\x00" * 5000, "We cannot read this file"),
        (lambda _: plain_pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "We cannot read this file"),
        (lambda sealed: sealed["ours"][:2000], "We cannot read this file"),
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
