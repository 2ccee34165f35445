"""What an inspector says on a requirement as a whole: how far a finding reaches."""

import pytest

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.inspections import queries, services
from audits.inspections.grading import Extent
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.findings import BROKEN
from tests.kit.factories.inspections import draw, judge, make_audit
from tests.kit.factories.people import make_person
from tests.kit.inspecting import FILES, path
from tests.kit.scheme import SECOND, source


@pytest.fixture
def short(session, inspector):
    """An audit under edition 2 in which one of five files falls short."""
    version = make_scheme(session, source(SECOND))
    application = make_application(session, state=ApplicationState.ACCEPTED, version=version)
    audit = make_audit(session, inspector=inspector, application=application)
    draw(session, audit, {"personnel_file": FILES}, all_units=True)
    first = queries.sample_of(session, audit.id)["personnel_file"][0]
    judge(session, audit, {"PAY-05": {first: BROKEN}}, rest=True)
    session.flush()
    return audit


def test_an_inspector_judges_how_far_a_finding_reaches_and_everybody_reads_why(app, session, browser, enter, short):
    browser.open(path(short, "requirements/PAY-05"))
    page = browser.submit("form[action$=judgement]", extent="incidental", status=422)
    assert page.errors == ["Say why you judge it so."]
    page = browser.submit("form[action$=judgement]", extent="incidental", extent_reason="A slip of May.")
    assert page.value("extent_reason") == "A slip of May."
    assert "Minor · Incidental" in browser.open(path(short, "report")).text
    browser.submit(summary="Done.", final="y")
    (finding,) = queries.findings_of(session, short.id)
    owner = make_person(session, Role.AGENCY_OWNER, short.agency)
    for who, where in (
        (owner, f"/agency/findings/{finding.id}"),
        (Role.REVIEWER, f"/office/audits/{short.id}"),
        (short.inspector, f"/inspector/findings/{finding.id}"),
        (short.inspector, path(short, "requirements/PAY-05")),
    ):
        assert "A slip of May." in enter(who).open(where).text, where


def test_above_the_acceptance_number_nothing_is_asked(session, browser, short):
    drawn = queries.sample_of(session, short.id)["personnel_file"]
    services.judge_requirement(
        session,
        short.inspector.actor,
        short.id,
        "PAY-05",
        agency_text="",
        extent=Extent.INCIDENTAL,
        extent_reason="A slip.",
        version=0,
    )
    judge(session, short, {"PAY-05": {drawn[1]: BROKEN}})
    session.flush()
    page = browser.open(path(short, "requirements/PAY-05"))
    assert page.soup.select("input[name=extent]") == []
    assert "So many units fell short that the norm calls it systemic." in page.text
    assert "To be judged again" in browser.open(path(short, "report")).text
