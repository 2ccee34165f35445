"""Pages on the way to a report: the draft, the comments of the agency, the answers, and the second reading."""

import pytest

from audits.core.access import Role
from audits.inspections import services
from audits.inspections.drafts import WHOLE, conduct_of, newest_draft, reading_of
from tests.kit.factories import make_audit, make_person
from tests.kit.factories.inspections import draw, judge
from tests.kit.inspecting import path


@pytest.fixture
def audit(session):
    """An audit whose fieldwork is done, with a finding."""
    audit = make_audit(session)
    draw(session, audit, {}, all_units=True)
    judge(session, audit, {"PAY-05": ("nonconform", "Hours are missing.")}, rest=True)
    return audit


def test_a_draft_goes_from_the_inspector_to_the_agency_and_back(enter, session, audit):
    browser = enter(audit.inspector)
    browser.open(path(audit, "report"))
    browser.follow("Draft of the report, and comments of the agency")
    page = browser.submit(button="Send the draft", summary="All was looked at.")
    assert "The draft is with the agency, which can comment until" in page.text

    agency = enter(make_person(session, Role.AGENCY_OWNER, audit.agency))
    agency.open("/agency/")
    page = agency.follow("Comment on the draft of the report")
    assert "Hours are missing." in page.text
    page = agency.submit(button="Send to the inspector", **{"on_1": "They are there.", f"on_{WHOLE}": ""})
    assert "Your comments are with the inspector" in page.text
    assert "They are there." in page.text

    page = browser.open(path(audit, "draft"))
    assert "They are there." in page.text
    browser.submit(button="Save the answers", status=422, on_1="")
    page = browser.submit(button="Save the answers", on_1="Seen; the finding stays.")
    assert "Seen; the finding stays." in page.text
    session.expire_all()
    assert newest_draft(session, audit.id).answers == {"1": "Seen; the finding stays."}
    assert "Comment on the draft" not in agency.open("/agency/").text
    assert "Seen; the finding stays." in agency.open(f"/agency/drafts/{audit.id}").text


def test_the_inspector_writes_down_how_the_visit_went(enter, session, audit):
    browser = enter(audit.inspector)
    browser.open(path(audit, "report"))
    browser.follow("How the visit went: meetings, languages, deviations")
    first, second, before = (["1", "3", "2027"], ["2", "3", "2027"], ["28", "2", "2027"])
    told = {"opened_on": first, "languages": "Dutch and Polish"}
    browser.submit(button="Save", **told, closed_on=before, status=422)
    browser.submit(button="Save", **told, closed_on=second)
    session.expire_all()
    said = conduct_of(session, audit.id)
    assert (said.languages, said.opened_on.day, said.closed_on.day) == ("Dutch and Polish", 1, 2)


def test_a_report_that_the_lot_falls_on_is_read_again_from_the_file(enter, session, audit, app, monkeypatch):
    monkeypatch.setattr("portal.doors.inspector.report._lot", lambda: True)
    inspector = enter(audit.inspector)
    inspector.open(path(audit, "report"))
    inspector.submit(button="Report the audit", summary="All was looked at.", final=True)
    browser = enter(Role.REVIEWER)
    browser.open(f"/office/audits/{audit.id}")
    browser.follow("Second reading of the report")
    page = browser.submit(button="Store the second reading", agrees="no", note="One is major.")
    assert "The second reading is stored." in page.text
    assert "One is major." in browser.follow("Second reading of the report").text
    session.expire_all()
    assert reading_of(session, audit.id).agrees is False


def test_who_reviewed_the_file_is_not_asked_to_read_it_again(enter, session, audit):
    services.report_audit(session, audit.inspector.actor, audit.id, summary="Seen.", read_again=lambda: True)
    reviewer = make_person(session, Role.REVIEWER)
    services.review_audit(session, reviewer.actor, audit.id, recommendation="Complete.")
    page = enter(reviewer).open(f"/office/audits/{audit.id}/reading")
    assert "waits for a reviewer" in page.text
    assert not page.soup.select("main form")
