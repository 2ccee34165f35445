"""Remarks on single questions: who writes them, when the agency reads them, what deals with one, and their term."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.applications import queries, services
from audits.applications.models import QuestionRemark
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.deadlines.models import Deadline
from audits.deadlines.rules import RETURNED_WORKING_DAYS, DeadlineKind
from tests.kit.applying import FILE, answer, submit
from tests.kit.factories import answer_all, make_agency, make_person
from tests.kit.queued import enqueued
from tests.kit.world_of_agencies import add_interest

CODES = ("GOV-01", "GOV-02", "REC-01")


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


@pytest.fixture
def application(session, draft, signatory):
    answer_all(session, draft, signatory)
    return submit(session, signatory.actor, draft)


@pytest.fixture
def returned(session, application, planner):
    for code in CODES:
        services.remark_on(session, planner.actor, application.id, code, text=f"Show {code}.")
    return services.return_application(session, planner.actor, application.id, reason="Three questions.")


def open_term(session, application):
    query = select(Deadline).where(Deadline.kind == DeadlineKind.RETURNED, Deadline.subject_id == application.id)
    return session.scalar(query.where(Deadline.done_at.is_(None)))


def test_a_remark_is_kept_changed_and_taken_back_and_goes_with_the_application(session, application, planner):
    act = planner.actor
    for text in ("First.", "Show the policy.", "", "Show the policy of this year."):
        services.remark_on(session, act, application.id, "GOV-01", text=text)
    services.remark_on(session, act, application.id, "GOV-02", text="Not this.")
    services.remark_on(session, act, application.id, "GOV-02", text="  ")
    assert len(session.scalars(select(QuestionRemark)).all()) == 2
    assert queries.remarks_sent(session, application) == {}
    services.return_application(session, act, application.id, reason="One question.")
    sent = queries.remarks_sent(session, application)
    assert {code: each.text for code, each in sent.items()} == {"GOV-01": "Show the policy of this year."}
    assert sent["GOV-01"].agency_id == application.agency_id


def test_the_agency_has_a_last_day_which_ends_when_it_submits_again(session, application, planner, signatory):
    services.return_application(session, planner.actor, application.id, reason="Say more.")
    term = open_term(session, application)
    day = add_working_days(clock.today(), RETURNED_WORKING_DAYS)
    assert (term.due_on, term.owner_role, term.agency_id) == (day, Role.AGENCY_OWNER, application.agency_id)
    [mail] = enqueued(session, "mail.agency", "application_returned")
    assert (mail["day"], mail["reason"]) == (day.isoformat(), "Say more.")
    submit(session, signatory.actor, application)
    session.flush()
    assert open_term(session, application) is None


def test_the_office_chooses_the_day(session, application, planner):
    for day in (clock.today(), clock.today() + timedelta(days=93)):
        with pytest.raises(RuleError) as refusal, session.begin_nested():
            services.return_application(session, planner.actor, application.id, reason="x", due_on=day)
        assert refusal.value.field == "due_on"
        session.expire_all()
    services.return_application(
        session, planner.actor, application.id, reason="x", due_on=clock.today() + timedelta(days=3)
    )
    assert open_term(session, application).due_on == clock.today() + timedelta(days=3)


def test_a_withdrawal_ends_the_term(session, returned, signatory):
    services.withdraw_application(session, signatory.actor, returned.id)
    assert open_term(session, returned) is None


def test_every_question_that_came_back_asks_for_an_answer_a_file_or_a_reply(session, returned, signatory):
    act = signatory.actor
    with pytest.raises(RuleError, match="GOV-01, GOV-02, REC-01"), session.begin_nested():
        submit(session, act, returned)
    session.expire_all()
    answer(session, act, returned, "GOV-01", value="conform", explanation="In chapter 2.")
    services.add_evidence(session, act, returned.id, "GOV-02", FILE)
    with pytest.raises(RuleError) as refusal, session.begin_nested():
        submit(session, act, returned)
    assert refusal.value.params["codes"] == "REC-01"
    session.expire_all()
    services.reply_to_remarks(session, act, returned.id, {"REC-01": "We recruit in the Netherlands alone."})
    submit(session, act, returned)
    session.flush()
    newest, before = queries.last_two_submissions(session, returned.id)
    assert queries.remarks_on(session, newest) == {}
    kept = queries.remarks_on(session, before)
    assert [(each.text, each.reply) for each in kept.values()] == [
        ("Show GOV-01.", ""),
        ("Show GOV-02.", ""),
        ("Show REC-01.", "We recruit in the Netherlands alone."),
    ]


def test_the_same_answer_once_more_deals_with_nothing_and_a_reply_can_be_taken_back(session, returned, signatory):
    for code in CODES[:2]:
        answer(session, signatory.actor, returned, code)  # conform, as it was
    for text in ("Because.", ""):
        services.reply_to_remarks(session, signatory.actor, returned.id, {"REC-01": text, "GOV-99": "x"})
    with pytest.raises(RuleError, match="GOV-01, GOV-02, REC-01"):
        submit(session, signatory.actor, returned)


def test_nobody_writes_at_the_wrong_moment_or_in_the_place_of_another(session, application, planner, signatory):
    tied = make_person(session, Role.PLANNER)
    add_interest(session, tied.id, application.agency_id)
    stranger = make_person(session, Role.AGENCY_OWNER, make_agency(session))

    def remark(person, code="GOV-01", text="x"):
        services.remark_on(session, person.actor, application.id, code, text=text)

    for person in (tied, signatory, make_person(session, Role.DECIDER), make_person(session, Role.INSPECTOR)):
        with pytest.raises(NotAllowedError):
            remark(person)
    with pytest.raises(NotFoundError):
        remark(planner, "GOV-99")
    with pytest.raises(RuleError, match="BSN"):
        remark(planner, text="Take 123456782 out.")
    with pytest.raises(IllegalMoveError):
        services.reply_to_remarks(session, signatory.actor, application.id, {"GOV-01": "x"})
    services.return_application(session, planner.actor, application.id, reason="x")
    with pytest.raises(IllegalMoveError):
        remark(planner)
    with pytest.raises(NotFoundError):
        services.reply_to_remarks(session, stranger.actor, application.id, {"GOV-01": "x"})
    with pytest.raises(NotAllowedError):
        services.reply_to_remarks(session, planner.actor, application.id, {"GOV-01": "x"})
