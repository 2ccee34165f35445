"""Pages on which an inspector writes findings and strengths by hand, and what others see of them."""

import pytest

from audits.applications.services import conclude_application
from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.inspections import queries, services
from audits.inspections.workflow import AuditState
from tests.kit.browser import Browser
from tests.kit.factories.applications import make_application
from tests.kit.factories.findings import BROKEN
from tests.kit.factories.inspections import draw, judge, make_audit
from tests.kit.factories.people import make_person

SEEN = {"code": "CON-01", "note": "Seen on a wall.", "agency_text": "A notice is missing."}
WELL = {"code": "GOV-06", "note": "Seen at work.", "agency_text": "Well kept books."}


@pytest.fixture
def audit(session):
    audit = make_audit(session)
    draw(session, audit, {}, all_units=True)
    judge(session, audit, {}, rest=True)
    return audit


def enter(app, session, person, language="en"):
    person.language = language
    return Browser(app, language).sign_in(session, person)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_is_written_by_hand_is_in_the_report_and_read_by_all(app, session, audit, language):
    desk = enter(app, session, audit.inspector, language)
    desk.open(f"/inspector/audits/{audit.id}")
    desk.follow({"nl": "Bevindingen en sterke punten met de hand", "en": "Findings and strengths by hand"}[language])
    desk.submit(**SEEN, grade="minor")
    page = desk.submit(**WELL, grade="strength")
    assert all(text in page.text for said in (SEEN, WELL) for text in (said["note"], said["agency_text"]))
    assert "CON-01" in desk.open(f"/inspector/audits/{audit.id}/report").text
    services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")
    session.flush()
    (finding,) = queries.findings_of(session, audit.id)
    agency = enter(app, session, make_person(session, Role.AGENCY_OWNER, audit.agency_id), language)
    assert WELL["agency_text"] in agency.open("/agency/findings/").text
    page = agency.open(f"/agency/findings/{finding.id}")
    assert SEEN["agency_text"] in page.text
    assert SEEN["note"] not in page.text
    assert {"nl": "Buiten de steekproef", "en": "Outside the sample"}[language] in page.text
    page = enter(app, session, make_person(session, Role.REVIEWER), language).open(f"/office/audits/{audit.id}")
    assert all(text in page.text for text in (SEEN["note"], SEEN["agency_text"], WELL["agency_text"]))
    page = desk.open(f"/inspector/audits/{audit.id}/remarks")
    assert not page.soup.select("main form")


def test_what_is_missing_comes_back_and_what_was_wrong_is_taken_back(app, session, audit):
    desk = enter(app, session, audit.inspector)
    desk.open(f"/inspector/audits/{audit.id}/remarks")
    page = desk.submit(**SEEN | {"note": ""}, grade="minor", status=422)
    assert page.value("agency_text") == SEEN["agency_text"]
    desk.submit(**SEEN, grade="minor")
    page = desk.submit("form.kw-inline-form")
    assert "Nothing was written down by hand." in page.text
    assert queries.remarks_of(session, audit.id) == []


def test_an_inspector_reads_what_an_earlier_audit_of_somebody_else_found(app, session):
    first = make_audit(session, AuditState.REVIEWED, {"GOV-06": BROKEN})
    decider = make_person(session, Role.DECIDER).actor
    services.conclude_audit(session, decider, first.id)
    conclude_application(session, decider, first.application_id)
    session.flush()
    later = make_audit(
        session, application=make_application(session, agency=first.agency, state=ApplicationState.ACCEPTED)
    )
    page = enter(app, session, later.inspector).open(f"/inspector/audits/{later.id}/requirements/GOV-06")
    assert all(text in page.text for text in ("Found before", first.reference, BROKEN[1]))
    page = enter(app, session, later.inspector).open(f"/inspector/audits/{later.id}/requirements/GOV-05")
    assert "Found before" not in page.text
    assert f"Last audit {first.reference}" in page.text
