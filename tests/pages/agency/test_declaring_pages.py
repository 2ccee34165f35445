"""The pages on which an agency declares, submits and withdraws an application."""

import hashlib

import pytest
from sqlalchemy import select

from audits.applications import queries, services
from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.core.outbox import OutboxItem
from portal.doors.account.rules import LIMITS
from portal.work import handlers
from portal.work.links import path_of
from tests.kit.agency_pages import mails, questions
from tests.kit.applying import FILE, submit
from tests.kit.browser import PASSWORD
from tests.kit.factories import (
    answer_all,
    make_application,
    make_person,
)


def test_a_signatory_declares_and_gets_a_reference(owner, session, draft, person):
    answer_all(session, draft, person)
    session.commit()
    owner.open(f"/agency/applications/{draft.id}")
    page = owner.follow("Declare and send")
    assert page.value("declared_name") == "Noor de Wit"
    page = owner.submit(status=422, declared_name="Somebody")
    assert page.value("declared_name") == "Somebody"
    page = owner.submit(status=422, declared=True, password=PASSWORD)
    assert page.errors == ["Enter your own name as it stands in your account: Noor de Wit."]
    page = owner.submit(status=422, declared=True, declared_name="Noor de Wit", password="of somebody else")
    assert page.errors == ["The current password is not right."]
    page = owner.submit(declared=True, declared_name="noor  de wit", password=PASSWORD)
    assert page.heading == "Application sent"
    assert draft.reference in page.text
    session.refresh(draft)
    assert draft.state is ApplicationState.SUBMITTED
    assert "application_submitted" in mails(session)
    assert owner.open(page.path).heading == "Application sent"
    assert "You hear from us by" in owner.open("/agency/").text
    owner.open(f"{questions(draft)}/GOV-01", status=409)
    assert owner.open(f"/agency/applications/{draft.id}").heading == "Your answers"


def test_what_is_not_complete_cannot_be_declared(owner, session, draft):
    owner.open(f"/agency/applications/{draft.id}")
    assert "Cannot start yet" in owner.page.text
    owner.open(f"/agency/applications/{draft.id}/declaration")
    page = owner.submit(status=422, declared=True, password=PASSWORD)
    assert page.errors == ["Answer all questions first. Still open: 65."]


def test_who_may_not_sign_is_told_who_may(browser, session, draft, person):
    browser.sign_in(session, make_person(session, Role.AGENCY_EDITOR, person.agency))
    session.commit()
    page = browser.open(f"/agency/applications/{draft.id}/declaration")
    assert "Noor de Wit" in page.text
    assert [form["action"].rpartition("/")[2] for form in page.soup.select("main form")] == ["signature"]
    browser.open(f"/agency/applications/{draft.id}/withdraw", status=403)


def test_who_may_only_sign_sees_no_button_that_changes(browser, session, draft, person):
    browser.sign_in(session, make_person(session, Role.AGENCY_SIGNATORY, person.agency))
    session.commit()
    for path in ("/agency/details", f"/agency/applications/{draft.id}/answers"):
        page = browser.open(path)
        assert not [a for a in page.soup.select("main a") if "Change" in a.get_text() or "Add" in a.get_text()]
    browser.open("/agency/details/bank", status=403)
    browser.open(f"{questions(draft)}/GOV-01", status=403)


def test_an_application_is_withdrawn_and_a_new_one_starts_empty(owner, session, draft):
    owner.open(f"/agency/applications/{draft.id}/withdraw")
    page = owner.submit(reason="Too early.")
    assert "Withdrawn by the agency" in page.text
    page = owner.submit()
    assert page.heading == "Your application"
    assert draft.reference not in page.text


def test_a_returned_application_says_why(owner, session, person):
    make_application(session, agency=person.agency, signatory=person, review_note="Name all your branches.")
    session.commit()
    assert "Name all your branches." in owner.open("/agency/").text
    assert "Name all your branches." in owner.follow("Continue").text


