"""Pages of a decider about a holder: what becomes of the certificate, and what is urgent."""

import pytest
from sqlalchemy import select

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.decisions.models import Decision
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services import suspend_certificate
from certificates.lifecycle.workflow import CertificateState
from tests.kit.factories import make_application, make_person
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.inspections import make_audit

SAFE = {"IDW-03": ("nonconform", "The agency keeps the passport.")}  # critical
URGENT = "Decide now: critical findings at holders of a certificate"


@pytest.fixture
def certificate(session):
    return make_certificate(session)


def renewed(session, certificate, state=AuditState.REVIEWED, verdicts=None):
    application = make_application(session, agency=certificate.agency, state=ApplicationState.ACCEPTED)
    return make_audit(session, state, verdicts, application=application)


def page_of(audit):
    return f"/office/audits/{audit.id}/decision"


def test_who_refuses_a_holder_chooses_what_becomes_of_the_certificate(enter, session, certificate):
    audit = renewed(session, certificate)
    browser = enter(Role.DECIDER)
    page = browser.open(page_of(audit))
    assert f"This agency holds certificate {certificate.number}" in page.text
    assert [each["value"] for each in page.soup.select("[name=fate]")] == ["suspend", "withdraw", "maintain"]
    page = browser.submit(outcome="refuse", reasons="Passports in a safe.", status=422)
    assert page.errors == ["This agency holds a certificate. Choose what becomes of it."]
    assert page.value("reasons") == "Passports in a safe."
    page = browser.submit(outcome="refuse", fate="maintain", status=422)
    assert page.errors == ["Say why the agency keeps its certificate."]
    browser.submit(outcome="refuse", fate="suspend")
    session.expire_all()
    assert session.get_one(Certificate, certificate.id).state is CertificateState.SUSPENDED
    page = browser.open(f"/register/nl-{certificate.agency.register_number}?lang=en")
    assert "The certificate is suspended for now." in page.text


def test_what_is_suspended_is_not_offered_to_be_suspended(enter, session):
    audit = renewed(session, make_certificate(session, CertificateState.SUSPENDED))
    page = enter(Role.DECIDER).open(page_of(audit))
    assert [each["value"] for each in page.soup.select("[name=fate]")] == ["withdraw", "maintain"]


def test_a_holder_is_granted_a_new_one_without_a_choice(enter, session, certificate):
    audit = renewed(session, certificate)
    browser = enter(Role.DECIDER)
    browser.open(page_of(audit))
    page = browser.submit(outcome="grant", fate="withdraw", reasons="All is well.", status=422)
    assert page.errors == ["There is no certificate to decide about, or you do not refuse."]
    browser.open(page_of(audit))
    browser.submit(outcome="grant", reasons="All is well.")
    assert session.scalars(select(Decision.kind).where(Decision.audit_id == audit.id)).all() == ["grant"]


def test_nobody_else_is_asked_for_it(enter, session):
    page = enter(Role.DECIDER).open(page_of(make_audit(session, AuditState.REVIEWED)))
    assert not page.soup.select("[name=fate], [name=fate_reasons]")


def test_a_certificate_that_changed_meanwhile_is_named(enter, session, certificate):
    audit = renewed(session, certificate)
    browser = enter(Role.DECIDER)
    browser.open(page_of(audit))
    suspend_certificate(session, make_person(session, Role.DECIDER).actor, certificate.id, reasons="x")
    session.flush()
    page = browser.submit(outcome="refuse", fate="withdraw", reasons="Passports.", status=409)
    changed = [item.get_text() for item in page.soup.select("#decision .govuk-list li")]
    assert changed[:2] == ["The decisions about this agency", "The certificate and its history"]
    browser.submit(outcome="refuse", fate="withdraw")
    session.expire_all()
    assert session.get_one(Certificate, certificate.id).state is CertificateState.WITHDRAWN


# Critical findings


def test_a_critical_finding_on_a_holder_comes_first_until_somebody_decides(enter, session, certificate):
    audit = renewed(session, certificate, AuditState.REPORTED, SAFE)
    browser = enter(Role.DECIDER)
    page = browser.open("/office/")
    assert page.soup.select_one("main h2").get_text(strip=True) == URGENT
    assert audit.reference in page.text
    assert "Today or late" not in page.text
    browser.follow(audit.agency.legal_name)
    assert f"Audit {audit.reference} has a critical finding." in browser.page.text
    browser.follow("Keep as it is")
    assert browser.submit(reasons="", status=422).errors == ["Give the reasons for the decision."]
    page = browser.submit(reasons="The safe was the worker's own.")
    assert "Certificate kept as it is" in page.text
    assert not page.soup.find(string="Keep as it is")
    assert URGENT not in browser.open("/office/").text


def test_a_term_that_is_over_is_marked_and_a_tied_decider_is_told(enter, session, certificate, monkeypatch):
    monkeypatch.setattr("audits.inspections.services.reporting.CRITICAL_FINDING_WORKING_DAYS", 0)
    audit = renewed(session, certificate, AuditState.REPORTED, SAFE)
    person = make_person(session, Role.DECIDER)
    session.add(Interest(person_id=person.id, agency_id=audit.agency_id, nature="kin", declared_at=clock.now()))
    page = enter(person).open("/office/")
    assert "Today or late" in page.text
    assert "Not for you" in page.text


@pytest.mark.parametrize("role", [Role.PLANNER, Role.REVIEWER])
def test_others_have_no_such_list(enter, session, certificate, role):
    renewed(session, certificate, AuditState.REPORTED, SAFE)
    assert URGENT not in enter(role).open("/office/").text


def test_what_no_longer_lives_cannot_be_kept(enter, session):
    certificate = make_certificate(session, CertificateState.WITHDRAWN)
    enter(Role.DECIDER).open(f"/office/certificates/{certificate.id}/maintain", status=409)
