"""Pages on which an inspector and a reviewer weigh a finding otherwise, and what others see of it."""

import pytest

from audits.core.access import Role
from audits.findings import services
from audits.findings.queries import grade_changes
from audits.inspections.workflow import FindingState
from tests.kit.browser import Browser
from tests.kit.factories.findings import make_finding, supersede
from tests.kit.factories.people import make_person

WHY = "One file in sixty, and it was found the same day."
FORM = "#weighing form"
SO = "The files bear that out."


@pytest.fixture
def finding(session):
    return make_finding(session)


@pytest.fixture
def reviewer(session):
    return make_person(session, Role.REVIEWER)


def enter(app, session, person, language="en"):
    person.language = language
    return Browser(app, language).sign_in(session, person)


def desk(finding, door):
    return f"/{door}/findings/{finding.id}"


def proposal(finding):
    assert finding.grade == "major"
    return {"grade": "observation", "reason": WHY}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_inspector_proposes_and_a_reviewer_agrees(app, session, finding, reviewer, language):
    inspector = enter(app, session, finding.audit.inspector, language)
    inspector.open(desk(finding, "inspector"))
    assert {"nl": "Deze zwaarte voorstellen", "en": "Propose this grade"}[language] in inspector.page.text
    inspector.submit(FORM, **proposal(finding))
    assert WHY in inspector.page.text
    office = enter(app, session, reviewer, language)
    office.open(desk(finding, "office"))
    assert WHY in office.page.text
    office.submit(FORM, agreed="yes", grade_answer=SO)
    session.expire_all()
    assert (finding.grade, finding.grade_found) == ("observation", "major")
    assert all(text in office.page.text for text in (WHY, SO, finding.audit.inspector.name, reviewer.name))


def test_a_reviewer_proposes_and_the_inspector_declines(app, session, finding, reviewer):
    office = enter(app, session, reviewer)
    office.open(desk(finding, "office"))
    page = office.submit(FORM, **proposal(finding))
    assert not page.soup.select('textarea[name="grade_answer"]')  # nobody answers an own proposal
    inspector = enter(app, session, finding.audit.inspector)
    inspector.open(desk(finding, "inspector"))
    page = inspector.submit(FORM, agreed="no", grade_answer=SO)
    session.expire_all()
    assert finding.grade == finding.grade_found
    assert SO in page.text


def test_a_proposal_without_a_reason_comes_back_with_what_was_typed(app, session, finding, reviewer):
    office = enter(app, session, reviewer)
    office.open(desk(finding, "office"))
    page = office.submit(FORM, status=422, **proposal(finding) | {"reason": ""})
    assert "Give the reason." in page.text
    assert page.soup.select_one('input[name="grade"][value="observation"]').has_attr("checked")
    assert grade_changes(session, finding.id) == []


@pytest.mark.parametrize("role", [Role.PLANNER, Role.DECIDER])
def test_other_staff_read_the_finding_and_get_no_form(app, session, finding, role):
    page = enter(app, session, make_person(session, role)).open(desk(finding, "office"))
    assert "What was found" in page.text
    assert not page.soup.select('input[name="grade"]')


def test_everybody_reads_which_grade_was_found_and_which_counts(app, session, finding, reviewer):
    change = services.propose_grade(session, finding.audit.inspector.actor, finding.id, **proposal(finding))
    owner = make_person(session, Role.AGENCY_OWNER, finding.audit.agency_id)
    agency = enter(app, session, owner)
    assert WHY not in agency.open(f"/agency/findings/{finding.id}").text  # only proposed
    services.answer_grade(session, reviewer.actor, change.id, granted=True, answer=SO)
    for browser, address in (
        (agency, f"/agency/findings/{finding.id}"),
        (enter(app, session, reviewer), f"/office/audits/{finding.audit_id}"),
        (enter(app, session, finding.audit.inspector), desk(finding, "inspector")),
    ):
        page = browser.open(address)
        assert "found as:" in page.text
        assert WHY in page.text
        assert SO in page.text


def test_a_finding_that_no_longer_counts_is_kept_for_who_judges(app, session, reviewer):
    finding = make_finding(session, FindingState.ANSWERED)
    supersede(session, finding)
    page = enter(app, session, reviewer).open(f"/office/audits/{finding.audit_id}")
    assert "Findings that no longer count: 1" in page.text
    assert finding.cause in page.text
    owner = make_person(session, Role.AGENCY_OWNER, finding.audit.agency_id)
    page = enter(app, session, owner).open(f"/agency/findings/{finding.id}")
    assert "no longer counts" in page.text
    assert "Change your answer" not in page.text
