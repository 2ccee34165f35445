"""Pages on which an agency disputes a finding, a reviewer answers, and a review goes by the checklist of the norm."""

from datetime import timedelta

import pytest

from audits.core.access import Role
from audits.findings import services
from audits.findings.queries import checklist_of
from audits.findings.rules import points_of
from audits.inspections.workflow import AuditState, FindingState
from audits.schemes.queries import scheme_of_version
from tests.kit.browser import Browser
from tests.kit.factories.applications import make_scheme
from tests.kit.factories.findings import make_finding
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, source

WHY, SO = "The original was in the safe.", "The inspector looked in the wrong drawer."


def enter(app, session, person, language="en"):
    person.language = language
    return Browser(app, language).sign_in(session, person)


@pytest.mark.parametrize(
    ("language", "said", "becomes"), [("nl", "yes", FindingState.WITHDRAWN), ("en", "no", FindingState.OPEN)]
)
def test_a_finding_is_disputed_and_answered(app, session, language, said, becomes):
    finding = make_finding(session)
    agency = enter(app, session, make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id), language)
    agency.open(f"/agency/findings/{finding.id}")
    agency.follow({"nl": "Bezwaar maken tegen de bevinding", "en": "Dispute the finding"}[language])
    assert agency.submit(reason="", status=422)
    assert WHY in agency.submit(reason=WHY).text
    office = enter(app, session, make_person(session, Role.REVIEWER), language)
    office.open(f"/office/findings/{finding.id}")
    assert WHY in office.page.text
    office.submit("#dispute form", outcome=said, dispute_answer=SO)
    session.expire_all()
    assert finding.state is becomes
    places = (
        (agency, f"/agency/findings/{finding.id}"),
        (office, f"/office/audits/{finding.audit_id}"),
        (enter(app, session, finding.audit.inspector, language), f"/inspector/findings/{finding.id}"),
    )
    for browser, address in places:
        page = browser.open(address)
        assert all(text in page.text for text in (WHY, SO))


def test_who_did_not_review_gets_no_form(app, session):
    finding = make_finding(session)
    agency = enter(app, session, make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id))
    agency.open(f"/agency/findings/{finding.id}/dispute")
    agency.submit(reason=WHY)
    agency.open(f"/agency/findings/{finding.id}/dispute", status=409)
    page = enter(app, session, make_person(session, Role.DECIDER)).open(f"/office/findings/{finding.id}")
    assert WHY in page.text
    assert not page.soup.select("#dispute form")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_review_goes_by_the_checklist_and_a_decider_reads_it(app, session, language):
    audit = make_finding(session, version=make_scheme(session, source(SECOND))).audit
    scheme = scheme_of_version(audit.scheme_version)
    points = list(points_of(scheme))
    office = enter(app, session, make_person(session, Role.REVIEWER), language)
    page = office.open(f"/office/audits/{audit.id}")
    boxes = page.soup.select('#review input[type="checkbox"]')
    assert [(box["name"].removeprefix("check_"), box["value"]) for box in boxes] == points
    ticked = {}
    for chapter, code in points[1:]:
        ticked.setdefault(f"check_{chapter}", []).append(code)
    office.submit("#review form", **ticked, recommendation="Grant.", status=422)
    office.submit("#review form", **ticked, recommendation="Grant.", remark="The register was down.")
    session.expire_all()
    assert audit.state is AuditState.REVIEWED
    assert [each.ticked for each in checklist_of(session, audit)] == [False, *[True] * (len(points) - 1)]
    decider = enter(app, session, make_person(session, Role.DECIDER), language)
    for address in (f"/office/audits/{audit.id}", f"/office/audits/{audit.id}/decision"):
        page = decider.open(address)
        assert "The register was down." in page.text
        chapter, code = points[0]
        assert scheme.chapters[chapter].checklist[code].in_(language) in page.text


def test_everything_that_can_be_asked_about_a_finding_stands_on_one_page(app, session):
    finding = make_finding(session, version=make_scheme(session, source(SECOND)))
    editor, reviewer = (
        make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id),
        make_person(session, Role.REVIEWER),
    )
    services.dispute_finding(session, editor.actor, finding.id, reason=WHY)
    day = finding.due_on + timedelta(days=1)
    services.ask_extension(session, editor.actor, finding.id, until=day, reason="The office was flooded.")
    services.propose_grade(session, finding.audit.inspector.actor, finding.id, grade="minor", reason="One in sixty.")
    page = enter(app, session, reviewer).open(f"/office/findings/{finding.id}")
    assert len(page.soup.select("main form")) == 3
    assert all(text in page.text for text in (WHY, "The office was flooded.", "One in sixty."))
