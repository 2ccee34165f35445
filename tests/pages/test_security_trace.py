"""What gets a line in the security log, and what a line never holds; with real commits, as lines stay on their own."""

from dataclasses import replace
from uuid import uuid4

import pytest
from click.testing import CliRunner
from flask import abort
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import sessionmaker

from audits.agencies.models import Agency
from audits.applications.models import Evidence
from audits.applications.workflow import ApplicationState
from audits.core.access import SYSTEM, Role
from audits.core.events import EventNote, record
from audits.signals.models import Signal
from audits.signals.rules import About
from audits.signals.services import receive_signal
from certificates.documents.models import Document
from certificates.lifecycle.events import CertificateResealed
from portal.app import create_app
from portal.commands.cli import appoint_administrator, forget_note
from portal.commands.keys import keys
from portal.doors.account import services
from portal.doors.account.rules import LIMITS, Purpose
from portal.stores import files
from portal.stores.roles import APP, WORKER
from portal.web import security_log
from portal.web.security_log import Flood, Kind, SecurityEvent
from tests.kit.browser import PASSWORD, Browser
from tests.kit.factories.applications import make_application
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.documents import known, plain_pdf
from tests.kit.factories.people import give_password, make_person

OTHER = "zeven lange zinnen later"


@pytest.fixture
def make_session(real_db):
    return sessionmaker(real_db)


@pytest.fixture
def app_sessions(real_db, servers, request):
    role = WORKER if "command" in request.node.name else APP
    engine = create_engine(servers.url_as(real_db.url.render_as_string(hide_password=False), role))
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture(autouse=True)
def calm(app, monkeypatch):
    """No flood from the tests before."""
    monkeypatch.setitem(app.extensions, "flood", Flood())


@pytest.fixture
def lines(session):
    """The lines so far: (kind, person, subject, detail)."""

    def lines():
        found = session.scalars(select(SecurityEvent).order_by(SecurityEvent.id)).all()
        return [(line.kind, line.person_id, line.subject_id, line.detail) for line in found]

    return lines


@pytest.fixture
def person(session):
    person = give_password(session, make_person(session, [Role.PLANNER, Role.ADMINISTRATOR]))
    session.commit()
    return person


def sign_in(browser, email, password=PASSWORD, status=200):
    browser.open("/login")
    return browser.submit(email=email, password=password, status=status)


# What gets a line


def test_signing_in_and_out_and_failing_to(app, person, lines):
    browser = Browser(app)
    sign_in(browser, person.email, "wrong", 422)
    sign_in(browser, "nobody@agency.example", "wrong", 422)
    sign_in(browser, person.email)
    browser.client.post("/logout", data={"csrf_token": browser.open("/account").value("csrf_token")})
    assert lines() == [
        (Kind.SIGN_IN_FAILED, person.id, None, None),
        (Kind.SIGN_IN_FAILED, None, None, None),
        (Kind.SIGNED_IN, person.id, None, None),
        (Kind.SIGNED_OUT, person.id, None, None),
    ]


def test_a_throttle_says_which_bucket_was_full(app, person, lines):
    browser = Browser(app)
    for _ in range(LIMITS["pair"].free):
        sign_in(browser, person.email, "wrong", 422)
    sign_in(browser, person.email, status=429)
    assert lines()[-1] == (Kind.THROTTLED, person.id, None, "pair")


def test_a_refusal_names_the_page(enter, lines):
    browser = enter(Role.INSPECTOR)
    browser.open("/office/security-log/", 403)
    assert lines() == [(Kind.REFUSED, browser.person.id, None, "office.security_log.search")]


def test_a_form_without_its_token(enter, lines):
    browser = enter(Role.ADMINISTRATOR)
    assert browser.client.post("/account/sessions/all").status_code == 400
    assert lines() == [(Kind.FORGED_FORM, browser.person.id, None, "account.end_all_sessions")]


