"""Register extracts: requested without account, sealed, and verifiable later."""

import subprocess
from dataclasses import replace
from io import BytesIO
from uuid import uuid4

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event, select

from audits.core import clock
from certificates import press
from certificates.documents.models import Document
from certificates.ledger.services import append
from certificates.lifecycle.workflow import CertificateState
from certificates.register.extract import extract_reference
from certificates.seal import ensure_keyring, examine
from portal.doors.registry import extract
from portal.sidecar.lanes import PRINTS, Lane
from portal.signing.keys import current_keys
from portal.stores import queue
from portal.stores.queue import open_queue
from portal.stores.roles import REGISTER
from portal.web.throttle import SharedThrottle, Throttle
from tests.kit.browser import Browser
from tests.kit.factories.certificates import change, make_applicant, make_certificate
from tests.kit.factories.ledger import make_checkpoint

S = CertificateState
TODAY = clock.today()
MOST_STATEMENTS = 6


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture(autouse=True)
def ready(app, settings):
    """Keys, as `make serve` leaves them."""
    ensure_keyring(settings.seal_dir, settings.body_name, settings.seal_passphrase)


def public_id(agency):
    return f"nl-{agency.register_number}"


def take(app, agency, language="en", address="127.0.0.1"):
    """Press the button; the answer."""
    page = Browser(app, language, address).open(f"/register/{public_id(agency)}")
    answer = app.test_client().post(
        page.soup.select_one('form[action*="extract"]')["action"],
        headers={"Accept-Language": language},
        environ_overrides={"REMOTE_ADDR": address},
    )
    assert answer.status_code == 200
    return answer


def words_of(pdf):
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def check(app, data, language="en"):
    browser = Browser(app, language)
    browser.open("/verify")
    return browser.submit("form[method=post]", file=(BytesIO(data), "extract.pdf"))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_extract_says_what_the_register_says_and_is_sealed(app, session, language):
    certificate = make_certificate(session)
    answer = take(app, certificate.agency, language)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith(f"attachment; filename=UR-{TODAY:%Y%m%d}-")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert examine(answer.data, sealing_roots(app)).genuine
    text = words_of(answer.data)
    for words in (certificate.agency.legal_name, certificate.number, certificate.agency.register_number):
        assert words in text
    assert ("Gecertificeerd" if language == "nl" else "Certified") in text


@pytest.mark.parametrize("compiled", [True, False])
def test_an_operator_can_turn_the_compiled_press_off(app, settings, session, monkeypatch, compiled):
    monkeypatch.setitem(app.extensions, "settings", replace(settings, compiled_press=compiled))
    monkeypatch.setattr(extract.printer, "prepare", press.prepare)  # here, where it can be counted
    certificate = make_certificate(session)
    before = press._press(settings.fonts_dir).compiled.printed
    answer = take(app, certificate.agency)
    assert certificate.number in words_of(answer.data)
    assert press._press(settings.fonts_dir).compiled.printed == before + compiled


def sealing_roots(app):
    with app.app_context():
        return current_keys().roots


def test_it_is_known_from_then_on_and_says_what_holds_today(app, session):
    certificate = make_certificate(session)
    data = take(app, certificate.agency).data
    page = check(app, data)
    assert page.heading == "This is an extract from our register"
    assert "Today it says the same." in page.text
    assert "stond in het register: Gecertificeerd." in check(app, data, "nl").text
    change(session, certificate, S.SUSPENDED, TODAY, "Wages were not paid.")
    later = check(app, data)
    assert "the register said: Certified." in later.text
    assert "Today it says: Suspended." in later.text
    assert "No. The certificate is suspended for now." in later.text


