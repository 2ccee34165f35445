"""Pages for deciders: decisions on audits, changes of certificates, and the lists of both."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.applications.workflow import ApplicationState
from audits.conditions.models import Condition
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import months_after
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.inspections.models import Participant
from audits.inspections.workflow import AuditState, FindingState
from audits.people.models import Interest, PersonRole
from audits.schemes.cycle import DecisionKind
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services import suspend_certificate
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from tests.kit.browser import Browser
from tests.kit.factories import (
    make_agency,
    make_application,
    make_person,
)
from tests.kit.factories.applications import make_scheme
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.inspections import make_audit
from tests.kit.scheme import SECOND, source

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
    assert bool(page.soup.select("[name=condition-0-text]")) is ("grant_with_conditions" in outcomes)
    says = [term.get_text() for term in page.soup.select(".kw-says dt")]
    granted = {"grant": ["If you grant"], "grant_with_conditions": ["If you grant with conditions"]}.get(
        outcomes[0], []
    )
    assert says == ["Now", *granted, "If you refuse"]
    assert ("Yes. This agency is certified today." in page.text) is ("grant" in outcomes)


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
    page = browser.submit(outcome="refuse", reasons="No.", **{"condition-0-text": "One."}, status=422)
    assert page.errors == ["Conditions belong to a grant with conditions only. Choose that, or leave this empty."]
    last = clock.today() + timedelta(days=20)
    first = {"condition-0-text": "One.", "condition-0-due_on": [str(last.day), str(last.month), str(last.year)]}
    browser.submit(outcome="grant_with_conditions", reasons="Nearly.", **first, **{"condition-2-text": "Two."})
    due = [each.due_on for each in session.scalars(select(Condition).order_by(Condition.position))]
    assert due == [last, months_after(clock.today(), 3) - timedelta(days=1)]
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
    words = "You took part in the audit of this agency" if way == "participant" else "You have an interest"
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


def test_a_serious_ground_is_proposed_and_another_decider_confirms_it(enter, session):
    certificate = make_certificate(session)
    first = enter(Role.DECIDER)
    page = first.open(certificate_page(certificate, "/suspend"))
    assert "False or misleading information was given. Takes two deciders." in page.text
    page = first.submit(grounds="deceit", reasons="The wage slips were forged.", **{"grounds-deceit": "All of May."})
    assert page.path.startswith("/office/proposals/")
    assert "Nothing is decided yet" in page.text
    assert "Another decider must confirm it." in page.text
    assert "waits for a second decider" in first.open(certificate_page(certificate)).text
    assert first.open(certificate_page(certificate, "/withdraw")).soup.select("[name=reasons]") == []
    second = enter(Role.DECIDER)
    second.open("/office/")
    second.follow(certificate.agency.legal_name)
    assert "The wage slips were forged." in second._here().text
    assert "False or misleading information was given. All of May." in second._here().text
    assert second.submit("form[action$=decline]", reason="", status=422).errors == ["Give the reason."]
    page = second.submit("form[action$=confirm]")
    assert "The decision is taken." in page.text
    session.refresh(certificate)
    assert certificate.state is CertificateState.SUSPENDED
    page = second.open(certificate_page(certificate))
    assert "as proposed by" in page.text
    assert "All of May." in page.text


def test_suspending_at_once_asks_a_second_decider_what_the_agency_said(enter, session, client):
    certificate = make_certificate(session)
    first = enter(Role.DECIDER)
    first.open(certificate_page(certificate, "/suspend"))
    first.submit(grounds="deceit", reasons="The wage slips were forged.", at_once="y")
    public = Browser(client.application).open(certificate.snapshot["register_url"].partition("//")[2].partition("/")[2])
    assert "This is provisional." in public.text
    assert "(provisional)" in public.text
    assert "First somebody else confirms" in first.open(certificate_page(certificate, "/lift")).text
    second = enter(Role.DECIDER)
    assert "Suspensions at once" in second.open("/office/").text
    second.follow(certificate.agency.legal_name)
    second.follow("Confirm the suspension")
    page = second.submit(reasons="It is proven.", heard="", status=422)
    assert page.errors == ["Write what the agency said when it was heard, or that it said nothing."]
    second.submit(reasons="It is proven.", heard="Nothing.")
    assert "Suspensions at once" not in second.open("/office/").text
    second.open(certificate_page(certificate, "/confirm"), status=409)


def test_the_grounds_are_offered_in_words_and_the_register_shows_them(enter, session):
    make_scheme(session, source(SECOND))
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


def test_days_are_written_in_one_way_also_in_hints(enter, session):
    certificate = make_certificate(session)
    page = enter(Role.DECIDER).open(certificate_page(certificate, "/suspend?lang=en"))
    assert re.search(r"At the latest \d{1,2} [A-Z][a-z]+ \d{4}\.", page.text)


def test_each_ground_has_a_text_of_its_own_for_the_letter_and_never_for_the_public(enter, session):
    make_scheme(session, source(SECOND))
    certificate = make_certificate(session)
    browser = enter(Role.DECIDER)
    browser.open(certificate_page(certificate, "/suspend"))
    said = {"grounds": ["no_access", "misuse_of_mark"], "grounds-no_access": "The door stayed shut.\r\nTwice."}
    page = browser.submit(reasons="Both.", **said, **{"grounds-not_repaired": "Left over."}, status=422)
    assert page.errors == ["Tick the ground that you wrote about, or remove what you wrote."]
    assert page.value("grounds-no_access") == "The door stayed shut.\nTwice."
    page = browser.submit(**{"grounds-not_repaired": ""})
    assert "The door stayed shut." in page.text
    decision = session.scalar(select(Decision).where(Decision.kind == DecisionKind.SUSPEND))
    assert {each.code: each.explanation for each in decision.grounds} == {
        "no_access": "The door stayed shut.\nTwice.", "misuse_of_mark": "",
    }  # fmt: skip
    assert "The door stayed shut." in str(decision_letter_facts(session, decision, body={})["grounds"])
    page = Browser(browser.app).open(f"/register/nl-{certificate.agency.register_number}?lang=en")
    assert "The mark was misused." in page.text
    assert "The door stayed shut." not in page.text


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


def test_a_part_is_suspended_and_the_register_begins_with_yes_except(app, enter, session):
    certificate = make_certificate(session)
    browser = enter(Role.DECIDER)
    browser.open(certificate_page(certificate, "/suspend"))
    part = ["sectors:meat_fish", "own_housing"]
    page = browser.submit(excepted=part, reasons="The cold store was not safe.")
    assert "Suspended in part" in page.text
    address = certificate.snapshot["register_url"].replace("http://127.0.0.1:8000", "")
    page = Browser(app).open(address)
    assert page.soup.select_one(".kw-answer__sentence").text == "Yes, except: Meat and fish processing, Own housing."
    assert "The rest counts" in page.text
    assert browser.open(certificate_page(certificate, "/lift")).soup.select("main form")


def test_a_decision_may_count_from_a_later_day_and_everybody_sees_which(enter, session):
    certificate, day = make_certificate(session), clock.today() + timedelta(days=20)
    browser = enter(Role.DECIDER)
    browser.open(certificate_page(certificate, "/end"))
    page = browser.submit(reasons="They stop.", effective_on=[day.day, day.month, day.year + 3], status=422)
    assert page.errors == ["Choose today or a day that the norm still allows."]
    page = browser.submit(effective_on=[day.day, day.month, day.year])
    said = f"counts from {day.day} {day:%B %Y}"
    assert page.notes == [f"Done. It {said}."]
    assert said in page.text
    assert said in enter(make_person(session, Role.AGENCY_OWNER, certificate.agency)).open("/agency/").text
    assert said in browser.open(certificate_page(certificate, "/suspend")).text
    session.refresh(certificate)
    assert certificate.state is CertificateState.ACTIVE
