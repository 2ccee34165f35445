"""An application that is sent back question by question: what both sides see, do and read afterwards."""

import pytest

from audits.applications import services
from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.schemes.queries import scheme_of_version
from tests.kit.applying import answer, submit
from tests.kit.browser import Browser
from tests.kit.factories import answer_all, give_password, make_agency, make_application, make_person, make_scheme
from tests.kit.factories.people import PASSWORD


@pytest.fixture
def signatory(session):
    make_scheme(session)
    return make_person(session, [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY], make_agency(session))


@pytest.fixture
def application(session, signatory):
    draft = make_application(session, agency=signatory.agency, signatory=signatory)
    answer_all(session, draft, signatory)
    return submit(session, signatory.actor, draft, signatory.name)


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


@pytest.fixture
def office(app, session, planner):
    return Browser(app).sign_in(session, planner)


@pytest.fixture
def agency(app, session, signatory):
    return Browser(app).sign_in(session, signatory)


def ours(application, rest=""):
    return f"/office/applications/{application.id}{rest}"


def theirs(application, rest=""):
    return f"/agency/applications/{application.id}{rest}"


@pytest.fixture
def returned(session, application, planner):
    for code, text in (("GOV-01", "Show the policy."), ("GOV-02", "Which register?")):
        services.remark_on(session, planner.actor, application.id, code, text=text)
    return services.return_application(session, planner.actor, application.id, reason="Two questions.")


def test_a_planner_remarks_beside_the_answers_and_sends_back(session, application, office, agency):
    office.open(ours(application))
    office.follow("Remark")
    office.open(ours(application, "/questions/GOV-01/remark"))
    page = office.submit(text="Show the policy.")
    assert page.notes == ["The remark is kept. The agency sees it once you send the application back."]
    assert "Show the policy." in page.text
    assert "Show the policy." not in agency.open(theirs(application, "/answers")).text
    office.follow("Send it back to the agency")
    page = office.submit(note=" ", status=422)
    assert page.errors == ["Give the reason."]
    assert "Show the policy." in page.text
    assert office.submit(note="One question.").heading == "Work that waits"
    session.expire_all()
    assert (application.state, application.review_note) == (ApplicationState.DRAFT, "One question.")
    assert "It is with the agency, which completes it by" in office.open(ours(application)).text
    office.open(ours(application, "/return"), status=409)
    office.open(ours(application, "/questions/GOV-01/remark"), status=409)


def test_what_is_wrong_with_a_remark_or_a_day_is_told_at_its_field(application, office):
    office.open(ours(application, "/questions/GOV-99/remark"), status=404)
    office.open(ours(application, "/questions/GOV-01/remark"))
    page = office.submit(text="Take 123456782 out.", status=422)
    assert page.errors == ["This looks like a citizen service number (BSN). Take it out: we may not keep it."]
    office.open(ours(application, "/return"))
    page = office.submit(note="x", due_on=["1", "1", "2020"], status=422)
    assert page.errors == ["Choose a day after today."]


def test_the_agency_sees_which_questions_came_back_until_when_and_deals_with_each(session, returned, agency, signatory):
    assert "Questions that came back and are open: 2." in agency.open("/agency/").text
    page = agency.open(theirs(returned))
    assert "Questions that we sent back" in page.text
    assert "0 of 2 dealt with" in page.text
    assert "The last day is" in page.text
    page = agency.follow("Questions that we sent back")
    assert [tag.get_text() for tag in page.soup.select("main .govuk-tag")] == ["To do", "To do"]
    page = agency.open(theirs(returned, "/questions/GOV-01?back=remarks"))
    assert "Remark of the office: Show the policy." in page.text
    page = agency.submit(value="conform", explanation="It is in chapter 2.")
    assert page.path.endswith("/remarks")
    assert [tag.get_text() for tag in page.soup.select("main .govuk-tag")] == ["Dealt with", "To do"]
    page = agency.submit(**{"reply_GOV-02": "That of the chamber of commerce."})
    assert "2 of 2 dealt with" in page.text
    chapter = scheme_of_version(returned.scheme_version).requirement("GOV-02").chapter
    assert "Remark of the office: Which register?" in agency.open(theirs(returned, f"/chapters/{chapter}")).text
    page = agency.open(theirs(returned, "/differences"))
    assert ["Explanation", "–", "It is in chapter 2."] in [row[1:] for row in page.rows]


def test_a_reply_that_may_not_be_kept_is_told_at_its_field(returned, agency):
    agency.open(theirs(returned, "/remarks"))
    page = agency.submit(**{"reply_GOV-01": "123456782", "reply_GOV-02": "Fine."}, status=422)
    assert page.errors == ["This looks like a citizen service number (BSN). Take it out: we may not keep it."]
    assert page.value("reply_GOV-02") == "Fine."


def test_it_cannot_be_declared_before_and_the_office_reads_what_was_done(session, returned, agency, signatory, office):
    give_password(session, signatory)
    agency.open(theirs(returned, "/declaration"))
    page = agency.submit(declared="y", declared_name=signatory.name, password=PASSWORD, status=422)
    assert page.errors == ["Questions that we sent back and that are not dealt with yet: GOV-01, GOV-02."]
    answer(session, signatory.actor, returned, "GOV-01", value="conform", explanation="It is in chapter 2.")
    services.reply_to_remarks(session, signatory.actor, returned.id, {"GOV-02": "That of the chamber."})
    submit(session, signatory.actor, returned, signatory.name)
    page = office.open(ours(returned))
    assert ["GOV-02", "Which register?", "That of the chamber."] in page.rows
    page = office.follow("What changed since the version before")
    assert ["GOV-01", "Explanation", "–", "It is in chapter 2."] in page.rows
    agency.open(theirs(returned, "/remarks"), status=409)


def test_nothing_is_compared_that_was_submitted_once(application, office):
    office.open(ours(application, "/differences"), status=404)


def test_a_draft_that_never_went_anywhere_has_no_such_page(session, agency, signatory, application):
    services.withdraw_application(session, signatory.actor, application.id)
    draft = services.start_application(session, signatory.actor)
    agency.open(theirs(draft, "/remarks"), status=404)