def test_there_can_be_as_many_as_people_ask_for(app, session):
    certificate = make_certificate(session)
    first, second = take(app, certificate.agency), take(app, certificate.agency)
    assert first.headers["Content-Disposition"] != second.headers["Content-Disposition"]
    rows = session.scalars(select(Document).where(Document.kind == "register_extract")).all()
    assert len(rows) == 2
    assert {row.subject_id for row in rows} == {certificate.agency_id}
    assert len({row.snapshot["reference"] for row in rows}) == 2


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_applicant, "Applied, not certified"),
        (lambda session: make_certificate(session, S.WITHDRAWN, reason="It was a fraud.").agency, "It was a fraud."),
        (lambda session: make_certificate(session, conditions=["A complaints procedure."]).agency, "A complaints"),
        (lambda session: make_certificate(session, S.SUSPENDED, reason="No access given.").agency, "No access given."),
    ],
)
def test_every_status_has_an_extract(app, session, make, words):
    assert words in words_of(take(app, make(session)).data)


def test_of_an_applicant_only_the_town_is_told(app, session):
    agency = make_applicant(session)
    text = words_of(take(app, agency).data)
    assert agency.city in text
    assert agency.street not in text


def logged(session, certificate):
    """Give the certificate a credential and a place in a log that was signed."""
    certificate.credential = "header.claims.signature"
    append(session, {"type": "issued", "number": certificate.number})
    make_checkpoint(session, "register.example/log", Ed25519PrivateKey.generate())
    session.flush()


@pytest.fixture(autouse=True)
def no_proof_of_another_test():
    extract._proofs.clear()


def attachments(pdf):
    with pikepdf.open(BytesIO(pdf)) as opened:
        return {name: file.get_file().read_bytes() for name, file in opened.attachments.items()}


def test_it_carries_what_machines_need_to_check_the_certificate_without_us(app, session):
    certificate = make_certificate(session)
    assert set(attachments(take(app, certificate.agency).data)) == {"printed.json"}
    append(session, {"type": "issued", "number": certificate.number})
    assert set(attachments(take(app, certificate.agency).data)) == {"printed.json"}  # not signed yet
    logged(session, certificate)
    found = attachments(take(app, certificate.agency).data)
    assert found["credential.jwt"] == b"header.claims.signature"
    assert found[f"{certificate.number}.tlog-proof"].startswith(b"c2sp.org/tlog-proof@v1")


@pytest.mark.parametrize("found", [S.ACTIVE, S.WITHDRAWN])
def test_it_costs_few_statements(app, session, make_session, found):
    certificate = make_certificate(session, found)
    logged(session, certificate)
    agency = certificate.agency
    take(app, agency)
    seen = []
    engine = make_session.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    assert app.test_client().post(f"/register/{public_id(agency)}/extract").status_code == 200
    statements = [each for each in seen if "SAVEPOINT" not in each]  # the test's own frame
    assert len(statements) <= MOST_STATEMENTS, statements


def test_it_needs_an_entry_and_a_button_that_was_pressed(app, session):
    client = app.test_client()
    assert client.post("/register/nl-00000000/extract").status_code == 404
    assert client.get("/register/nl-00000000/extract").status_code == 405


def test_who_asks_for_very_many_must_wait_and_nobody_else(app, session, monkeypatch):
    agency = make_certificate(session).agency
    monkeypatch.setitem(app.extensions, "extract_throttle", Throttle(burst=2, per_second=0.1, clock=lambda: 0.0))
    for _ in range(2):
        take(app, agency, address="203.0.113.7")
    refused = Browser(app, "en", "203.0.113.7").post(f"/register/{public_id(agency)}/extract", status=429)
    assert "many extracts" in refused.text
    assert refused.response.headers["Retry-After"] == "10"
    take(app, agency, address="203.0.113.8")


def test_when_many_are_printed_the_next_one_is_asked_to_come_back(app, session, monkeypatch):
    agency = make_certificate(session).agency
    full = Lane(at_once=1, waiting=0, patience=600, message=PRINTS.message)
    monkeypatch.setattr(extract.printer, "_lane", full)
    with full.turn():
        refused = Browser(app).post(f"/register/{public_id(agency)}/extract", status=503)
    assert "We are making many extracts at this moment" in refused.text
    assert int(refused.response.headers["Retry-After"]) > 0
    assert session.scalars(select(Document)).all() == []
    take(app, agency)


