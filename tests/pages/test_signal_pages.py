"""The form on which anybody tells what is wrong, and the pages of those who read it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from audits.core.access import AGENCY_ROLES, Role
from audits.core.languages import WORKERS, say
from audits.signals.models import Signal
from audits.signals.rules import LONGEST_CONTACT, LONGEST_MESSAGE, About
from portal.web import security_log
from portal.web.security_log import SecurityEvent
from portal.web.throttle import Both, Throttle
from tests.kit.browser import Browser, words
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.people import make_person
from tests.pages.test_register_pages import address

SAID = "Zabrali nam paszporty.\nWszystkim."


@pytest.fixture
def agency(session):
    return make_certificate(session).agency


@pytest.fixture
def form(session, agency):
    return f"{address(session, agency)}/wrong"


def kept(session):
    return list(session.scalars(select(Signal).options(undefer(Signal.message), undefer(Signal.contact))))


@pytest.mark.parametrize("language", WORKERS)
def test_anybody_tells_what_is_wrong_in_their_own_language(app, session, agency, form, language):
    browser = Browser(app, language)
    browser.open(form)
    page = browser.submit(about="papers", message=SAID)
    assert page.soup.html["lang"] == language
    assert page.heading == say("Thank you. We have received it.", language)
    (signal,) = kept(session)
    assert (signal.agency_id, signal.about, signal.language) == (agency.id, About.PAPERS, language)
    assert (signal.message.split(), signal.contact) == (SAID.split(), "")
    assert signal.reference in page.text


@pytest.mark.parametrize("language", WORKERS)
def test_what_is_missing_is_said_in_the_same_language(app, session, form, language):
    browser = Browser(app, language)
    browser.open(form)
    page = browser.submit(status=422, contact="06 12345678")
    assert page.errors == [say("Choose what it is about", language), say("Write what is wrong", language)]
    assert words(page.soup.select_one(".govuk-error-summary h2")) == say("There is a problem", language)
    assert page.value("contact") == "06 12345678"
    assert kept(session) == []


@pytest.mark.parametrize(("field", "longest"), [("message", LONGEST_MESSAGE), ("contact", LONGEST_CONTACT)])
def test_a_text_may_be_so_long_and_no_longer(app, session, form, field, longest):
    browser = Browser(app)
    browser.open(form)
    typed = {"about": "other", "message": "x"}
    page = browser.submit(status=422, **typed | {field: "é" * (longest + 1)})
    assert page.errors == [f"Use at most {longest} characters."]
    browser.submit(**typed | {field: "é" * longest})
    assert len(kept(session)) == 1


def test_a_subject_that_is_not_offered_is_refused(app, session, form):
    page = Browser(app).post(form, {"about": "boss", "message": "x"}, status=422)
    assert page.errors
    assert kept(session) == []


def test_one_connection_that_sends_many_waits_and_others_do_not(app, session, form, monkeypatch):
    few = Throttle(burst=2, per_second=0.001, clock=lambda: 0.0)
    monkeypatch.setitem(app.extensions, "signal_throttle", Both(few, Throttle()))
    flood, other = Browser(app, "pl", "192.0.2.1"), Browser(app, "pl", "192.0.2.2")
    for status in (200, 200, 429):
        flood.open(form)
        page = flood.submit(status=status, about="pay", message="x")
    assert page.heading == say("Wait", "pl")
    assert int(page.response.headers["Retry-After"]) > 0
    other.open(form)
    other.submit(about="pay", message="x")
    assert len(kept(session)) == 3


def test_all_together_wait_when_very_many_are_sent(app, session, form, monkeypatch):
    few = Throttle(burst=1, per_second=0.001, clock=lambda: 0.0)
    monkeypatch.setitem(app.extensions, "signal_throttle", Both(Throttle(), few))
    for place, status in ((1, 200), (2, 429)):
        browser = Browser(app, address=f"192.0.2.{place}")
        browser.open(form)
        browser.submit(status=status, about="pay", message="x")


def test_the_form_leaves_no_trace_of_who_sends_it(app, session, form, caplog):
    client = app.test_client()
    answers = [client.get(form), client.post(form, data={"about": "pay", "message": SAID, "contact": "Jan Jansen"})]
    for answer in answers:
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert b"<script" not in answer.data
    assert "Jansen" not in caplog.text
    assert "paszporty" not in caplog.text
    assert session.scalars(select(SecurityEvent)).all() == []
    assert answers[1].headers["Cache-Control"] == "no-store"


def test_an_agency_that_is_not_in_the_register_has_no_form(app):
    Browser(app).open("/register/nl-00000000/wrong", status=404)
    Browser(app).post("/register/nl-00000000/wrong", {"about": "pay", "message": "x"}, status=404)


def test_every_entry_leads_to_the_form_and_to_the_pages_for_workers(app, session, agency, form):
    page = Browser(app).open(address(session, agency))
    assert page.link("Tell us what is wrong") == form
    links = {a["hreflang"]: a["href"] for a in page.soup.select(".kw-row-of-links a")}
    assert links == {code: f"{address(session, agency)}/work?lang={code}" for code in WORKERS}


def test_a_planner_opens_one_from_the_list(app, session, agency, form, enter):
    sender = Browser(app, "pl")
    sender.open(form)
    sender.submit(about="papers", message=SAID, contact="06 12345678")
    (signal,) = kept(session)
    session.expire_all()
    planner = enter(Role.PLANNER)
    listed = planner.open("/office/signals/")
    assert "paszporty" not in listed.text
    assert "06 12345678" not in listed.text
    page = planner.follow(signal.reference)
    assert "paszporty" in page.text
    assert "06 12345678" in page.text


def test_what_cannot_be_recorded_is_not_shown(app, session, form, enter, monkeypatch):
    Browser(app).post(form, {"about": "papers", "message": SAID}, status=200)
    (signal,) = kept(session)
    planner = enter(Role.PLANNER)

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(security_log, "record", fail)
    with pytest.raises(OSError, match="disk full"):
        planner.open(f"/office/signals/{signal.id}")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PLANNER, Role.SYSTEM}))
def test_nobody_else_comes_in(session, agency, enter, role):
    person = make_person(session, role, agency if role in AGENCY_ROLES else None)
    enter(person).open("/office/signals/", status=403)
