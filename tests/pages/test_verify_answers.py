"""Negative results of checks: each states the reason and the next step, on the page and as JSON."""

from functools import cache, partial
from io import BytesIO

import pytest
from sqlalchemy import select

from certificates import press
from certificates.documents.models import Document
from certificates.lifecycle.services import replace_document
from certificates.register.files import KEY_LOST
from certificates.seal import SealReason, ensure_keyring
from portal.doors.registry import verification, wording
from portal.stores import files
from portal.stores.roles import REGISTER
from portal.web.throttle import Throttle
from tests.kit import attacks, snapshot
from tests.kit.browser import Browser
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.documents import known, plain_pdf, seal_with
from tests.kit.patience import examine_patiently


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def here(app, monkeypatch, settings):
    """Keys, as `make serve` leaves them, and an unused throttle. No browser gives up waiting."""
    ensure_keyring(settings.seal_dir, settings.body_name, settings.seal_passphrase)
    monkeypatch.setattr(verification, "examine_seal", examine_patiently)
    monkeypatch.setitem(app.extensions, "verify_throttle", Throttle())


@pytest.fixture
def seal(settings):
    """Print a certificate with this number and seal it with our keys."""

    @cache
    def seal(number, name="Zonneveld Uitzendbureau B.V."):
        facts = snapshot.certificate(number=number, legal_name=name)
        printing = partial(press.render, "certificate", facts, language="nl")
        where = (settings.seal_dir, settings.body_name, settings.seal_passphrase)
        return seal_with(*where, lambda placeholder: printing(placeholder=placeholder))

    return seal


@pytest.fixture
def issued(app, session, seal):
    """A certificate with its sealed file, in the records and in the store."""
    certificate = make_certificate(session)
    data = known(session, certificate, seal(certificate.number))
    with app.app_context():
        files.store().put(data)
    return certificate, data


def replaced(session, certificate):
    """Another file took the place of the one that this certificate had."""
    old = session.scalars(select(Document).where(Document.subject_id == certificate.id)).one()
    replace_document(session, old.id, because=KEY_LOST, sha256="0" * 64, size=1)
    session.flush()


def send(app, data, language="en"):
    headers = {**JSON, "Accept-Language": language}
    response = app.test_client().post("/verify", data={"file": (BytesIO(data), "x.pdf")}, headers=headers)
    response.request.environ["wsgi.input"].close()  # the client leaves the temporary file of a large upload open
    return response


def page(app, data):
    browser = Browser(app, "en")
    browser.open("/verify")
    return browser.submit("form[method=post]", file=(BytesIO(data), "x.pdf"), status=200)


OTHERWISE = {
    "without its time-stamp": attacks.without_stamp,
    "the other half of the curve": attacks.other_half,
    "in capitals": attacks.capitals,
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_our_file_with_the_signature_written_otherwise_is_called_that(app, issued, name):
    """The seal still holds: only our records tell that this is not what we gave out."""
    certificate, data = issued
    changed = OTHERWISE[name](data)
    assert changed != data
    found = send(app, changed).json
    assert (found["answer"], found["reason"], found["genuine"]) == ("altered", "signature_changed", False)
    assert found["explanation"] == str(wording.REASONS[SealReason.SIGNATURE_CHANGED])
    assert found["certificate"]["number"] == certificate.number
    assert found["certificate"]["file"].endswith(f"/certificates/{certificate.number}.pdf")
    read = page(app, changed)
    assert read.heading == "This file was changed after we sealed it"
    assert "the signature in it is not the one that we put there" in read.text
    assert read.link("Download the certificate as we issued it") == f"/certificates/{certificate.number}.pdf"
    assert "In order" not in read.text


def test_the_time_stamp_of_another_file_is_found_too(app, issued, seal):
    _, data = issued
    found = send(app, attacks.other_stamp(data, seal("KW-2027-00017-58"))).json
    assert (found["answer"], found["reason"]) == ("altered", "signature_changed")
    assert found["seal"]["stamped"] is False


def test_also_an_older_file_of_the_certificate_is_recognised(app, session, issued):
    certificate, data = issued
    replaced(session, certificate)
    assert send(app, attacks.without_stamp(data)).json["reason"] == "signature_changed"


def test_a_seal_of_ours_that_is_not_in_our_records_says_so_and_names_whose_number_it_uses(app, issued, seal):
    certificate, _ = issued
    strange = seal(certificate.number, "Schaduw Flex B.V.")
    found = send(app, strange).json
    assert (found["answer"], found["reason"], found["genuine"]) == ("unknown", "not_recorded", False)
    assert found["explanation"] == "It carries our seal, but our records do not have it."
    assert found["certificate"]["number"] == certificate.number
    name = {"fact": "legal_name", "file": "Schaduw Flex B.V.", "ours": certificate.snapshot["legal_name"]}
    assert name in found["differences"]
    read = page(app, strange)
    assert read.heading == "We cannot vouch for this file"
    assert "The certificate whose number it uses" in read.text
    assert "In order" not in read.text


def test_a_file_that_the_store_lost_gets_the_weaker_answer(app, issued, monkeypatch):
    def lost(*_):
        raise files.StorageDownError

    monkeypatch.setattr(files.Store, "get", lost)
    assert send(app, attacks.without_stamp(issued[1])).json["reason"] == "not_recorded"


def test_the_api_says_why_a_file_was_not_examined(app, settings):
    announced = app.test_client().post(
        "/verify", input_stream=BytesIO(b"--x"), content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)}, headers={**JSON, "Accept-Language": "en"},
    )  # fmt: skip
    for answer, status, reason in (
        (send(app, b""), 422, "not_a_pdf"),
        (send(app, b"%PDF-" + b"x" * settings.max_upload_bytes), 422, "too_large"),
        (announced, 413, "too_large"),
    ):
        found = answer.json
        assert (answer.status_code, answer.mimetype) == (status, "application/json")
        assert (found["answer"], found["reason"], found["genuine"]) == ("unreadable", reason, False)
        assert found["explanation"] == str(wording.REASONS[SealReason(reason)])
        assert found["sha256"] is None


def test_a_program_that_sends_no_file_or_too_many_hears_that(app, monkeypatch):
    none = app.test_client().post("/verify", headers=JSON)
    assert (none.status_code, none.mimetype) == (422, "application/problem+json")
    assert [each["name"] for each in none.json["errors"]] == ["file"]
    monkeypatch.setitem(app.extensions, "verify_throttle", Throttle(burst=0, per_second=0.001))
    throttled = send(app, plain_pdf())
    assert (throttled.status_code, throttled.mimetype) == (429, "application/problem+json")
    assert int(throttled.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Een sleutel waarmee het oude bestand is ondertekend, is niet meer te vertrouwen."),
        ("en", "A key that signed the old file is no longer trusted."),
    ],
)
def test_our_own_reason_is_in_the_language_of_the_answer(app, session, issued, language, said):
    certificate, data = issued
    replaced(session, certificate)
    ended = send(app, data, language).json["ended"]
    assert (ended["why"], ended["reason"]) == ("resealed", said)


def test_every_answer_that_is_no_yes_gives_a_reason(app, issued, sealed):
    _, data = issued
    changed = (attacks.without_stamp(data), attacks.overlaid(data))
    for each in (*changed, sealed.ours, sealed.theirs, plain_pdf(), b"hello", b""):
        found = send(app, each).json
        assert found["reason"], found
        assert found["explanation"], found