def test_without_the_key_there_is_no_button_and_a_clear_answer(app, session, settings, monkeypatch, tmp_path):
    agency = make_certificate(session).agency
    ensure_keyring(tmp_path / "locked", settings.body_name, "another passphrase")
    for folder in (tmp_path / "empty", tmp_path / "locked"):
        monkeypatch.setitem(app.extensions, "settings", replace(settings, seal_dir=folder))
        page = Browser(app).open(f"/register/{public_id(agency)}")
        assert page.soup.select_one('form[action*="extract"]') is None
        refused = Browser(app).post(f"/register/{public_id(agency)}/extract", status=503)
        assert "cannot be sealed here" in refused.text
        assert "Retry-After" in refused.response.headers
    assert not (tmp_path / "empty").exists()


def test_the_throttle_refills_slowly_and_forgets_the_oldest(monkeypatch):
    now = [0.0]
    throttle = Throttle(burst=2, per_second=0.5, clock=lambda: now[0])
    assert [throttle.wait("a") for _ in range(3)] == [0, 0, 2]
    now[0] = 2.0
    assert [throttle.wait("a") for _ in range(2)] == [0, 2]
    monkeypatch.setattr("portal.web.throttle.MOST_ADDRESSES", 3)
    for address in "bcd":
        assert throttle.wait(address) == 0
    assert throttle.wait("a") == 0


class TestSharedThrottle:
    NOW = 7200.0

    @pytest.fixture
    def throttles(self, app, settings, monkeypatch):
        """The same throttle as two processes have it, under a name that no other test uses."""
        name = uuid4().hex
        monkeypatch.setitem(app.extensions, "queue", open_queue(settings.redis_url))
        with app.app_context():
            yield [SharedThrottle(name, 2, 3600, "k", clock=lambda: self.NOW) for _ in range(2)]

    def test_all_processes_count_together_and_each_address_for_itself(self, throttles):
        one, other = throttles
        assert [one.wait("a"), other.wait("a"), one.wait("a"), other.wait("a")] == [0, 0, 3600, 3600]
        assert other.wait("b") == 0

    def test_the_next_period_begins_anew(self, throttles, monkeypatch):
        assert [throttles[0].wait("a") for _ in range(3)] == [0, 0, 3600]
        monkeypatch.setattr(TestSharedThrottle, "NOW", 7200.0 + 3599)
        assert throttles[1].wait("a") == 1
        monkeypatch.setattr(TestSharedThrottle, "NOW", 7200.0 + 3600)
        assert throttles[1].wait("a") == 0

    def test_no_address_can_be_read_where_they_are_counted(self, app, throttles):
        throttles[0].wait("203.0.113.7")
        keys = app.extensions["queue"].connection.keys("throttle:*")
        assert keys
        assert not any(b"203.0.113.7" in key for key in keys)
        assert all(0 < app.extensions["queue"].connection.ttl(key) <= 3600 for key in keys)

    def test_without_the_shared_count_each_process_counts_for_itself(self, throttles, monkeypatch):
        monkeypatch.setattr("portal.stores.queue.count", lambda *_: None)
        assert [each.wait("a") > 0 for each in (*throttles, *throttles, *throttles)] == [False] * 4 + [True] * 2

    def test_a_count_that_cannot_be_reached_is_no_error(self, app, monkeypatch):
        monkeypatch.setitem(app.extensions, "queue", open_queue("redis://127.0.0.1:1/0"))
        with app.app_context():
            assert queue.count("a", 10) is None


def test_a_number_has_the_day_and_forty_bits():
    assert extract_reference(TODAY, bytes(8)) == f"UR-{TODAY:%Y%m%d}-AAAAAAAA"
    assert extract_reference(TODAY, b"\xff" * 8) == f"UR-{TODAY:%Y%m%d}-77777777"