def test_a_forgotten_password(app, session, person, lines):
    browser = Browser(app)
    browser.open("/reset")
    browser.submit(email=person.email)
    browser.open("/reset/never-was", 410)
    token = services.mint_token(session, person.id, Purpose.RESET)
    session.commit()
    browser.open(f"/reset/{token}")
    browser.submit(password=OTHER)
    assert lines() == [
        (Kind.RESET_ASKED, person.id, None, None),
        (Kind.LINK_REFUSED, None, None, "reset"),
        (Kind.PASSWORD_SET, person.id, None, "reset"),
    ]


def test_the_own_password_and_sessions(app, session, person, lines):
    browser = Browser(app).sign_in(session, person)
    session.commit()
    browser.open("/account/password")
    browser.submit(current="wrong", password=OTHER, status=422)
    browser.submit(current=PASSWORD, password="short", status=422)
    browser.submit(current=PASSWORD, password=OTHER)
    token = {"csrf_token": browser.open("/account").value("csrf_token")}
    browser.open("/account/sessions")
    browser.submit(which="all", current="wrong", status=422)
    browser.submit(which="all", current=OTHER)
    browser.client.post("/account/sessions/all", data=token)
    assert lines() == [
        (Kind.PASSWORD_REFUSED, person.id, None, None),
        (Kind.PASSWORD_CHANGED, person.id, None, None),
        (Kind.PASSWORD_REFUSED, person.id, None, None),
        (Kind.SESSIONS_ENDED, person.id, None, "others"),
        (Kind.SESSIONS_ENDED, person.id, None, "all"),
    ]


def test_people_who_come_change_and_go(enter, session, lines):
    browser, other = enter(Role.ADMINISTRATOR), make_person(session, Role.PLANNER)
    session.commit()
    browser.open("/office/people/invite")
    browser.submit(name="New Person", email="new@keurwerk.example", language="nl", roles=["planner"])
    browser.open(f"/office/people/{other.id}")
    browser.submit(roles=["reviewer"])
    token = {"csrf_token": browser.open("/account").value("csrf_token")}
    browser.client.post(f"/office/people/{other.id}/retire", data=token)
    found = lines()
    assert [line[0] for line in found] == [Kind.PERSON_INVITED, Kind.ROLES_CHANGED, Kind.ACCOUNT_ENDED]
    assert {line[1] for line in found} == {browser.person.id}
    assert [line[2] for line in found[1:]] == [other.id, other.id]


def test_an_agency_that_registers_itself(app, session, lines):
    browser = Browser(app)
    browser.open("/register-agency/")
    browser.submit(
        legal_name="Nieuw B.V.", register_number="12345678", street="Kade 1", postcode="1011 AB", city="Amsterdam",
        owner_name="An Eigenaar", owner_email="an@nieuw.example",
    )  # fmt: skip
    [(kind, person_id, subject_id, detail)] = lines()
    assert (kind, person_id, detail) == (Kind.AGENCY_REGISTERED, None, None)
    assert subject_id == session.scalars(select(Agency.id)).one()


def test_what_is_undone_leaves_no_line(enter, session, lines):
    browser = enter(Role.ADMINISTRATOR)
    token = {"csrf_token": browser.open("/account").value("csrf_token")}
    assert browser.client.post(f"/office/people/{browser.person.id}/retire", data=token).status_code == 422
    assert lines() == []


def test_the_first_administrator_is_appointed_by_a_command(app, session, lines):
    appoint_administrator.callback.__wrapped__(app, "First", "first@keurwerk.example", "nl")
    [(kind, person_id, subject_id, detail)] = lines()
    assert (kind, person_id, detail) == (Kind.PERSON_INVITED, None, "command")
    assert subject_id is not None