@pytest.mark.parametrize("reached", ApplicationState)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_state_of_a_case_has_its_page(owner, session, person, reached, language):
    application = make_application(session, state=reached, agency=person.agency, signatory=person, review_note="x")
    session.commit()
    assert application.reference in owner.open(f"/agency/?lang={language}").text
    owner.open(f"/agency/applications/{application.id}?lang={language}")


def test_what_was_sent_has_a_digest_a_receipt_and_a_file(app, owner, session, draft, person):
    answer_all(session, draft, person)
    session.commit()
    owner.open(f"/agency/applications/{draft.id}/declaration")
    page = owner.submit(declared=True, declared_name="Noor de Wit", password=PASSWORD)
    kept = queries.submissions_of(session, draft.id)[0]
    assert kept.sha256 in page.text
    assert "We are making a sealed receipt" in page.text
    with app.app_context():
        handlers.submission_receipt(session, {"submission_id": str(kept.id)})
    session.commit()
    page = owner.open(page.path)
    assert owner.client.get(page.link("Receipt with all")).data.startswith(b"%PDF")
    sent = owner.client.get(page.link("The file itself"))
    assert hashlib.sha256(sent.data).hexdigest() == kept.sha256
    assert "attachment" in sent.headers["Content-Disposition"]
    owner.open(f"/agency/applications/{draft.id}/submissions/2", status=404)


def test_nobody_signs_without_the_password_and_guessing_is_slowed(owner, session, draft, person):
    answer_all(session, draft, person)
    session.commit()
    owner.open(f"/agency/applications/{draft.id}/declaration")
    typed = {"declared": True, "declared_name": "Noor de Wit"}
    assert owner.submit(**typed, status=422).errors == ["Enter your password."]
    for _ in range(LIMITS["own"].free):
        owner.submit(**typed, password="wrong", status=422)
    page = owner.submit(**typed, password=PASSWORD, status=422)
    assert page.errors == ["Too many attempts. Try again in 1 min."]
    session.refresh(draft)
    assert draft.state is ApplicationState.DRAFT


def test_who_may_not_sign_asks_those_who_may_and_only_once_a_day(app, browser, session, draft, person):
    browser.sign_in(session, make_person(session, Role.AGENCY_EDITOR, person.agency, name="Eva de Vries"))
    session.commit()
    browser.open(f"/agency/applications/{draft.id}/declaration")
    page = browser.submit("form[action$='signature']")
    assert page.notes == ["A mail is on its way to Noor de Wit."]
    page = browser.submit("form[action$='signature']")
    assert page.notes == ["You asked today already."]
    sent = list(session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail")))
    assert [(item.payload["template"], item.payload["who"]) for item in sent] == [("signing_asked", "Eva de Vries")]
    assert sent[0].payload["person_id"] == str(person.id)
    with app.test_request_context():
        assert path_of("signing_asked", str(draft.id), None) == f"/agency/applications/{draft.id}/declaration"


def test_what_is_different_from_what_was_sent_is_shown(owner, session, draft, person):
    answer_all(session, draft, person)
    path = f"/agency/applications/{draft.id}/differences"
    session.commit()
    assert "You sent nothing before" in owner.open(path).text
    submit(session, person.actor, draft)
    reviewer = make_person(session, Role.PLANNER)
    services.return_application(session, reviewer.actor, draft.id, reason="Say more.")
    session.commit()
    assert "Nothing is different." in owner.open(path).text
    services.save_answer(session, person.actor, draft.id, "GOV-02", value="nonconform", explanation="Not yet.")
    services.add_evidence(session, person.actor, draft.id, "GOV-01", FILE)
    session.commit()
    page = owner.open(path)
    rows = [[cell.get_text().strip() for cell in row.select("td, th")] for row in page.soup.select("tbody tr")]
    assert rows == [
        ["GOV-01", "Files", "–", "a.pdf"],
        ["GOV-02", "Answer", "Conforms", "Does not conform"],
        ["GOV-02", "Explanation", "–", "Not yet."],
    ]
