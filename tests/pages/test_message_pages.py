"""The thread of messages about a case: what both sides read, what is mailed, and what is never told in it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.core.errors import NotAllowedError, NotFoundError, RuleError
from audits.correspondence.models import CaseMessage
from audits.correspondence.rules import days_in
from audits.correspondence.services import write_message
from audits.inspections.workflow import AuditState
from portal.stores.messages import Delivery, note_message
from tests.kit.browser import Browser
from tests.kit.factories import make_application, make_audit, make_person
from tests.kit.queued import enqueued
from tests.kit.world_of_agencies import add_interest

TEXT = "May we send the pay slips of week 12 on paper?"


@pytest.fixture
def application(session):
    return make_application(session, state=ApplicationState.SUBMITTED)


@pytest.fixture
def owner(session, application):
    return make_person(session, Role.AGENCY_OWNER, application.agency)


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


@pytest.fixture
def agency(app, session, owner):
    return Browser(app).sign_in(session, owner)


@pytest.fixture
def office(app, session, planner):
    return Browser(app).sign_in(session, planner)


def theirs(application):
    return f"/agency/applications/{application.id}/messages"


def ours(application):
    return f"/office/applications/{application.id}/messages"


def write(session, person, application, text="x", message_id=None):
    return write_message(session, person.actor, application.id, message_id=message_id or uuid4(), text=text)


def test_both_sides_write_and_a_mail_says_only_that_there_is_something(session, application, agency, office):
    agency.open(theirs(application))
    page = agency.submit(text=TEXT)
    assert page.notes == ["Your message is there. The other side gets a mail with a link."]
    office.open(f"/office/applications/{application.id}")
    page = office.open(ours(application))
    assert TEXT in page.text
    office.submit(text="On paper is fine.")
    assert "On paper is fine." in agency.open(theirs(application)).text
    told = enqueued(session, "mail", "agency_wrote") + enqueued(session, "mail.agency", "office_wrote")
    assert len(told) == 2
    assert not [each for each in told if "paper" in str(each)]


def test_the_same_page_sent_many_times_writes_once(session, application, owner, planner):
    message_id = uuid4()
    for _ in range(20):
        write(session, owner, application, TEXT, message_id)
    assert session.scalar(select(func.count()).select_from(CaseMessage)) == 1
    [mail] = enqueued(session, "mail", "agency_wrote")
    assert mail["person_id"] == str(planner.id)
    with pytest.raises(NotFoundError):
        write(session, make_person(session, Role.AGENCY_OWNER, application.agency), application, TEXT, message_id)


def test_the_number_of_new_messages_is_that_of_the_notices_not_read(session, application, owner, agency):
    assert "1 new" not in agency.open("/agency/").text
    path = theirs(application)
    note_message(session, uuid4(), person_id=owner.id, subject="x", path=path, state=Delivery.SENT)
    note_message(session, uuid4(), person_id=owner.id, subject="y", path="/agency/", state=Delivery.SENT)
    assert "1 new" in agency.open("/agency/").text
    agency.open(path)
    agency.submit('form[action$="/read"]')
    assert "1 new" not in agency.open("/agency/").text


def test_the_office_tells_of_no_audit_that_the_agency_does_not_know_of(session, planner, office):
    audit = make_audit(session, AuditState.PLANNED, announced=False)
    application = audit.application
    assert "Do not tell of it here." in office.open(ours(application)).text
    day = audit.planned_on
    for text in (f"See you at {audit.reference}.", f"See you on {day.day}-{day.month}-{day.year}.", f"On {day}!"):
        with pytest.raises(RuleError):
            write(session, planner, application, text)
    page = office.submit(text=f"About {audit.reference}", status=422)
    assert page.errors == ["This tells of an audit that the agency does not know of."]
    agency_side = make_person(session, Role.AGENCY_OWNER, application.agency)
    write(session, agency_side, application, f"Will you come on {day}?")
    write(session, planner, application, f"The list of {day + timedelta(days=1)} is fine.")


def test_who_has_an_interest_or_does_not_plan_writes_nothing(session, application, planner):
    add_interest(session, planner.id, application.agency_id)
    session.flush()
    with pytest.raises(NotAllowedError):
        write(session, planner, application)
    for role in (Role.REVIEWER, Role.DECIDER):
        with pytest.raises(NotAllowedError):
            write(session, make_person(session, role), application)


def test_a_case_that_nobody_has_seen_has_no_thread(app, session):
    draft = make_application(session)
    page = Browser(app).sign_in(session, make_person(session, Role.AGENCY_OWNER, draft.agency)).open(theirs(draft))
    assert not page.soup.select("textarea")


def test_another_agency_reads_nothing(app, session, application):
    stranger = make_person(session, Role.AGENCY_OWNER, make_application(session).agency)
    Browser(app).sign_in(session, stranger).open(theirs(application), 404)


def test_days_are_found_as_people_write_them():
    assert {str(day) for day in days_in("3-4-2027, 2027-04-05, 06/04/2027 en 31-2-2027; 12345-6-2027")} == {
        *("2027-04-03", "2027-04-05", "2027-04-06"),
    }
