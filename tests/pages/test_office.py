"""The door of the office: every page, every flow, in both languages, for those whom it is meant for and nobody else."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from audits.applications.models import Answer
from audits.applications.workflow import ApplicationState
from audits.core import clock, outbox
from audits.core.access import GRANTS, STAFF_ROLES, Permission, Role
from audits.core.outbox import OutboxItem
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.inspections.models import Audit, Participant
from audits.inspections.workflow import AuditState, FindingState
from audits.people.models import Tie
from audits.people.trail import trail_of
from audits.schemes.models import SchemeVersion
from certificates.models import Certificate
from certificates.services import record_document
from certificates.workflow import CertificateState
from portal.access import access_of
from tests.browser import Browser
from tests.factories import make_agency, make_application, make_person, make_scheme
from tests.factories.certificates import make_certificate
from tests.factories.decisions import add_findings, finding, make_decision
from tests.factories.inspections import make_audit
from tests.norm import edited, norm, source

MOST_STATEMENTS = 8
NOTHING_KNOWN = ("not_assessed", "Nobody was there.")


@pytest.fixture
def enter(app, session):
    """Sign somebody in: a person, or a new one with these roles."""

    def enter(*who, language="en"):
        person = who[0] if not isinstance(who[0], Role) else make_person(session, list(who), language=language)
        browser = Browser(app, language).sign_in(session, person)
        browser.person = person
        session.commit()
        return browser

    return enter


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
    """Each page with the role that it is for."""
    application, accepted = submitted(session), make_application(session, state=ApplicationState.ACCEPTED)
    planned = make_audit(session, AuditState.PLANNED)
    reported = make_audit(session, AuditState.REPORTED, {"CON-01": ("nonconform", "Not seen.")})
    reviewed = make_audit(session, AuditState.REVIEWED, {"CON-01": NOTHING_KNOWN, "PAY-05": ("nonconform", "No.")})
    decided = make_decision(session, Outcome.GRANT_WITH_CONDITIONS).audit
    for audit in (reported, reviewed, decided):
        values = {"agency_id": audit.agency_id, "language": "nl", "printed": {"reference": "x"}, "size": 1}
        record_document(session, kind="audit_report", subject_id=audit.id, sha256=audit.id.hex * 2, **values)
    certificate = make_certificate(session, conditions=["Check it again."])
    now = clock.now()
    session.add(OutboxItem(kind="mail", payload={}, created_at=now, due_at=now, failed_at=now, last_error="OSError"))
    session.commit()
    return [
        (Role.PLANNER, "/office/"),
        (Role.REVIEWER, "/office/"),
        (Role.DECIDER, "/office/"),
        (Role.PLANNER, "/office/applications/"),
        (Role.PLANNER, application_page(application)),
        (Role.DECIDER, application_page(accepted)),
        (Role.PLANNER, application_page(accepted, "/plan")),
        (Role.PLANNER, audit_page(planned)),
        (Role.PLANNER, audit_page(planned, "/cancel")),
        (Role.REVIEWER, audit_page(reported)),
        (Role.REVIEWER, audit_page(reported, "/requirements")),
        (Role.REVIEWER, audit_page(reported, "/reopen")),
        (Role.DECIDER, audit_page(reviewed, "/decision")),
        (Role.DECIDER, audit_page(reported, "/decision")),
        (Role.DECIDER, audit_page(decided)),
        (Role.DECIDER, audit_page(decided, "/decision")),
        (Role.DECIDER, "/office/certificates/"),
        (Role.DECIDER, certificate_page(certificate)),
        (Role.DECIDER, certificate_page(certificate, "/suspend")),
        (Role.DECIDER, certificate_page(certificate, "/withdraw")),
        (Role.SCHEME_MANAGER, "/office/schemes/"),
        (Role.SCHEME_MANAGER, f"/office/schemes/{make_scheme(session).id}"),
        (Role.SCHEME_MANAGER, "/office/schemes/check"),
        (Role.ADMINISTRATOR, "/office/people/"),
        (Role.ADMINISTRATOR, "/office/promises/"),
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
        assert len(asked) <= MOST_STATEMENTS, f"{path}: {len(asked)}"
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


@pytest.mark.parametrize(
    ("outcome", "after"), [("return", ApplicationState.DRAFT), ("refuse", ApplicationState.REFUSED)]
)
def test_a_planner_sends_back_or_refuses_and_must_say_why(enter, session, outcome, after):
    application = submitted(session)
    browser = enter(Role.PLANNER)
    browser.open(application_page(application))
    page = browser.submit(outcome=outcome, note="  ", status=422)
    assert page.errors == ["Give the reason."]
    assert page.soup.select_one(f"[value={outcome}]").has_attr("checked")
    page = browser.submit(outcome=outcome, note="The deposit is missing.")
    assert page.heading == "Work that waits"
    session.expire_all()
    assert (application.state, application.review_note) == (after, "The deposit is missing.")


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
    tied, free = make_person(session, Role.INSPECTOR), make_person(session, Role.INSPECTOR)
    session.add(Tie(person_id=tied.id, agency_id=application.agency_id, nature="kin", declared_at=clock.now()))
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
    application, tied = accepted(session), make_person(session, Role.INSPECTOR)
    session.add(Tie(person_id=tied.id, agency_id=application.agency_id, nature="kin", declared_at=clock.now()))
    make_person(session, Role.INSPECTOR)
    browser = enter(Role.PLANNER)
    page = browser.open(application_page(application, "/plan"))
    data = {"csrf_token": page.value("csrf_token"), "inspector": str(tied.id)}
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
    for role, buttons in {Role.DECIDER: [], Role.PLANNER: ["Cancel the audit"]}.items():
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
    assert page.text.count("-0") >= len(norm().requirements)


def test_the_trail_tells_who_did_what_with_repetitions_in_one_line(enter, session):
    audit = make_audit(session, AuditState.REPORTED)
    page = enter(Role.REVIEWER).open(audit_page(audit))
    lines = [line.get_text(" ", strip=True) for line in page.soup.select(".kw-history__what")]
    assert lines[0] == f"Audit reported {audit.inspector.name}"
    assert lines[1].startswith("Verdicts recorded, ")
    assert lines[-1] == f"Audit planned {audit.planner.name}"
    assert len(lines) <= 5
    steps = trail_of(session, [audit.id])
    assert steps[1].times == len(norm().requirements)


# Decision


def offered(page):
    return [radio["value"] for radio in page.soup.select("[name=outcome]")]


@pytest.mark.parametrize(
    ("found", "outcomes", "words"),
    [
        ([], ["grant", "refuse"], "Nothing in the findings stands in the way of a grant."),
        ([finding("major")] * 2, ["grant_with_conditions", "refuse"], "allow only a grant with conditions"),
        ([finding("major", FindingState.OPEN)], ["refuse"], "must be repaired first is still open"),
        ([finding("critical")], ["refuse"], "rules out a certificate"),
    ],
)
def test_only_what_the_findings_allow_is_offered(enter, session, found, outcomes, words):
    audit = make_audit(session, AuditState.REVIEWED)
    add_findings(session, audit, found)
    page = enter(Role.DECIDER).open(audit_page(audit, "/decision"))
    assert offered(page) == outcomes
    assert words in page.text
    assert bool(page.soup.select("[name=conditions]")) is ("grant_with_conditions" in outcomes)


def test_a_decider_grants(enter, session):
    audit = make_audit(session, AuditState.REVIEWED)
    browser = enter(Role.DECIDER)
    browser.open("/office/")
    browser.follow(audit.agency.legal_name)
    browser.follow("Take the decision")
    assert browser.submit(outcome="grant", reasons="", status=422).errors == ["Give the reasons for the decision."]
    page = browser.submit(outcome="grant", reasons="The norm is met.")
    assert page.path == audit_page(audit)
    assert "Grant the certificate" in page.text
    decision = session.scalars(select(Decision)).one()
    assert (decision.outcome, decision.reasons, decision.decider_id) == (
        Outcome.GRANT,
        "The norm is met.",
        browser.person.id,
    )
    assert not browser.open(audit_page(audit, "/decision")).soup.select("main form")


def test_conditions_are_asked_for_and_kept(enter, session):
    audit = make_audit(session, AuditState.REVIEWED)
    add_findings(session, audit, [finding("major")] * 2)
    browser = enter(Role.DECIDER)
    browser.open(audit_page(audit, "/decision"))
    page = browser.submit(outcome="grant_with_conditions", reasons="Nearly.", status=422)
    assert page.errors == ["Name at least one condition; the register will show it."]
    assert page.value("reasons") == "Nearly."
    page = browser.submit(outcome="refuse", reasons="No.", conditions="One.", status=422)
    assert page.errors == ["Conditions belong to a grant with conditions only. Choose that, or leave this empty."]
    browser.submit(outcome="grant_with_conditions", reasons="Nearly.", conditions="One.\r\nTwo.\r\n")
    assert session.scalars(select(Decision)).one().conditions == ["One.", "Two."]


@pytest.mark.parametrize("way", ["participant", "tie"])
def test_who_took_part_is_warned_and_refused(enter, session, way):
    audit = make_audit(session, AuditState.REVIEWED)
    person = make_person(session, Role.DECIDER)
    values = {"person_id": person.id}
    if way == "tie":
        session.add(Tie(agency_id=audit.agency_id, nature="kin", declared_at=clock.now(), **values))
    else:
        session.add(Participant(audit_id=audit.id, since=clock.now(), **values))
    browser = enter(person)
    assert "Not for you" in browser.open("/office/").text
    page = browser.open(audit_page(audit, "/decision"))
    words = "You took part in this audit" if way == "participant" else "You have declared a tie"
    assert words in page.text
    assert not page.soup.select("main form")
    token = page.value("csrf_token")
    data = {"csrf_token": token, "outcome": "grant", "reasons": "Because."}
    page = browser.post(audit_page(audit, "/decision"), data, status=403)
    assert words in page.text
    assert session.scalars(select(Decision)).all() == []


def test_an_outcome_sent_by_hand_is_refused(enter, session):
    audit = make_audit(session, AuditState.REVIEWED)
    add_findings(session, audit, [finding("critical")])
    browser = enter(Role.DECIDER)
    page = browser.open(audit_page(audit, "/decision"))
    data = {"csrf_token": page.value("csrf_token"), "outcome": "grant", "reasons": "Because."}
    page = browser.post(audit_page(audit, "/decision"), data, status=422)
    assert page.errors == ["The findings of this audit do not allow this outcome."]
    assert page.value("reasons") == "Because."


def test_an_unreviewed_file_offers_no_decision(enter, session):
    audit = make_audit(session, AuditState.REPORTED)
    page = enter(Role.DECIDER).open(audit_page(audit, "/decision"))
    assert "This file has not been reviewed yet." in page.text
    assert not page.soup.select("main form")


def test_the_decider_sees_what_nobody_knows(enter, session):
    audit = make_audit(session, AuditState.REVIEWED, {"CON-01": NOTHING_KNOWN})
    page = enter(Role.DECIDER).open(audit_page(audit, "/decision"))
    assert "Of these requirements nothing is known" in page.text
    assert "CON-01" in page.soup.select_one("#unknown").find_next("ul").get_text()


# Certificates


@pytest.mark.parametrize(
    ("before", "button", "after"),
    [
        (CertificateState.ACTIVE, "Suspend", CertificateState.SUSPENDED),
        (CertificateState.SUSPENDED, "Lift the suspension", CertificateState.ACTIVE),
        (CertificateState.ACTIVE, "Withdraw", CertificateState.WITHDRAWN),
    ],
)
def test_a_decider_changes_a_certificate_and_the_page_shows_it(enter, session, before, button, after):
    certificate = make_certificate(session, before)
    browser = enter(Role.DECIDER)
    browser.open("/office/certificates/")
    browser.follow(certificate.number)
    browser.follow(button)
    assert browser.submit(reason="", status=422).errors == ["Give the reason."]
    page = browser.submit(reason="Signals about unpaid wages.")
    assert page.notes == ["Done. The public register shows it now."]
    assert "Signals about unpaid wages." in page.text
    session.expire_all()
    assert session.get_one(Certificate, certificate.id).state is after


def test_a_change_that_is_no_longer_possible_is_said(enter, session):
    certificate = make_certificate(session, CertificateState.WITHDRAWN)
    browser = enter(Role.DECIDER)
    assert not browser.open(certificate_page(certificate)).soup.select("main .govuk-button")
    browser.open(certificate_page(certificate, "/suspend"), status=409)


def test_certificates_are_found_by_name_and_number_in_any_state(enter, session):
    withdrawn = make_certificate(session, CertificateState.WITHDRAWN, details={"legal_name": "100% Flex B.V."})
    living = make_certificate(session)
    browser = enter(Role.DECIDER)
    page = browser.open("/office/certificates/")
    assert living.number in page.text
    assert withdrawn.number not in page.text
    for text in ("100%", withdrawn.number.lower(), withdrawn.agency.register_number):
        page = browser.submit(q=text)
        assert withdrawn.number in page.text, text
        assert living.number not in page.text, text
    assert "Nothing was found." in browser.submit(q="nobody at all").text


def test_cases_are_found_by_name_number_and_reference_and_come_in_pages(enter, session, monkeypatch):
    first, second = submitted(session), submitted(session, agency=make_agency(session, legal_name="Zeer Ander B.V."))
    browser = enter(Role.REVIEWER)
    browser.open("/office/applications/")
    for text in ("zeer ander", second.reference, second.agency.register_number):
        page = browser.submit(q=text)
        assert (second.reference in page.text, first.reference in page.text) == (True, False), text
    monkeypatch.setattr("audits.applications.queries.PAGE_SIZE", 1)
    page = browser.open("/office/applications/")
    assert (second.reference in page.text, first.reference in page.text) == (True, False)
    page = browser.follow("Next page")
    assert (second.reference in page.text, first.reference in page.text) == (False, True)
    assert browser.follow("Previous page").path.endswith("page=1")


# Norm


def upload(text):
    return (BytesIO(text.encode()), "norm.yaml")


def test_a_broken_norm_is_answered_with_line_and_path(enter):
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    page = browser.submit(source=upload(edited(("fail_total: 30", "fail_total: many"))), status=422)
    table = page.soup.find("caption", string="Problems").parent
    line = next(n for n, text in enumerate(source().splitlines(), 1) if "fail_total: 30" in text)
    cells = [cell.get_text() for cell in table.select("tbody tr")[0].select("th, td")]
    assert cells[0] == str(line)
    assert "fail_total" in cells[1]
    assert page.errors


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"- just: a list\n", b"a: [\n"])
def test_a_file_that_is_no_norm_at_all_is_answered_in_words(enter, content):
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    assert browser.submit(source=(BytesIO(content), "norm.yaml"), status=422).errors


def test_a_good_norm_is_shown_first_and_published_when_asked(enter, session):
    make_scheme(session)
    text = edited(('version: "1.0"', 'version: "1.1"'))
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    page = browser.submit(source=upload(text))
    assert "This file holds" in page.text
    assert len(session.scalars(select(SchemeVersion)).all()) == 1
    page = browser.submit(source=upload(text), publish=True)
    assert page.notes == ["The version is published."]
    assert {version.version for version in session.scalars(select(SchemeVersion))} == {"1.0", "1.1"}


def test_another_text_under_a_published_version_is_refused(enter, session):
    make_scheme(session)
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    page = browser.submit(source=upload(source() + "\n# changed\n"), publish=True, status=422)
    assert page.errors == ["Version 1.0 is published and cannot change. Give the new text a new version number."]


# Failed work


def test_failed_work_shows_its_kind_and_error_and_never_its_content(app, enter, session):
    outbox.put(session, "mail", template="secret-template", email="somebody@example.nl")
    session.flush()
    item = session.scalars(select(OutboxItem)).one()
    item.failed_at, item.last_error, item.attempts = clock.now(), "OSError: refused", 6
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/promises/")
    assert "OSError: refused" in page.text
    assert "somebody@example.nl" not in page.response.text
    page = browser.submit()
    assert page.notes == ["It will be tried again."]
    assert "Everything that was promised has been done." in page.text
    session.expire_all()
    assert (item.failed_at, item.attempts) == (None, 0)
    assert app.extensions["queue"].nudged == [str(item.id)]


def test_to_try_again_what_does_not_exist_is_not_found(enter):
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/promises/")
    token = page.value("csrf_token")
    browser.post(f"/office/promises/{uuid4()}/retry", {"csrf_token": token}, status=404)
