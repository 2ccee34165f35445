"""The calendar of a person at a secret address: what and when, never about whom; and its form."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from audits.core import clock
from audits.core.access import Role
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from portal.doors.calendars import Entry, calendar
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.people import make_person

MADE = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def opened(session, kind, role, *, agency, owner=None):
    due_on = clock.today() + timedelta(days=9)
    about = {"subject_id": uuid4(), "agency_id": agency.id, "due_on": due_on, "owner_role": role, "owner_id": owner}
    open_deadline(session, kind, **about)
    session.commit()
    return due_on


def made(browser, kind="mine"):
    """Make an address on the page; return its path."""
    browser.open("/account/calendar")
    page = browser.submit(f'form[action="/account/calendar/{kind}"]')
    return re.search(r"(/calendar/[\w-]+\.ics)", page.text)[1]


def summaries(answer):
    return sorted(re.findall(r"^SUMMARY:(.*)\r$", answer.get_data(as_text=True), re.MULTILINE))


@pytest.fixture
def planner(enter):
    return enter(Role.PLANNER)


def test_own_tasks_and_those_of_the_office(session, planner):
    agency = make_agency(session)
    due_on = opened(session, DeadlineKind.APPLICATION_REVIEW, Role.PLANNER, agency=agency)
    opened(session, DeadlineKind.DECISION, Role.DECIDER, agency=agency)
    opened(session, DeadlineKind.DRAFT, Role.AGENCY_OWNER, agency=agency)
    mine, every = made(planner, "mine"), made(planner, "all")
    own = planner.client.get(mine)
    assert own.mimetype == "text/calendar"
    assert summaries(own) == ["Review an application"]
    assert summaries(planner.client.get(every)) == ["Decide on an audit", "Review an application"]
    text = own.get_data(as_text=True)
    assert f"DTSTART;VALUE=DATE:{due_on:%Y%m%d}" in text
    assert agency.legal_name not in text


def test_an_address_that_is_ended_or_replaced_is_not_found(planner):
    first, second = made(planner), made(planner)
    assert (planner.client.get(first).status_code, planner.client.get(second).status_code) == (404, 200)
    planner.submit('form[action="/account/calendar/mine/end"]')
    assert planner.client.get(second).status_code == 404


def test_an_agency_has_no_calendar_of_the_office(enter, session):
    owner = enter(make_person(session, Role.AGENCY_OWNER, make_agency(session)))
    made(owner)
    assert not owner.open("/account/calendar").soup.select('form[action="/account/calendar/all"]')


def test_the_form_of_a_calendar():
    entry = Entry("1@x", date(2028, 2, 29), "A; b, c\\\nd é" + "é" * 60, "https://x.example/start")
    lines = calendar("Keurwerk", [entry], MADE).split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert lines[0] == "BEGIN:VCALENDAR"
    whole = "\r\n".join(lines).replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20280229\r\nDTEND;VALUE=DATE:20280301" in whole
    assert "DTSTAMP:20270328T013000Z" in whole
    assert "SUMMARY:A\\; b\\, c\\\\\\nd é" in whole
