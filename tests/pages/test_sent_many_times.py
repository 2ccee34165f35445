"""A form that is sent twenty times, because a line hung or a button was pressed again, makes one thing."""

from io import BytesIO

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from audits.agencies.models import Agency, Branch, Contact, ControllingPerson
from audits.applications.models import Application, Evidence, Submission
from audits.changes.models import AgencyChange
from audits.complaints.models import Complaint
from audits.core import clock
from audits.core.access import Role
from audits.decisions.models import Decision
from audits.disputes.models import Appeal
from audits.people.models import Person
from audits.schemes.cycle import DecisionKind
from audits.signals.models import Signal
from certificates.following.models import Follow
from certificates.lifecycle.services import suspend_certificate
from tests.kit.agency_pages import EVERYTHING, mails, pdf_file
from tests.kit.browser import PASSWORD, Browser, _typed
from tests.kit.factories import (
    give_password,
    make_agency,
    make_application,
    make_certificate,
    make_person,
    make_scheme,
)
from tests.kit.following import ADDRESS
from tests.pages.agency.test_profile_pages import NEW

TIMES = 20
NOT_AGAIN = {200, 303, 409, 422, 429}


def rows(session, table, *where):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(table).where(*where))


def send_many(browser, form=None, **values):
    """Send the form that lies open many times over. A value that is called gives a fresh file each time."""
    page, tag = browser.page, browser._find_form(form)
    for _ in range(TIMES):
        fresh = {name: value() if callable(value) else value for name, value in values.items()}
        headers = browser.headers | {"Referer": f"http://localhost{page.path}"}
        action, data = tag.get("action") or page.path, MultiDict(_typed(tag, fresh))
        answer = browser.client.post(action, data=data, content_type=tag.get("enctype"), headers=headers)
        assert answer.status_code in NOT_AGAIN, answer.text[:400]


PROOF = pdf_file()


def a_file():
    return BytesIO(PROOF), "proof.pdf"


@pytest.fixture
def visitor(app):
    return Browser(app)


@pytest.fixture
def agency(session):
    make_scheme(session)
    return make_agency(session)


@pytest.fixture
def owner(enter, session, agency):
    return enter(make_person(session, EVERYTHING, agency))


@pytest.fixture
def certificate(session):
    return make_certificate(session)


@pytest.fixture
def holder(enter, session, certificate):
    return enter(make_person(session, EVERYTHING, certificate.agency))


def test_a_registration(visitor, session):
    visitor.open("/register-agency/")
    send_many(visitor, **NEW)
    assert (rows(session, Agency), rows(session, Person), mails(session)) == (1, 1, ["invitation"])


def test_an_application(owner, session):
    owner.open("/agency/")
    send_many(owner, "form[action$='/agency/applications']")
    assert rows(session, Application) == 1


@pytest.mark.parametrize(
    ("kind", "table", "values"),
    [
        ("branches", Branch, {"name": "Sittard", "street": "Markt 1", "postcode": "6131 AA", "city": "Sittard"}),
        ("contacts", Contact, {"name": "Bo", "function": "planner", "email": "bo@x.nl", "phone": "06-12345678"}),
        (
            "controlling_persons",
            ControllingPerson,
            {"name": "Ada Bos", "function": "director", "since": ["28", "2", "2015"]},
        ),
    ],
)
def test_a_row_of_the_details(owner, session, kind, table, values):
    had = rows(session, table)
    owner.open(f"/agency/details/{kind}/new")
    send_many(owner, **values)
    assert rows(session, table) == 1 + had


def test_an_invitation(owner, session):
    owner.open("/agency/people/invite")
    send_many(owner, name="Nora Nieuw", email="nora@example.nl", language="en", roles=[Role.AGENCY_EDITOR])
    assert rows(session, Person, Person.email == "nora@example.nl") == 1


def test_a_file(owner, session, agency):
    application = make_application(session, agency=agency)
    session.commit()
    owner.open(f"/agency/applications/{application.id}/questions/CON-01")
    send_many(owner, value="conform", files=a_file)
    assert rows(session, Evidence) == 1


def test_a_submission(owner, session, agency):
    give_password(session, owner.person)
    application = make_application(session, agency=agency, answers=True, signatory=owner.person)
    session.commit()
    owner.open(f"/agency/applications/{application.id}/declaration")
    send_many(owner, declared="y", declared_name=owner.person.name, password=PASSWORD)
    assert rows(session, Submission) == 1


def test_a_reported_change(holder, session):
    today = clock.today()
    holder.open("/agency/details/seat")
    day = [str(today.day), str(today.month), str(today.year)]
    send_many(holder, legal_name="Groenland Holding B.V.", effective_on=day, files=a_file)
    assert rows(session, AgencyChange) == 1


def test_an_appeal(holder, session, certificate):
    decider = make_person(session, Role.DECIDER)
    suspend_certificate(session, decider.actor, certificate.id, reasons="Pay was late.", grounds=["misuse_of_mark"])
    session.commit()
    found = session.scalars(select(Decision).where(Decision.kind == DecisionKind.SUSPEND)).one()
    holder.open(f"/agency/appeals/against/{found.id}")
    send_many(holder, reasons="We paid in time.")
    assert rows(session, Appeal) == 1


def test_a_signal(visitor, session, certificate):
    visitor.open(f"/register/nl-{certificate.agency.register_number}/wrong")
    send_many(visitor, about="papers", message="They keep our passports.")
    assert rows(session, Signal) == 1


def test_a_complaint(visitor, session):
    visitor.open("/complaints/about-us")
    send_many(visitor, about="delay", message="Nobody called me back.")
    assert rows(session, Complaint) == 1


def test_a_list_to_follow(visitor, session, certificate):
    visitor.open("/follow")
    visitor.submit(names=certificate.agency.register_number)
    send_many(visitor, email=ADDRESS, often="change")
    assert rows(session, Follow) == 1


def test_who_goes_back_and_writes_something_else_is_heard_again(visitor, session, certificate):
    visitor.open(f"/register/nl-{certificate.agency.register_number}/wrong")
    page = visitor.page
    visitor.submit(about="papers", message="They keep our passports.")
    visitor.page = page
    visitor.submit(about="pay", message="And we are paid late.")
    assert rows(session, Signal) == 2
