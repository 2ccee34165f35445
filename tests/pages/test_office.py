"""Pages of the office: every page and move in both languages, with their permissions."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from audits.applications.models import Answer
from audits.applications.workflow import ApplicationState
from audits.conditions.models import Condition
from audits.core import clock
from audits.core.access import GRANTS, STAFF_ROLES, Permission, Role
from audits.core.outbox import OutboxItem
from audits.decisions.rules import Outcome
from audits.inspections.models import Audit, Participant
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from audits.people.trail import trail_of
from certificates.documents.services import record_document
from portal.web.access import access_of
from tests.kit.factories import (
    make_agency,
    make_application,
    make_person,
    make_scheme,
)
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.decisions import make_decision
from tests.kit.factories.inspections import make_audit
from tests.kit.scheme import scheme

MOST_STATEMENTS = (
    17  # of a decided audit: grounds, objections, and what was asked about findings, are lists of their own
)
MOST_BEFORE_DECIDING = 20  # findings with rounds and files, changed verdicts, scope, and the basis in one
NOTHING_KNOWN = ("not_assessed", "Nobody was there.")


def submitted(session, **values):
    return make_application(session, state=ApplicationState.SUBMITTED, **values)


def application_page(application, rest=""):
    return f"/office/applications/{application.id}{rest}"


def audit_page(audit, rest=""):
    return f"/office/audits/{audit.id}{rest}"


def certificate_page(certificate, rest=""):
    return f"/office/certificates/{certificate.id}{rest}"


# Every page


@pytest.fixture
def pages(session):
    """Provide each page with the role that it is for."""
    application, accepted = submitted(session), make_application(session, state=ApplicationState.ACCEPTED)
    planned = make_audit(session, AuditState.PLANNED)
    reported = make_audit(session, AuditState.REPORTED, {"CON-01": ("nonconform", "Not seen.")})
    reviewed = make_audit(session, AuditState.REVIEWED, {"CON-01": NOTHING_KNOWN, "PAY-05": ("nonconform", "No.")})
    decided = make_decision(session, Outcome.GRANT_WITH_CONDITIONS).audit
    for audit in (reported, reviewed, decided):
        values = {"agency_id": audit.agency_id, "language": "nl", "snapshot": {"reference": "x"}, "size": 1}
        record_document(session, kind="audit_report", subject_id=audit.id, sha256=audit.id.hex * 2, **values)
    certificate = make_certificate(session, conditions=["Check it again."])
    condition = session.scalars(select(Condition).where(Condition.agency_id == certificate.agency_id)).one()
    now = clock.now()
    session.add(OutboxItem(kind="mail", payload={}, created_at=now, due_at=now, failed_at=now, last_error="OSError"))
    session.commit()
    return [
        (Role.PLANNER, "/office/"),
        (Role.REVIEWER, "/office/"),
        (Role.DECIDER, "/office/"),
        (Role.DECIDER, f"/office/agencies/{certificate.agency_id}"),
        (Role.REVIEWER, f"/office/agencies/{reported.agency_id}"),
        (Role.PLANNER, "/office/applications/"),
        (Role.PLANNER, application_page(application)),
        (Role.DECIDER, application_page(accepted)),
        (Role.PLANNER, application_page(accepted, "/plan")),
        (Role.PLANNER, audit_page(planned)),
        (Role.PLANNER, audit_page(planned, "/cancel")),
        (Role.REVIEWER, audit_page(reported)),
        (Role.REVIEWER, audit_page(reported, "/requirements")),
        (Role.REVIEWER, audit_page(reported, "/requirements/CON-01")),
        (Role.REVIEWER, audit_page(reported, "/reopen")),
        (Role.DECIDER, audit_page(reviewed, "/decision")),
        (Role.DECIDER, audit_page(reported, "/decision")),
        (Role.DECIDER, audit_page(decided)),
        (Role.DECIDER, audit_page(decided, "/decision")),
        (Role.DECIDER, "/office/certificates/"),
        (Role.DECIDER, certificate_page(certificate)),
        (Role.DECIDER, f"/office/conditions/{condition.id}"),
        (Role.DECIDER, certificate_page(certificate, "/suspend")),
        (Role.DECIDER, certificate_page(certificate, "/withdraw")),
        (Role.SCHEME_MANAGER, "/office/schemes/"),
        (Role.SCHEME_MANAGER, f"/office/schemes/{make_scheme(session).id}"),
        (Role.SCHEME_MANAGER, "/office/schemes/check"),
        (Role.ADMINISTRATOR, "/office/people/"),
        (Role.ADMINISTRATOR, "/office/failed-jobs/"),
        (Role.ADMINISTRATOR, "/office/security-log/"),
    ]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_a_good_page_and_asks_the_database_little(enter, pages, engine, language):
    browsers = {role: enter(role, language=language) for role in {role for role, _ in pages}}
    for role, path in pages:
        statements = []
        note = lambda *args: statements.append(args[2])  # noqa: B023, E731
        event.listen(engine, "before_cursor_execute", note)
        page = browsers[role].open(path)
        event.remove(engine, "before_cursor_execute", note)
        asked = [each for each in statements if "SAVEPOINT" not in each]
        most = MOST_BEFORE_DECIDING if path.endswith("/decision") else MOST_STATEMENTS
        assert len(asked) <= most, f"{path}: {len(asked)}"
        assert page.soup.html["lang"] == language


def test_pages_are_for_those_roles_that_may_and_for_nobody_else(app, enter, pages, session):
    clients = {role: enter(role).client for role in STAFF_ROLES}
    owner = enter(make_person(session, Role.AGENCY_OWNER, make_agency(session))).client
    for path in {path for _, path in pages}:
        access = Permission(access_of(app, endpoint_of(app, path)))
        for role, client in clients.items():
            expected = 200 if access in GRANTS[role] else 403
            assert client.get(path).status_code == expected, f"{role} {path}"
        assert owner.get(path).status_code in {403, 404}
        assert app.test_client().get(path).status_code == 303


def endpoint_of(app, path):
    return app.url_map.bind("localhost").match(path)[0]


def test_what_does_not_exist_is_not_found(enter):
    browser = enter(Role.PLANNER, Role.REVIEWER, Role.DECIDER, Role.SCHEME_MANAGER, Role.ADMINISTRATOR)
    for path in (
        "applications/{}",
        "applications/{}/plan",
        "audits/{}",
        "audits/{}/requirements",
        "audits/{}/requirements/CON-01",
        "audits/{}/reopen",
        "audits/{}/cancel",
        "audits/{}/decision",
        "certificates/{}",
        "certificates/{}/suspend",
        "schemes/{}",
    ):
        browser.open(f"/office/{path.format(uuid4())}", status=404)
    browser.open("/office/applications/nonsense", status=404)


def test_a_change_that_does_not_exist_is_not_found(enter, session):
    certificate = make_certificate(session)
    enter(Role.DECIDER).open(certificate_page(certificate, "/shred"), status=404)


def test_an_unfinished_application_is_nobodys_business(enter, session):
    draft = make_application(session, answers=True)
    enter(Role.PLANNER).open(application_page(draft), status=404)


# Intake


def test_a_planner_accepts_and_goes_on_to_plan(enter, session):
    application = submitted(session)
    browser = enter(Role.PLANNER)
    browser.open("/office/")
    page = browser.follow(application.agency.legal_name)
    assert "Review of the application" in page.text
    page = browser.submit(outcome="accept", note="")
    assert page.path == application_page(application, "/plan")
    assert page.notes == ["The application is accepted. Now plan the audit."]
    session.expire_all()
    assert application.state is ApplicationState.ACCEPTED


def test_a_planner_refuses_and_must_say_why(enter, session):
    application = submitted(session)
    browser = enter(Role.PLANNER)
    browser.open(application_page(application))
    page = browser.submit(outcome="refuse", note="  ", status=422)
    assert page.errors == ["Give the reason."]
    assert page.soup.select_one("[value=refuse]").has_attr("checked")
    page = browser.submit(outcome="refuse", note="The deposit is missing.")
    assert page.heading == "Work that waits"
    session.expire_all()
    assert (application.state, application.review_note) == (ApplicationState.REFUSED, "The deposit is missing.")


def test_nothing_chosen_keeps_what_was_typed(enter, session):
    browser = enter(Role.PLANNER)
    browser.open(application_page(submitted(session)))
    page = browser.submit(note="Half a thought", status=422)
    assert page.errors == ["Choose what to do with the application."]
    assert page.value("note") == "Half a thought"


def test_two_planners_at_the_same_application_the_second_is_told(enter, session):
    application = submitted(session)
    first, second = enter(Role.PLANNER), enter(Role.PLANNER)
    for browser in (first, second):
        browser.open(application_page(application))
    first.submit(outcome="accept")
    assert second.submit(outcome="accept", status=409).heading == "This is no longer possible"


def test_others_see_the_application_without_the_form(enter, session):
    page = enter(Role.DECIDER).open(application_page(submitted(session)))
    assert not page.soup.select("main form")
    assert "Ada Bos" in page.text
    assert "Roermond" in page.text


def test_answers_that_do_not_conform_stand_out(enter, session):
    application = submitted(session)
    application_answers = {answer.requirement_code: answer for answer in session.scalars(select_answers(application))}
    application_answers["CON-01"].value = "nonconform"
    page = enter(Role.PLANNER).open(application_page(application))
    assert [tag.get_text() for tag in page.soup.select(".kw-tag--bad")] == ["Does not conform"]


def select_answers(application):
    return select(Answer).where(Answer.application_id == application.id)


# Planning


def accepted(session):
    return make_application(session, state=ApplicationState.ACCEPTED)


def tomorrow():
    day = clock.today() + timedelta(days=1)
    return [str(day.day), str(day.month), str(day.year)]


def test_only_inspectors_without_a_tie_are_offered_and_the_planner_is_not(enter, session):
    application = accepted(session)
    interested, free = make_person(session, Role.INSPECTOR), make_person(session, Role.INSPECTOR)
    session.add(
        Interest(person_id=interested.id, agency_id=application.agency_id, nature="kin", declared_at=clock.now())
    )
    browser = enter(Role.PLANNER, Role.INSPECTOR)
    page = browser.open(application_page(application, "/plan"))
    offered = {option["value"] for option in page.soup.select("option[value]")}
    assert offered == {"", str(free.id)}
    page = browser.submit(inspector=str(free.id), planned_on=tomorrow(), unannounced=True)
    audit = session.scalars(select(Audit)).one()
    assert page.path == audit_page(audit)
    assert (audit.inspector_id, audit.announced) == (free.id, False)
    assert page.notes == ["The audit is planned. The inspector has been told."]


def test_a_planning_that_is_wrong_keeps_what_was_typed(enter, session):
    application, inspector = accepted(session), make_person(session, Role.INSPECTOR)
    browser = enter(Role.PLANNER)
    browser.open(application_page(application, "/plan"))
    page = browser.submit(inspector=str(inspector.id), planned_on=["1", "2", "2020"], status=422)
    assert page.errors == ["Choose today or a later day."]
    assert page.soup.select_one("option[selected]")["value"] == str(inspector.id)
    page = browser.submit(inspector="", planned_on=["", "", ""], status=422)
    assert page.errors == ["Choose an inspector.", "Enter the first day of the audit."]


def test_a_tied_inspector_sent_by_hand_is_refused(enter, session):
    application, interested = accepted(session), make_person(session, Role.INSPECTOR)
    session.add(
        Interest(person_id=interested.id, agency_id=application.agency_id, nature="kin", declared_at=clock.now())
    )
    make_person(session, Role.INSPECTOR)
    browser = enter(Role.PLANNER)
    page = browser.open(application_page(application, "/plan"))
    data = {"csrf_token": page.value("csrf_token"), "inspector": str(interested.id)}
    data["planned_on"] = tomorrow()
    assert browser.post(application_page(application, "/plan"), data, status=422).errors
    assert session.scalars(select(Audit)).all() == []


def test_a_planned_application_cannot_be_planned_again(enter, session):
    audit = make_audit(session, AuditState.PLANNED)
    browser = enter(Role.PLANNER)
    path = f"/office/applications/{audit.application_id}/plan"
    assert browser.open(path).path == audit_page(audit)
    other = accepted(session)
    page = browser.open(application_page(other, "/plan"))
    inspector = make_person(session, Role.INSPECTOR)
    data = {"csrf_token": page.value("csrf_token"), "inspector": str(inspector.id)}
    data["planned_on"] = tomorrow()
    session.commit()
    browser.post(path, data, status=409)
    browser.open(application_page(submitted(session), "/plan"), status=409)


# Review


def test_a_reviewer_hands_the_file_to_the_deciders(enter, session):
    audit = make_audit(session, AuditState.REPORTED)
    browser = enter(Role.REVIEWER)
    browser.open(audit_page(audit))
    assert browser.submit(recommendation=" ", status=422).errors == ["Write a recommendation."]
    page = browser.submit(recommendation="Grant it.")
    assert page.notes == ["The file is ready for a decision."]
    session.expire_all()
    assert (audit.state, audit.recommendation) == (AuditState.REVIEWED, "Grant it.")


def test_a_reviewer_sends_the_file_back(enter, session):
    audit = make_audit(session, AuditState.REPORTED)
    browser = enter(Role.REVIEWER)
    browser.open(audit_page(audit))
    browser.follow("Send back to the inspector")
    assert browser.submit(reason="", status=422).errors == ["Give the reason."]
    page = browser.submit(reason="The housing was not seen.")
    assert "The housing was not seen." in page.text
    session.expire_all()
    assert audit.state is AuditState.IN_PROGRESS


def test_who_took_part_cannot_review(enter, session):
    audit = make_audit(session, AuditState.REPORTED)
    person = make_person(session, Role.REVIEWER)
    session.add(Participant(audit_id=audit.id, person_id=person.id, since=clock.now()))
    browser = enter(person)
    browser.open(audit_page(audit))
    assert "took part" in browser.submit(recommendation="Grant it.", status=403).text


def test_a_planner_cancels(enter, session):
    audit = make_audit(session, AuditState.PLANNED)
    browser = enter(Role.PLANNER)
    browser.open(audit_page(audit))
    browser.follow("Cancel the audit")
    page = browser.submit(reason="The agency has closed down.")
    assert page.notes == ["Done. The reason is in the file."]
    session.expire_all()
    assert audit.state is AuditState.CANCELLED
    browser.open(audit_page(audit, "/cancel"), status=409)


def test_buttons_are_only_there_when_they_can_be_used(enter, session):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    for role, buttons in {
        Role.DECIDER: [],
        Role.PLANNER: ["Days", "Team", "Change inspector or day", "Cancel the audit"],
    }.items():
        page = enter(role).open(audit_page(audit))
        assert [button.get_text(strip=True) for button in page.soup.select("main .govuk-button")] == buttons


def test_the_audit_shows_where_agency_and_inspector_differ_and_what_nobody_knows(enter, session):
    verdicts = {"PAY-05": ("nonconform", "No pay slips."), "CON-01": NOTHING_KNOWN}
    audit = make_audit(session, AuditState.REPORTED, verdicts)
    browser = enter(Role.REVIEWER)
    page = browser.open(audit_page(audit))
    table = page.soup.find("caption", string="Where agency and inspector differ").parent
    (row,) = table.select("tbody tr")
    assert "PAY-05" in row.get_text()
    assert [cell.get_text() for cell in row.select("td")] == ["Conforms", "Does not conform (3)"]
    assert "Of these requirements nothing is known" in page.text
    page = browser.follow("Requirement by requirement")
    assert page.text.count("-0") >= len(scheme().requirements)


def test_the_trail_tells_who_did_what_with_repetitions_in_one_line(enter, session):
    audit = make_audit(session, AuditState.REPORTED)
    page = enter(Role.REVIEWER).open(audit_page(audit))
    lines = [line.get_text(" ", strip=True) for line in page.soup.select(".kw-history__what")]
    assert lines[0] == f"Audit reported {audit.inspector.name}"
    assert lines[1].startswith("Verdicts recorded, ")
    assert lines[-1] == f"Audit planned {audit.planner.name}"
    drawn = sum(
        line.startswith(("List of a population fixed", "Population fixed", "Value for a draw")) for line in lines
    )
    assert len(lines) - drawn <= 5
    steps = trail_of(session, [audit.id])
    assert steps[1].times == len(scheme().requirements)
