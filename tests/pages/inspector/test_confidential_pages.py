"""Pages about what was said in confidence, and about an audit that is not announced, for inspector and agency."""

import pytest

from audits.core.access import Role
from audits.inspections import queries, services
from audits.inspections.workflow import AuditState
from tests.kit.browser import Browser
from tests.kit.factories import make_audit, make_person
from tests.kit.factories.inspections import draw, judge, tell

WORKERS = [f"W-{number:03}" for number in range(1, 41)]
SAID = "The boss keeps my passport."
CODE = "FRE-01"


@pytest.fixture
def audit(session, inspector):
    """An audit in progress: one worker of all who were drawn spoke of something grave."""
    audit = make_audit(session, inspector=inspector)
    draw(session, audit, {"interview": WORKERS}, all_units=True)
    judge(session, audit, {}, rest=True)
    first = queries.sample_of(session, audit.id)["interview"][0]
    judge(session, audit, {CODE: {first: ("nonconform", SAID)}})
    session.flush()
    return audit


def agency_of(app, session, audit, language="en"):
    owner = make_person(session, Role.AGENCY_OWNER, audit.agency)
    owner.language = language
    return Browser(app, language).sign_in(session, owner)


def test_an_inspector_writes_what_the_agency_reads_and_then_reports(session, browser, audit):
    page = browser.open(f"/inspector/audits/{audit.id}/report")
    assert "Texts for the agency that are missing" in page.text
    browser.open(f"/inspector/audits/{audit.id}/requirements/{CODE}")
    name = queries.sample_of(session, audit.id)["interview"][0]
    page = browser.submit("form[action$=judgement]", agency_text=f"{name} spoke of papers.", status=422)
    assert page.errors == [f"The agency reads this. It must not name who was spoken to: {name}."]
    assert page.value("agency_text") == f"{name} spoke of papers."
    page = browser.submit("form[action$=judgement]", agency_text="Papers are not with the workers.")
    assert page.notes == ["What you say on the whole is saved."]
    assert page.value("agency_text") == "Papers are not with the workers."
    browser.open(f"/inspector/audits/{audit.id}/report")
    page = browser.submit(summary="Done.", final="y")
    assert page.notes == ["The report is in. The agency has been told."]


def test_the_text_of_a_stale_page_replaces_nothing(session, browser, inspector, audit):
    browser.open(f"/inspector/audits/{audit.id}/requirements/{CODE}")
    services.judge_requirement(session, inspector.actor, audit.id, CODE, agency_text="Newer.", version=0)
    session.flush()
    page = browser.submit("form[action$=judgement]", agency_text="Older.", status=409)
    session.expire_all()
    assert queries.judgement_on(session, audit.id, CODE).agency_text == "Newer."
    assert page.errors[1] == "Stored now: Newer."
    assert page.value("agency_text") == "Older."


def test_where_everything_conforms_no_text_is_asked(browser, audit):
    page = browser.open(f"/inspector/audits/{audit.id}/requirements/GOV-01")
    assert page.soup.select("form[action$=judgement]") == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_page_of_the_agency_tells_who_spoke_or_what_was_said(app, session, inspector, audit, language):
    tell(session, audit, "Papers are not with the workers.")
    services.report_audit(session, inspector.actor, audit.id, summary="Done.")
    session.flush()
    (finding,) = queries.findings_of(session, audit.id)
    population = queries.get_population(session, audit.id, "interview")
    secrets = [*queries.sample_of(session, audit.id)["interview"], population.digest[:8], population.seed[:8], SAID]
    agency = agency_of(app, session, audit, language)
    paths = ("/agency/", "/agency/findings/", f"/agency/findings/{finding.id}", f"/agency/findings/{finding.id}/answer")
    pages = {path: str(agency.open(path).soup) for path in paths}
    assert [(path, secret) for path, html in pages.items() for secret in secrets if secret in html] == []
    assert "Papers are not with the workers." in pages[paths[2]]
    few = {"en": "Fewer than 5 of", "nl": "Minder dan 5 van de"}
    assert few[language] in pages[paths[2]]


def test_a_finding_of_an_older_release_hides_its_notes(app, session, inspector, audit):
    tell(session, audit)
    services.report_audit(session, inspector.actor, audit.id, summary="Done.")
    (finding,) = queries.findings_of(session, audit.id)
    finding.observed, finding.agency_text = f"W-001: {SAID}", None
    session.flush()
    page = agency_of(app, session, audit).open(f"/agency/findings/{finding.id}")
    assert SAID not in page.text
    assert "The inspector has written nothing about it for you." in page.text


def test_the_agency_learns_of_an_unannounced_audit_when_it_is_revealed(app, session, browser, inspector):
    audit = make_audit(session, AuditState.PLANNED, inspector=inspector, announced=False)
    agency, page = agency_of(app, session, audit), f"/inspector/audits/{audit.id}"
    services.start_audit(session, inspector.actor, audit.id)
    session.flush()
    assert audit.reference not in agency.open("/agency/").text
    browser.open(page)
    done = browser.submit("form[action$=reveal]")
    assert done.notes == ["The agency has been told of this audit."]
    assert done.soup.select("form[action$=reveal]") == []
    assert audit.reference in agency.open("/agency/").text
