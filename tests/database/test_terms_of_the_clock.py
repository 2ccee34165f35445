"""What no act begins, the clock begins: terms of drafts, complaints, signals and invitations, and their end."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.applications.models import Answer
from audits.applications.services import lapse_drafts, save_answer, start_application, withdraw_application
from audits.applications.services.drafts import DRAFT_DAYS, begin_draft_terms
from audits.applications.workflow import ApplicationState
from audits.complaints.rules import Subject, Told, Verdict, answer_by, take_by
from audits.complaints.services import answer, begin_terms, receive_complaint, take_up
from audits.core import clock, outbox
from audits.core.access import Role
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.people.services import invite_person
from audits.schemes.queries import scheme_of_version
from audits.signals.rules import About
from audits.signals.services import receive_signal
from portal.doors.account.invitations import remind_or_close
from portal.doors.account.services import store_password
from portal.stores.roles import WORKER
from tests.kit.factories import make_agency, make_person
from tests.kit.factories.applications import make_scheme

K = DeadlineKind


def later(monkeypatch, days):
    moment = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: moment)


def terms(session, subject_id=None):
    query = select(Deadline).where(Deadline.done_at.is_(None))
    return {each.kind: each for each in session.scalars(query) if subject_id in {None, each.subject_id}}


def mails(session, kind):
    rows = session.scalars(select(outbox.OutboxItem).where(outbox.OutboxItem.kind.in_(("mail", "mail.agency"))))
    return sum(row.payload["template"] == kind for row in rows)


@pytest.fixture
def database_role():
    return WORKER


@pytest.fixture
def owner(session):
    return make_person(session, (Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY), make_agency(session))


@pytest.fixture
def draft(session, owner):
    make_scheme(session)
    application = start_application(session, owner.actor)
    begin_draft_terms(session)
    begin_draft_terms(session)
    return application


def test_a_draft_gets_one_term_which_ends_when_it_is_taken_back(session, owner, draft):
    term = terms(session, draft.id)[K.DRAFT]
    assert term.due_on == clock.today() + timedelta(days=DRAFT_DAYS)
    withdraw_application(session, owner.actor, draft.id)
    session.expire_all()
    assert not terms(session, draft.id)


def test_a_draft_left_lying_is_closed_once_and_the_agency_hears(session, draft, monkeypatch):
    later(monkeypatch, DRAFT_DAYS)
    assert lapse_drafts(session) == 0
    later(monkeypatch, 1)
    assert (lapse_drafts(session), lapse_drafts(session)) == (1, 0)
    assert draft.state is ApplicationState.WITHDRAWN
    session.expire_all()
    assert not terms(session, draft.id)
    assert mails(session, "application_lapsed") == 1


def test_a_draft_that_somebody_works_on_stays(session, owner, draft, monkeypatch):
    later(monkeypatch, 50)
    code = scheme_of_version(draft.scheme_version).requirements[0].code
    save_answer(session, owner.actor, draft.id, code, value="", explanation="Since 2020.")
    later(monkeypatch, DRAFT_DAYS - 49)
    assert lapse_drafts(session) == 0
    session.expire_all()
    answered_on = clock.day_of(session.scalars(select(Answer.answered_at)).one())
    assert terms(session, draft.id)[K.DRAFT].due_on == answered_on + timedelta(days=DRAFT_DAYS)
    assert draft.is_draft


def test_what_was_told_has_terms_that_name_no_agency(session):
    agency, planner = make_agency(session), make_person(session, Role.PLANNER)
    complaint = receive_complaint(
        session, complaint_id=uuid4(), about=Subject.DELAY, message="x", contact="", language="nl"
    )
    receive_signal(session, agency.id, signal_id=uuid4(), about=About.PAY, message="x", contact="", language="nl")
    begin_terms(session)
    begin_terms(session)
    found = terms(session)
    today = clock.today()
    assert {kind: term.due_on for kind, term in found.items()} == {
        K.COMPLAINT_RECEIPT: take_by(today),
        K.COMPLAINT_ANSWER: answer_by(today),
        K.SIGNAL_RECEIPT: take_by(today),
        K.SIGNAL_ANSWER: answer_by(today),
    }
    assert {term.agency_id for term in found.values()} == {None}
    take_up(session, planner.actor, Told.COMPLAINT, complaint, untied=True)
    session.expire_all()
    begin_terms(session)
    left = terms(session, complaint)
    assert {kind: term.owner_id for kind, term in left.items()} == {K.COMPLAINT_ANSWER: planner.id}
    answer(session, planner.actor, Told.COMPLAINT, complaint, verdict=Verdict.FOUNDED, words="We are sorry.")
    session.expire_all()
    begin_terms(session)
    assert not terms(session, complaint)


def test_the_reminders_of_a_complaint_are_those_of_the_day_on_which_it_came(session, monkeypatch):
    complaint = receive_complaint(
        session, complaint_id=uuid4(), about=Subject.DELAY, message="x", contact="", language="nl"
    )
    came_on = clock.today()
    later(monkeypatch, 7)
    begin_terms(session)
    assert {clock.day_of(term.opened_at) for term in terms(session, complaint).values()} == {came_on}


def test_an_invitation_is_repeated_once_and_then_ended(session, monkeypatch):
    administrator = make_person(session, Role.ADMINISTRATOR)
    store_password(session, administrator, "fietsen langs de vliet")
    person = invite_person(
        session, administrator.actor, name="Bo Bos", email="bo@keurwerk.example", language="nl", roles={Role.PLANNER}
    )
    session.flush()
    before = mails(session, "invitation")
    for days, sent, retired in ((6, 0, False), (2, 1, False), (8, 1, False), (20, 1, True), (1, 1, True)):
        later(monkeypatch, days)
        remind_or_close(session)
        session.flush()
        assert (mails(session, "invitation") - before, person.retired_at is not None) == (sent, retired)


@pytest.mark.parametrize(
    ("moment", "hours"),
    [("2026-03-28T23:00Z", 23), ("2026-10-24T22:00Z", 25), ("2026-06-10T10:30Z", 11.5), ("2026-12-31T22:59Z", 1 / 60)],
)
def test_a_day_ends_at_midnight_in_the_netherlands(monkeypatch, moment, hours):
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(moment))
    assert clock.until_midnight() == timedelta(hours=hours)