def test_a_command_that_changes_keys_or_forgets_a_note(app, session, lines, tmp_path, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], seal_dir=tmp_path))
    record(session, CertificateResealed(before="0", after="1", reason="s3cret"), subject_id=uuid4(), actor=SYSTEM)
    session.commit()
    noted = session.scalar(select(EventNote.event_id))

    def run(*words):
        result = CliRunner().invoke(keys, words, obj=app)
        assert result.exit_code == 0, result.output
        return result.output.split()

    run("list")
    [new] = run("rotate", "seal")
    run("retire", new)
    [newer] = run("create", "seal")
    newest = run("compromised", newer, "--reason", "s3cret")[0]
    forget_note.callback.__wrapped__(app, noted)
    session.expire_all()
    told = [detail for kind, _, _, detail in lines()]
    assert told == [
        f"keys.rotate.{new}", f"keys.retire.{new}", f"keys.create.{newer}", f"keys.compromised.{newer}",
        f"keys.create.{newest}", f"event.{noted}",
    ]  # fmt: skip
    assert session.get(EventNote, noted) is None


# What a line never holds


def test_a_line_holds_neither_what_was_typed_nor_the_address(app, session, person):
    browser = Browser(app, address="203.0.113.9")
    sign_in(browser, "nobody@agency.example", "s3cret words", 422)
    [row] = session.execute(text("SELECT security_event::text FROM security_event")).scalars()
    assert not any(each in row for each in ("nobody", "s3cret", "203.0.113.9", person.email))


def test_one_visitor_has_one_code_in_one_installation(app, session, settings):
    for address in ("203.0.113.9", "203.0.113.9", "203.0.113.10"):
        sign_in(Browser(app, address=address), "nobody@agency.example", "wrong", 422)
    first, again, other = session.scalars(select(SecurityEvent.visitor).order_by(SecurityEvent.id))
    assert first == again != other
    key = app.extensions["visitor_key"]
    security_log.init_app(app, settings)
    assert app.extensions["visitor_key"] == key


def test_a_page_answers_although_the_log_takes_no_line(enter, monkeypatch, lines, caplog):
    def fail(*_, **__):
        raise SQLAlchemyError("gone")

    browser = enter(Role.INSPECTOR)
    monkeypatch.setattr(security_log, "record", fail)
    browser.open("/office/security-log/", 403)
    assert lines() == []
    assert "the security log takes no line" in caplog.text


def test_the_register_alone_keeps_no_log(settings, app, session, lines):
    alone = create_app(settings, doors=("registry",))
    alone.extensions["sessionmaker"] = app.extensions["sessionmaker"]
    alone.before_request_funcs.setdefault(None, []).append(lambda: abort(429))
    assert alone.test_client().get("/").status_code == 429
    assert lines() == []


def test_who_gets_a_file(app, session, enter, lines):
    data = plain_pdf()
    with app.app_context():
        sha256 = files.store().put(data)
    application = make_application(session, state=ApplicationState.SUBMITTED)
    file = Evidence(
        application_id=application.id,
        requirement_code="GOV-01",
        scheme_version_id=application.scheme_version_id,
        filename="a.pdf",
        media_type="application/pdf",
        size=len(data),
        sha256=sha256,
        uploaded_by=make_person(session, Role.AGENCY_OWNER, application.agency_id).id,
        uploaded_at=application.created_at,
    )
    session.add(file)
    known(session, make_certificate(session), data)
    session.commit()
    document = session.scalars(select(Document)).one()
    browser = enter(Role.DECIDER)
    for kind, found in (("evidence", file), ("documents", document)):
        assert browser.client.get(f"/files/{kind}/{found.id}").status_code == 200
        assert browser.client.get(f"/files/{kind}/{application.id}").status_code == 404
    assert lines() == [
        (Kind.EVIDENCE_DOWNLOADED, browser.person.id, file.id, None),
        (Kind.DOCUMENT_DOWNLOADED, browser.person.id, document.id, None),
    ]


def test_it_tells_who_read_a_signal(session, enter, lines):
    agency = make_certificate(session).agency
    receive_signal(session, agency.id, signal_id=uuid4(), about=About.PAY, message="No pay.", contact="", language="pl")
    session.commit()
    signal_id = session.scalars(select(Signal.id)).one()
    browser = enter(Role.PLANNER)
    browser.open("/office/signals/")
    assert lines() == []
    browser.open(f"/office/signals/{signal_id}")
    assert lines() == [(Kind.SIGNAL_READ, browser.person.id, signal_id, None)]
