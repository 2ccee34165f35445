"""Checking a file in a real browser: known files are recognised locally; unknown ones are uploaded only on request."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from audits.core import clock
from certificates import press
from certificates.lifecycle.workflow import CertificateState
from tests.kit import attacks, snapshot
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.documents import known, plain_pdf, seal_with
from tests.kit.paper import paper

S = CertificateState


@pytest.fixture(scope="module")
def files(portal, tmp_path_factory):
    """Files that the running portal knows, and some that it does not; by name."""
    settings = portal.app.extensions["settings"]
    folder = tmp_path_factory.mktemp("files")

    def sealed(text):
        return seal_with(
            settings.seal_dir,
            settings.body_name,
            settings.seal_passphrase,
            lambda placeholder: paper(placeholder, text),
        )

    made = {name: sealed(name) for name in ("valid", "suspended", "replaced")}
    with portal.app.app_context(), Session(portal.tables) as session, session.begin():
        valid = make_certificate(session)
        known(session, valid, made["valid"])
        known(session, make_certificate(session, S.SUSPENDED, reason="Wages were not paid."), made["suspended"])
        older = make_certificate(session, issued=clock.today() - timedelta(days=400))
        known(session, older, made["replaced"])
        make_certificate(session, agency=older.agency)
        facts = snapshot.certificate(number=valid.number, legal_name="Schaduw Internationale Uitzendorganisatie B.V.")
        made["borrowed"] = press.render("certificate", facts, language="nl")
        made["entry"] = f"/register/nl-{valid.agency.register_number}".encode()
    made |= {"altered": attacks.overlaid(made["valid"]), "strange": plain_pdf(), "large": bytes(11 << 20)}
    for name, data in made.items():
        (folder / f"{name}.pdf").write_bytes(data)
    return folder


@pytest.fixture
def sent():
    """Provide what left the device: methods, addresses and bodies."""
    found = []

    def watch(window):
        window.page.on("request", lambda each: found.append((each.method, each.url, each.post_data_buffer or b"")))
        return window

    watch.found = found
    return watch


def choose(window, path: Path):
    window.open("/verify").page.locator('input[type="file"]').set_input_files(path)
    return window


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("valid", "Genuine, and valid today"),
        ("suspended", "Genuine, but not valid today"),
        ("replaced", "Genuine, but not valid today"),
    ],
)
def test_a_file_that_we_know_never_leaves_the_device(screen, files, sent, name, heading):
    window = choose(sent(screen()), files / f"{name}.pdf").click("Check the file", exact=True)
    window.page.wait_for_url("**/verify/*")
    window.judge()
    assert window.heading == heading
    assert hashlib.sha256((files / f"{name}.pdf").read_bytes()).hexdigest() in window.page.url
    assert {method for method, _, _ in sent.found} == {"GET"}
    assert not any(body for _, _, body in sent.found)


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("altered", "This file was changed after we sealed it"),
        ("strange", "This file is not ours"),
        ("borrowed", "This file is not ours"),
    ],
)
def test_a_file_that_we_do_not_know_leaves_the_device_when_told_to(screen, files, sent, name, heading):
    window = choose(sent(screen()), files / f"{name}.pdf").click("Check the file", exact=True)
    panel = window.page.locator('[data-answer="unknown"]')
    panel.wait_for()
    assert panel.evaluate("panel => panel === document.activeElement")
    window._judged.clear()
    window.judge()
    assert {method for method, _, _ in sent.found} == {"GET"}
    assert panel.get_attribute("role") == "group"
    window._judged.clear()
    window.click("Send the file and have it examined")
    assert window.heading == heading
    assert [method for method, _, _ in sent.found].count("POST") == 1


def test_another_file_closes_the_question(screen, files):
    window = choose(screen(), files / "strange.pdf").click("Check the file", exact=True)
    window.page.locator('[data-answer="unknown"]').wait_for()
    window.page.locator('input[type="file"]').set_input_files(files / "valid.pdf")
    assert not window.page.locator('[data-answer="unknown"]').is_visible()


def test_a_file_that_is_too_large_is_not_even_read(screen, files, sent):
    window = choose(sent(screen()), files / "large.pdf")
    before = len(sent.found)
    window.click("Check the file", exact=True)
    assert window.page.locator('[data-answer="large"]').is_visible()
    assert len(sent.found) == before


def test_without_script_the_form_sends_the_file(screen, files):
    window = choose(screen(javascript=False), files / "valid.pdf").click("Check the file", exact=True)
    assert window.heading == "Genuine, and valid today"


def test_by_keyboard_alone(screen, files):
    window = choose(screen(), files / "valid.pdf")
    window.page.locator('input[type="file"]').focus()
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/verify/*")
    assert window.heading == "Genuine, and valid today"


def test_an_extract_is_downloaded_and_checked(screen, files, tmp_path):
    window = screen().open((files / "entry.pdf").read_text())
    with window.page.expect_download() as download:
        window.page.get_by_role("button", name="Get a sealed extract of today (PDF)").click()
    download.value.save_as(tmp_path / "extract.pdf")
    window = choose(window, tmp_path / "extract.pdf").click("Check the file", exact=True)
    window.page.wait_for_url("**/verify/*")
    assert window.judge().heading == "This is an extract from our register"
    assert "Today it says the same." in window.text
