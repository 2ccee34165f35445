"""Insufficient evidence, as inspector, reviewer and decider read it."""

import pytest

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.inspections import services
from tests.kit.factories import make_application, make_audit, make_person, make_scheme
from tests.kit.factories.inspections import draw, judge
from tests.kit.inspecting import FILES, path
from tests.kit.scheme import SECOND, scheme, source

MAJOR = next(item.code for item in scheme(SECOND).on_unit("personnel_file") if item.severity == "major")
FOUR_SEEN = {FILES[0]: ("not_assessed", "The file was not there.")}
THREE_SEEN = FOUR_SEEN | {FILES[1]: ("not_assessed", "Nor was this one.")}
MISSED = f"{MAJOR} {scheme(SECOND).requirement(MAJOR).title['en']} 3 4 A certificate with conditions only"


@pytest.fixture
def audit(session, inspector):
    """An audit with all verdicts, not reported yet: of five files three were assessed, and the norm demands four."""
    application = make_application(
        session, state=ApplicationState.ACCEPTED, version=make_scheme(session, source(SECOND))
    )
    audit = make_audit(session, application=application, inspector=inspector)
    draw(session, audit, {"personnel_file": FILES}, all_units=True)
    judge(session, audit, {MAJOR: THREE_SEEN}, rest=True)
    session.flush()
    return audit


def words(page):
    return " ".join(page.text.split())


def test_the_inspector_reads_it_while_something_can_be_done_about_it(session, browser, audit):
    page = browser.open(path(audit, "requirements", MAJOR))
    assert "Evidence is insufficient. 3 assessed; the norm demands 4." in words(page)
    assert MISSED in words(browser.open(path(audit, "report")))
    judge(session, audit, {MAJOR: {FILES[1]: ("conform", "")}})
    assert "insufficient" not in browser.open(path(audit, "requirements", MAJOR)).text
    assert "Too little assessed" not in browser.open(path(audit, "report")).text


def test_reviewer_and_decider_read_it_and_no_plain_grant_is_offered(session, enter, audit):
    services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")
    assert MISSED in words(enter(Role.REVIEWER).open(f"/office/audits/{audit.id}"))
    services.review_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, recommendation="Complete.")
    session.flush()
    page = enter(Role.DECIDER).open(f"/office/audits/{audit.id}/decision")
    assert MISSED in words(page)
    assert "Too little was assessed of a requirement for a grant without conditions." in page.text
    offered = [field["value"] for field in page.soup.select("input[name=outcome]")]
    assert offered == ["grant_with_conditions", "refuse"]
