"""Pages for deciders, scheme managers and administrators."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.applications.workflow import ApplicationState
from audits.core import clock, outbox
from audits.core.access import Role
from audits.core.outbox import OutboxItem
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.inspections.models import Participant
from audits.inspections.workflow import AuditState, FindingState
from audits.people.models import Interest, PersonRole
from audits.schemes.models import SchemeProposal, SchemeVersion
from audits.schemes.services import publish_scheme
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services import suspend_certificate
from certificates.lifecycle.workflow import CertificateState
from portal.doors.office.failed_jobs import TASKS
from portal.stores import periodic
from portal.work.schedule import PERIODIC_TASKS
from tests.kit.browser import Browser
from tests.kit.factories import (
    make_agency,
    make_application,
    make_person,
    make_scheme,
)
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.inspections import make_audit
from tests.kit.patience import is_busy
from tests.kit.scheme import SECOND, edited, source

NOTHING_KNOWN = ("not_assessed", "Nobody was there.")


def audit_page(audit, rest=""):
    return f"/office/audits/{audit.id}{rest}"


def certificate_page(certificate, rest=""):
    return f"/office/certificates/{certificate.id}{rest}"


def submitted(session, **values):
    return make_application(session, state=ApplicationState.SUBMITTED, **values)


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
    assert "Certificate granted" in page.text
    decision = session.scalars(select(Decision)).one()
    assert (decision.kind, decision.reasons, decision.decider_id) == (
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
        session.add(Interest(agency_id=audit.agency_id, nature="kin", declared_at=clock.now(), **values))
    else:
        session.add(Participant(audit_id=audit.id, since=clock.now(), **values))
    browser = enter(person)
    assert "Not for you" in browser.open("/office/").text
    page = browser.open(audit_page(audit, "/decision"))
    words = "You took part in the audit of this agency" if way == "participant" else "You have declared an interest"
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
    assert "The review of this file is not done yet." in page.text
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
        (CertificateState.ACTIVE, "End at the holder's request", CertificateState.ENDED),
    ],
)
def test_a_decider_changes_a_certificate_and_the_page_shows_it(enter, session, before, button, after):
    certificate = make_certificate(session, before)
    browser = enter(Role.DECIDER)
    browser.open("/office/certificates/")
    browser.follow(certificate.number)
    browser.follow(button)
    assert browser.submit(reasons="", status=422).errors == ["Give the reasons for the decision."]
    page = browser.submit(reasons="Signals about unpaid wages.")
    assert page.notes == ["Done. The public register shows it now."]
    assert "Signals about unpaid wages." in page.text
    session.expire_all()
    assert session.get_one(Certificate, certificate.id).state is after


def test_the_grounds_are_offered_in_words_and_the_register_shows_them(enter, session):
    publish_scheme(session, make_person(session, Role.SCHEME_MANAGER).actor, source(SECOND))
    certificate = make_certificate(session)
    browser = enter(Role.DECIDER)
    browser.open(certificate_page(certificate, "/suspend"))
    page = browser.submit(reasons="They let nobody in.", status=422)
    assert page.errors == ["Choose at least one ground."]
    assert page.value("reasons") == "They let nobody in."
    browser.submit(grounds="no_access", reasons="They let nobody in.")
    page = Browser(browser.app).open(f"/register/nl-{certificate.agency.register_number}?lang=en")
    assert "Reason: The agency did not cooperate with an audit." in page.text
    assert "They let nobody in." not in page.text


def test_a_decider_whose_page_is_outdated_is_told_what_changed_and_loses_no_word(enter, session):
    certificate = make_certificate(session)
    browser = enter(Role.DECIDER)
    browser.open(certificate_page(certificate, "/withdraw"))
    suspend_certificate(session, make_person(session, Role.DECIDER).actor, certificate.id, reasons="x")
    session.flush()
    page = browser.submit(reasons="Nothing was repaired.", status=409)
    assert "What you decide on has changed since you opened this page." in page.text
    changed = [item.get_text() for item in page.soup.select("main .govuk-list--bullet li")]
    assert changed == ["The certificate and its history", "The decisions about this agency"]
    assert page.value("reasons") == "Nothing was repaired."
    browser.submit()
    session.expire_all()
    assert session.get_one(Certificate, certificate.id).state is CertificateState.WITHDRAWN


def test_a_decision_on_what_changed_meanwhile_is_not_taken(enter, session):
    audit = make_audit(session, AuditState.REVIEWED)
    browser = enter(Role.DECIDER)
    browser.open(audit_page(audit, "/decision"))
    audit.agency.legal_name = "Anders B.V."
    session.flush()
    page = browser.submit(outcome="grant", reasons="The norm is met.", status=409)
    assert [item.get_text() for item in page.soup.select("#decision .govuk-list li")] == ["The details of the agency"]
    assert page.value("reasons") == "The norm is met."
    assert session.scalars(select(Decision)).all() == []
    browser.submit(outcome="grant")
    assert session.scalars(select(Decision.kind)).all() == ["grant"]


def test_the_inspector_of_the_audit_is_warned_and_changes_no_certificate(enter, session):
    certificate = make_certificate(session)
    inspector = certificate.decision.concluded.inspector
    inspector.role_rows.append(PersonRole(role=Role.DECIDER))
    session.flush()
    browser = enter(inspector)
    page = browser.open(certificate_page(certificate, "/suspend"))
    assert "You took part in the audit of this agency" in page.text
    assert not page.soup.select("main form")
    data = {"csrf_token": browser.open("/account").value("csrf_token"), "reasons": "x"}
    browser.post(certificate_page(certificate, "/suspend"), data, status=403)
    session.expire_all()
    assert session.get_one(Certificate, certificate.id).state is CertificateState.ACTIVE


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


@pytest.mark.usefixtures("busy_reader")
def test_when_there_is_no_time_for_files_no_norm_is_called_bad(enter):
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    assert is_busy(browser.submit(source=upload(source()), status=503))


def test_a_good_norm_is_shown_first_and_published_by_somebody_else(app, enter, session):
    make_scheme(session)
    tomorrow = clock.today() + timedelta(days=1)
    text = edited(('version: "1.0"', 'version: "1.2"'), ("valid_from: 2026-11-01", f"valid_from: {tomorrow}"))
    browser, other = enter(Role.SCHEME_MANAGER), enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    assert "This file holds" in browser.submit(source=upload(text)).text
    assert session.scalars(select(SchemeProposal)).all() == []
    page = browser.submit(source=upload(text), propose=True)
    assert page.notes == ["The version is proposed. Another scheme manager gets a mail."]
    assert [button.get_text(strip=True) for button in page.soup.select("main button")] == ["Withdraw"]
    listed = other.open("/office/schemes/").soup.select_one("a[href*='/proposals/']")
    page = other.open(listed["href"])
    assert "Read what changes" in page.text
    page = other.submit("form[action$='/publish']")
    assert page.notes == ["The version is published."]
    assert {version.version for version in session.scalars(select(SchemeVersion))} == {"1.0", "1.2"}


def test_a_proposal_shows_what_changes_and_can_be_declined(enter, session):
    make_scheme(session)
    browser, other = enter(Role.SCHEME_MANAGER), enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    page = browser.submit(source=upload(source(SECOND)), propose=True)
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in page.soup.select("table tbody tr")]
    assert [row[1] for row in rows if row[0].startswith("FRE-07")] == ["Judged otherwise"]
    other.open(page.path)
    page = other.submit("form[action$='/decline']")
    assert page.notes == ["The version is not published."]
    assert [version.version for version in session.scalars(select(SchemeVersion))] == ["1.0"]


def test_another_text_under_a_published_version_is_refused(enter, session):
    make_scheme(session)
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    page = browser.submit(source=upload(source() + "\n# changed\n"), propose=True, status=422)
    assert page.errors == ["Version 1.0 is published and cannot change. Give the new text a new version number."]


# Failed jobs


def test_failed_work_shows_its_kind_and_error_and_never_its_content(app, enter, session):
    outbox.enqueue(session, "mail", template="secret-template", email="somebody@example.nl")
    session.flush()
    item = session.scalars(select(OutboxItem)).one()
    item.failed_at, item.last_error, item.attempts = clock.now(), "OSError: refused", 6
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/failed-jobs/")
    assert "OSError: refused" in page.text
    assert "somebody@example.nl" not in page.response.text
    page = browser.submit()
    assert page.notes == ["It will be tried again."]
    assert "No job has failed." in page.text
    session.expire_all()
    assert (item.failed_at, item.attempts) == (None, 0)
    assert app.extensions["queue"].notified == [str(item.id)]


def test_to_try_again_what_does_not_exist_is_not_found(enter):
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/failed-jobs/")
    token = page.value("csrf_token")
    browser.post(f"/office/failed-jobs/{uuid4()}/retry", {"csrf_token": token}, status=404)


def test_failed_work_is_shown_page_by_page(app, enter, session, monkeypatch):
    monkeypatch.setattr(outbox, "PAGE_SIZE", 1)
    now = clock.now()
    for minute, error in enumerate(("Newest", "Oldest")):
        given_up = {"failed_at": now - timedelta(minutes=minute), "last_error": error}
        session.add(OutboxItem(kind="mail", payload={}, created_at=now, due_at=now, **given_up))
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/failed-jobs/")
    assert ("Newest" in page.text, "Oldest" in page.text) == (True, False)
    page = browser.follow("Next page")
    assert ("Newest" in page.text, "Oldest" in page.text) == (False, True)
    browser.submit()
    assert app.extensions["queue"].notified == [str(given_up_as(session, "Oldest"))]


def given_up_as(session, error):
    return session.scalars(select(OutboxItem.id).where(OutboxItem.last_error == error)).one()


# Periodic tasks


def cells(page, task):
    row = page.soup.find("th", string=task).find_parent("tr")
    return [" ".join(cell.get_text().split()) for cell in row.find_all("td")]


def test_every_periodic_task_has_words():
    assert list(TASKS) == [task.name for task in PERIODIC_TASKS]


def test_periodic_tasks_show_last_run_next_run_and_last_error(enter, session, monkeypatch):
    fixed = datetime(2027, 3, 3, 12, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: fixed)
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/failed-jobs/")
    assert cells(page, "Check stored files") == ["Never", "As soon as a worker runs", "–"]
    assert "Periodic tasks are late." in page.text
    for name in TASKS:
        periodic.note_run(session, name, again=timedelta(hours=1))
    periodic.note_failure(session, "files.check", "OSError: <b>disk</b>", again=timedelta(minutes=1))
    session.flush()
    page = browser.open("/office/failed-jobs/")
    error = "3 March 2027, 13:00: OSError: <b>disk</b> It failed once."
    assert cells(page, "Check stored files") == ["3 March 2027, 13:00", "3 March 2027, 13:01", error]
    assert "Periodic tasks are late." not in page.text
    monkeypatch.setattr(clock, "now", lambda: fixed + timedelta(minutes=7))
    session.expire_all()
    page = browser.open("/office/failed-jobs/")
    assert cells(page, "Check stored files")[1] == "3 March 2027, 13:01 late"
    assert "Periodic tasks are late." in page.text
