"""A file or an answer that an inspector asks of the agency: the task, the mail, the answer, and what is late."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from audits.applications.models import Evidence
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, RuleError
from audits.correspondence.models import EvidenceRequest
from audits.correspondence.services import ask_evidence
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.schemes.queries import scheme_of_version
from tests.kit.factories import make_audit, make_person
from tests.kit.inspecting import path
from tests.kit.queued import enqueued

CODE = "GOV-02"
TEXT = "The pay slips of week 12, please."
PDF_NAME = "loonstroken.csv"


@pytest.fixture
def audit(session, inspector):
    return make_audit(session, inspector=inspector)


@pytest.fixture
def asked(session, browser, audit):
    browser.open(path(audit, "requests") + f"?code={CODE}")
    browser.submit(text=TEXT)
    return session.scalars(select(EvidenceRequest)).one()


@pytest.fixture
def agency(session, enter, audit):
    return enter(make_person(session, Role.AGENCY_OWNER, audit.agency))


def deadline_of(session, asked):
    query = select(Deadline).where(Deadline.kind == DeadlineKind.EVIDENCE_REQUEST, Deadline.subject_id == asked.id)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def test_it_is_a_task_of_the_agency_with_a_day_and_a_mail_that_does_not_say_what(session, asked, agency):
    deadline = deadline_of(session, asked)
    assert (deadline.due_on, deadline.done_at, deadline.owner_role) == (asked.due_on, None, Role.AGENCY_OWNER)
    [mail] = enqueued(session, "mail.agency", "evidence_asked")
    assert TEXT not in str(mail)
    assert CODE not in str(mail)
    assert f"Give what the inspector asks for: {CODE}" in agency.open("/agency/").text
    assert TEXT in agency.open(f"/agency/requests/{asked.id}").text


def test_files_and_words_answer_it_once_and_stand_beside_the_requirement(session, browser, audit, asked, agency):
    agency.open(f"/agency/requests/{asked.id}")
    page = agency.submit(answer="Here they are.", files=(BytesIO(b"week;uren\n12;40\n"), PDF_NAME))
    assert page.notes == ["The inspector has what you gave."]
    assert deadline_of(session, asked).done_at is not None
    assert enqueued(session, "mail", "evidence_given")
    page = browser.open(path(audit, "requests"))
    assert "Here they are." in page.text
    assert PDF_NAME in page.text
    assert PDF_NAME in browser.open(path(audit, "requirements", CODE)).text
    page = agency.open(f"/agency/requests/{asked.id}")
    assert not page.soup.select("form[enctype]")
    assert "Give what the inspector asks for" not in agency.open("/agency/").text


def test_one_bad_file_sends_nothing_and_the_good_ones_stay(session, browser, audit, asked, agency):
    agency.open(f"/agency/requests/{asked.id}")
    good, bad = (BytesIO(b"week;uren\n12;40\n"), PDF_NAME), (BytesIO(b"MZ"), "x.exe")
    page = agency.submit(answer="x", files=[good, bad], status=422)
    assert len(page.errors) == 1
    assert PDF_NAME in page.text
    assert deadline_of(session, asked).done_at is None
    assert PDF_NAME not in browser.open(path(audit, "requests")).text  # not before it is sent
    agency.submit(button=f"Remove {PDF_NAME}")
    assert session.scalars(select(Evidence.removed_at)).one() is not None
    page = agency.submit(answer="", status=422)
    assert page.errors == ["Add a file, or write an answer."]


def test_what_is_late_is_shown_to_both(browser, audit, asked, agency, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: asked.due_on + timedelta(days=1))
    assert "Late" in browser.open(path(audit)).text
    assert "Late" in browser.open(path(audit, "requests")).text
    assert "Late" in agency.open("/agency/").text


def test_it_is_taken_back_and_then_nobody_answers_it(session, browser, audit, asked, agency):
    agency.open(f"/agency/requests/{asked.id}")
    browser.open(path(audit, "requests"))
    browser.submit('form[action$="/withdraw"]')
    agency.submit(answer="x", status=409)
    assert deadline_of(session, asked).done_at is not None
    assert "No longer asked" in agency.open(f"/agency/requests/{asked.id}").text


def test_nothing_is_asked_that_would_tell_of_an_audit_or_of_what_somebody_said(session, inspector, audit):
    day = clock.today() + timedelta(days=7)
    unknown = make_audit(session, inspector=inspector, announced=False)
    with pytest.raises(IllegalMoveError):
        ask_evidence(session, inspector.actor, unknown.id, code=CODE, text="x", due_on=day)
    scheme = scheme_of_version(audit.scheme_version)
    secret = next(item.code for item in scheme.requirements if scheme.units[item.unit].confidential)
    with pytest.raises(IllegalMoveError):
        ask_evidence(session, inspector.actor, audit.id, code=secret, text="x", due_on=day)
    with pytest.raises(RuleError):
        ask_evidence(session, inspector.actor, audit.id, code=CODE, text="x", due_on=clock.today())


def test_another_agency_and_another_inspector_see_nothing_of_it(session, enter, audit, asked):
    enter(make_person(session, Role.AGENCY_OWNER, make_audit(session).agency)).open(f"/agency/requests/{asked.id}", 404)
    enter(make_person(session, Role.INSPECTOR)).open(path(audit, "requests"), 404)
