"""Complaints about us on pages: anybody complains without an account, somebody untied answers, the sender reads it."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.complaints.models import Complaint, Handling
from audits.core.access import Role
from audits.signals.models import Signal
from audits.signals.rules import About
from audits.signals.services import receive_signal
from portal.web.throttle import Both
from tests.kit.browser import Browser
from tests.kit.factories import make_agency

MOST = 4000


@pytest.fixture
def visitor(app):
    return Browser(app)


def test_the_three_ways_are_explained_in_both_languages(visitor):
    assert "Complain about us" in visitor.open("/complaints?lang=en").text
    assert "Klagen over ons" in visitor.open("/complaints?lang=nl").text


def test_from_the_form_to_the_answer(visitor, enter, session):
    visitor.open("/complaints/about-us?lang=en")
    assert visitor.submit(status=422).errors == ["Choose what it is about", "Write what your complaint is."]
    page = visitor.submit(about="delay", message="Nobody called me back.")
    address = page.path
    assert "We have your complaint." in page.text
    assert "Set-Cookie" not in visitor.client.get(address).headers
    assert visitor.client.get(address).headers["Cache-Control"] == "no-store"
    complaint = session.scalars(select(Complaint)).one()
    reviewer = enter(Role.REVIEWER)
    reviewer.open("/office/complaints/")
    page = reviewer.follow(complaint.reference)
    assert "Nobody called me back." in page.text
    assert reviewer.submit(status=422).errors == ["Only somebody who has no part in it takes it up."]
    reviewer.submit(untied="y")
    reviewer.submit(verdict="founded", words="We are sorry and called.")
    assert "We are sorry and called." in visitor.open(address).text
    assert "Founded" in visitor.open(address).text


def test_one_hundred_thousand_signs_are_refused_with_a_word(visitor, session):
    visitor.open("/complaints/about-us?lang=en")
    page = visitor.submit(about="delay", message="x" * 100_000, status=422)
    assert page.errors == [f"Use at most {MOST} characters."]
    assert session.scalars(select(Complaint)).all() == []


def test_too_many_at_once_are_asked_to_wait(app, visitor, monkeypatch, session):
    class Full:
        def wait(self, _of):
            return 60

    monkeypatch.setitem(app.extensions, "complaint_throttle", Both(Full(), Full()))
    visitor.open("/complaints/about-us?lang=en")
    page = visitor.submit(about="delay", message="x", status=429)
    assert page.errors[0].startswith("Too many complaints")
    assert session.scalars(select(Complaint)).all() == []


def test_a_signal_is_taken_up_and_answered(enter, session):
    agency = make_agency(session)
    session.flush()
    receive_signal(session, agency.id, signal_id=uuid4(), about=About.PAY, message="No pay.", contact="", language="nl")
    signal = session.scalars(select(Signal)).one()
    planner = enter(Role.PLANNER)
    planner.open(f"/office/signals/{signal.id}")
    planner.submit(untied="y")
    page = planner.submit(verdict="partly", words="We plan a special audit.")
    assert "We plan a special audit." in page.text
    assert session.scalars(select(Handling.verdict)).one() == "partly"


def test_the_figures_are_a_table_and_a_file(enter, session, visitor):
    visitor.open("/complaints/about-us?lang=en")
    visitor.submit(about="delay", message="x")
    decider = enter(Role.DECIDER)
    assert "Complaints about us" in decider.open("/office/complaints/figures").text
    lines = decider.client.get("/office/complaints/figures.csv").get_data(as_text=True).splitlines()
    assert lines[0].replace('"', "") == "\ufeffyear,about,received,open,upheld,partly,dismissed,other,days"
    assert lines[1].replace('"', "").split(",")[1:4] == ["complaint", "1", "1"]
    assert decider.client.get("/office/complaints/figures.xlsx").data.startswith(b"PK")
