"""Pages of a corrective action in two steps, and of more time, for the agency, the inspector and a reviewer."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from audits.core.access import Role
from audits.findings.queries import extensions_of
from audits.inspections.workflow import FindingState
from tests.kit.browser import Browser
from tests.kit.factories.applications import make_scheme
from tests.kit.factories.findings import REPAIR, answer, make_finding
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, source

PLAN = {name: text for name, text in REPAIR.items() if name != "effectiveness"}


@pytest.fixture
def finding(session):
    return make_finding(session, version=make_scheme(session, source(SECOND)))


@pytest.fixture
def agency(app, session, finding):
    return enter(app, session, make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id))


@pytest.fixture
def inspector(app, session, finding):
    return enter(app, session, finding.audit.inspector)


@pytest.fixture
def enter_as_reviewer(app, session):
    return lambda language="en": enter(app, session, make_person(session, Role.REVIEWER), language)


def enter(app, session, person, language="en"):
    person.language = language
    return Browser(app, language).sign_in(session, person)


def parts(day):
    return {"until": [str(day.day), str(day.month), str(day.year)]}


def picture():
    data = BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG")
    return BytesIO(data.getvalue()), "proof.png"


def test_a_plan_is_sent_accepted_and_proven(session, finding, agency, inspector):
    own, desk = f"/agency/findings/{finding.id}", f"/inspector/findings/{finding.id}"
    agency.open(own)
    agency.follow("Send your plan")
    assert not agency.page.soup.select("[name=effectiveness]")
    agency.submit(**PLAN)
    inspector.open(desk)
    assert "This is the plan." in inspector.page.text
    inspector.submit(note="A good plan.", button="Accept the plan")
    agency.open(own)
    assert "The inspector accepted your plan." in agency.page.text
    agency.follow("Send the proof")
    assert not agency.page.soup.select("[name=cause]")
    page = agency.submit(effectiveness=REPAIR["effectiveness"], files=picture())
    assert "Round 2: proof of" in page.text
    page = inspector.open(desk)
    assert all(text in page.text for text in (*REPAIR.values(), "A good plan.", "proof.png", "Round 1: plan of"))
    inspector.submit(note="Seen.", button="Close the finding")
    session.expire_all()
    assert finding.state is FindingState.CLOSED


def test_a_reviewer_reads_every_round_with_its_files_and_answers(app, session, finding, agency):
    agency.open(f"/agency/findings/{finding.id}/answer")
    agency.submit(**PLAN, files=picture())
    page = enter(app, session, make_person(session, Role.REVIEWER)).open(f"/office/audits/{finding.audit_id}")
    assert all(text in page.text for text in (*PLAN.values(), "proof.png", "Round 1: plan of"))


@pytest.mark.parametrize("case", [("nl", "yes"), ("en", "no")])
def test_more_time_is_asked_for_and_answered(enter_as_reviewer, session, finding, agency, case):
    language, granted = case
    before, day = finding.due_on, finding.due_on + timedelta(days=3)
    agency.open(f"/agency/findings/{finding.id}")
    agency.follow("Ask for more time")
    page = agency.submit(**parts(day), reason="The office was flooded.")
    assert "Waits for an answer" in page.text
    office = enter_as_reviewer(language)
    office.open("/office/")
    office.follow(finding.audit.agency.legal_name)
    assert "The office was flooded." in office.open(f"/office/findings/{finding.id}").text
    office.submit("#extension form", granted=granted, extension_answer="So it was.")
    session.expire_all()
    assert finding.due_on == (day if granted == "yes" else before)
    page = agency.open(f"/agency/findings/{finding.id}")
    assert "So it was." in page.text
    assert ("Not granted" in page.text) is (granted == "no")


def test_a_request_outside_the_norm_comes_back(session, finding, agency):
    agency.open(f"/agency/findings/{finding.id}/extension")
    page = agency.submit(**parts(finding.due_on + timedelta(days=300)), reason="x", status=422)
    assert "The norm allows no more than" in page.text
    assert extensions_of(session, finding.id) == []


def test_a_grant_needs_its_day(app, session, finding, agency):
    agency.open(f"/agency/findings/{finding.id}/extension")
    agency.submit(**parts(finding.due_on + timedelta(days=3)), reason="x")
    office = enter(app, session, make_person(session, Role.REVIEWER))
    office.open(f"/office/findings/{finding.id}")
    values = {"until": ["", "", ""], "granted": "yes", "extension_answer": "x"}
    assert "Enter the day." in office.submit("#extension form", status=422, **values).text


def test_a_term_that_is_over_is_seen_in_the_lists(session, finding, agency, inspector):
    answer(session, finding)
    for browser, path in ((agency, "/agency/findings/"), (inspector, f"/inspector/audits/{finding.audit_id}/findings")):
        assert "the term is over" not in browser.open(path).text
    finding.state, finding.plan_due_on = FindingState.OPEN, finding.plan_due_on - timedelta(days=90)
    session.flush()
    for browser, path in ((agency, "/agency/findings/"), (inspector, f"/inspector/audits/{finding.audit_id}/findings")):
        assert "the term is over" in browser.open(path).text
