"""Pages of an audit of a holder of a certificate: planning, carrying out, and the decision that ends it."""

from datetime import timedelta

import pytest

from audits.certification.queries import cycle_of_holder
from audits.core import clock
from audits.core.access import Role
from audits.deadlines.models import Deadline
from audits.inspections.workflow import AuditState
from audits.schemes.cycle import AuditKind
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.workflow import CertificateState
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.inspections import make_holder_audit
from tests.kit.factories.people import make_person


@pytest.fixture
def certificate(session):
    return make_certificate(session)


def test_a_planner_plans_a_special_audit_from_the_page_of_the_certificate(enter, session, certificate):
    inspector = make_person(session, Role.INSPECTOR)
    session.commit()
    browser = enter(Role.PLANNER)
    browser.open(f"/office/certificates/{certificate.id}")
    page = browser.follow("Plan an audit of this holder")
    kinds = [each["value"] for each in page.soup.select("[name=kind]")]
    assert kinds == ["surveillance", "special", "follow_up", "scope_extension"]
    assert "Critical requirements are looked at in every audit." in page.text
    day = clock.today()
    first = [str(day.day), str(day.month), str(day.year)]
    page = browser.submit(inspector=str(inspector.id), kind="special", planned_on=first, status=422)
    assert page.errors == ["Give the reason."]
    page = browser.submit(occasion="A worker wrote to us.", by_hand="pay-77", status=422)
    assert page.errors == ["The norm does not have PAY-77."]
    page = browser.submit(by_hand="pay-05, con-02", risks="safety_signal")
    assert page.notes == ["The audit is planned. The inspector has been told."]
    assert "Special audit" in page.text
    assert "A worker wrote to us." in page.text
    page = browser.follow("Requirement by requirement")
    codes = {each.get_text(strip=True) for each in page.soup.select("p .kw-code")}
    assert codes == {"CHN-05", "CHN-06", "CHN-07", "CON-02", "FRE-07", "PAY-05", "PAY-09"}
    assert "The planner chose this." in page.text


def test_a_planner_sees_which_surveillance_is_to_be_planned(enter, session, certificate):
    term = {"kind": "surveillance", "subject_id": cycle_of_holder(session, certificate.agency_id).id}
    window = {"from_on": clock.today(), "due_on": clock.today() + timedelta(days=60)}
    row = Deadline(**term, **window, agency_id=certificate.agency_id, owner_role=Role.PLANNER, opened_at=clock.now())
    session.add(row)
    session.commit()
    browser = enter(Role.PLANNER)
    page = browser.open("/office/")
    assert "Surveillance audits to plan" in page.text
    page = browser.follow(certificate.agency.legal_name)
    assert page.soup.select_one("[name=kind][value=surveillance]").has_attr("checked")


def test_only_a_planner_plans_one_and_only_while_there_is_a_certificate(enter, session, certificate):
    ended = make_certificate(session, CertificateState.ENDED)
    session.commit()
    assert "Plan an audit of this holder" not in enter(Role.DECIDER).open(f"/office/certificates/{certificate.id}").text
    browser = enter(Role.PLANNER)
    assert "Plan an audit of this holder" not in browser.open(f"/office/certificates/{ended.id}").text


def test_the_inspector_sees_only_what_the_audit_looks_at(enter, session, certificate):
    audit = make_holder_audit(session, certificate.agency, AuditKind.SPECIAL, by_hand=["PAY-05"])
    session.commit()
    browser = enter(audit.inspector)
    page = browser.open(f"/inspector/audits/{audit.id}")
    assert "A worker complained." in page.text
    chapters = [each.get_text(" ", strip=True)[:3] for each in page.soup.select("#chapters a, a[href*='/chapters/']")]
    assert set(chapters) == {"PAY", "FRE"}
    browser.open(f"/inspector/audits/{audit.id}/requirements/PAY-05")
    browser.open(f"/inspector/audits/{audit.id}/requirements/PAY-01", status=404)
    browser.open(f"/inspector/audits/{audit.id}/chapters/GOV", status=404)
    browser.open(f"/inspector/audits/{audit.id}/report")


@pytest.mark.parametrize(("held", "ways"), [
    (CertificateState.ACTIVE, ["maintain", "suspend", "withdraw"]),
    (CertificateState.SUSPENDED, ["lift", "maintain", "withdraw"]),
])  # fmt: skip
def test_the_decider_ends_it_with_a_decision_about_the_certificate(enter, session, held, ways):
    certificate = make_certificate(session, held)
    audit = make_holder_audit(session, certificate.agency, AuditKind.SPECIAL, AuditState.REVIEWED)
    session.commit()
    browser = enter(Role.DECIDER)
    page = browser.open(f"/office/audits/{audit.id}/decision")
    assert [each["value"] for each in page.soup.select("[name=fate]")] == ways
    assert not page.soup.select("[name=outcome]")
    page = browser.submit(fate=ways[0], status=422)
    assert page.errors == ["Give the reasons for the decision."]
    page = browser.submit(reasons="All was in order.")
    assert page.notes == ["The decision is recorded. The agency gets a letter, and the register shows it."]
    assert "All was in order." in page.text
    session.expire_all()
    assert session.get_one(Certificate, certificate.id).state is CertificateState.ACTIVE


def test_a_page_that_is_outdated_decides_nothing(enter, session, certificate):
    audit = make_holder_audit(session, certificate.agency, AuditKind.SPECIAL, AuditState.REVIEWED)
    session.commit()
    browser = enter(Role.DECIDER)
    browser.open(f"/office/audits/{audit.id}/decision")
    audit.recommendation = "Look again."
    session.commit()
    page = browser.submit(fate="maintain", reasons="x", status=409)
    assert "The words of inspector and reviewer" in page.text


def test_an_audit_whose_certificate_is_gone_is_closed(enter, session, certificate):
    audit = make_holder_audit(session, certificate.agency, AuditKind.SPECIAL, AuditState.REVIEWED)
    certificate.state = CertificateState.WITHDRAWN
    session.commit()
    browser = enter(Role.DECIDER)
    page = browser.open(f"/office/audits/{audit.id}/decision")
    assert "Close the audit; nothing changes in the register." in page.text
    assert [each["value"] for each in page.soup.select("[name=fate]")] == ["close"]
    page = browser.submit(fate="close", reasons="The certificate was withdrawn before this.")
    assert "Audit closed without effect" in page.text


def test_a_decider_extends_the_scope_by_what_was_audited(enter, session, certificate):
    certificate.agency.sectors = [*certificate.scope["sectors"], "construction"]
    audit = make_holder_audit(
        session, certificate.agency, AuditKind.SCOPE_EXTENSION, AuditState.REVIEWED, by_hand=["PAY-05"]
    )
    session.commit()
    browser = enter(Role.DECIDER)
    page = browser.open(f"/office/audits/{audit.id}/decision")
    assert [each["value"] for each in page.soup.select("[name=scope]")] == ["sectors:construction"]
    assert "no housing location was in the audit" not in page.text
    page = browser.submit(fate="extend_scope", reasons="It does this as it should.", status=422)
    assert page.errors == ["Choose what the certificate covers more, of what was audited."]
    page = browser.submit(scope=["sectors:construction"])
    assert "Scope extended" in page.text
