"""Complaints about us and signals about agencies: who handles them, what is answered, and what is counted."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from audits.complaints.models import Handling
from audits.complaints.queries import complaint_state, get_complaint, list_complaints
from audits.complaints.rules import Subject, Told, Verdict
from audits.complaints.services import answer, receive_complaint, take_up
from audits.core import clock
from audits.core.access import AGENCY_ROLES, GRANTS, Permission, Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.disputes.figures import dispute_figures
from audits.people.models import Interest
from audits.signals.models import Signal
from audits.signals.rules import About
from audits.signals.services import receive_signal
from portal.stores.roles import REGISTER
from tests.kit.factories import make_agency, make_person

SAID = "Nobody called me back."


def complain(session):
    return receive_complaint(
        session, complaint_id=uuid4(), about=Subject.DELAY, message=SAID, contact="", language="nl"
    )


def tell(session, agency):
    receive_signal(session, agency.id, signal_id=uuid4(), about=About.PAY, message="x", contact="", language="nl")
    return session.query(Signal).filter_by(agency_id=agency.id).one().id


@pytest.fixture
def reviewer(session):
    return make_person(session, Role.REVIEWER).actor


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


def test_whoever_complained_reads_how_far_it_is_and_the_answer(session, reviewer):
    complaint_id = complain(session)
    assert complaint_state(session, complaint_id).taken_at is None
    take_up(session, reviewer, Told.COMPLAINT, complaint_id, untied=True)
    assert complaint_state(session, complaint_id).taken_at is not None
    answer(session, reviewer, Told.COMPLAINT, complaint_id, verdict=Verdict.FOUNDED, words="We are sorry.")
    state = complaint_state(session, complaint_id)
    assert (state.verdict, state.answer) == (Verdict.FOUNDED, "We are sorry.")


def test_nobody_reads_it_without_its_number(session):
    with pytest.raises(NotFoundError):
        complaint_state(session, make_agency(session).id)


def test_who_has_a_part_in_it_does_not_take_it_up(session, reviewer):
    complaint_id = complain(session)
    with pytest.raises(RuleError) as refused:
        take_up(session, reviewer, Told.COMPLAINT, complaint_id, untied=False)
    assert refused.value.field == "untied"


def test_only_who_handles_it_answers_and_once(session, reviewer, planner):
    complaint_id = complain(session)
    said = {"verdict": Verdict.UNFOUNDED, "words": "We called twice."}
    with pytest.raises(IllegalMoveError):
        answer(session, reviewer, Told.COMPLAINT, complaint_id, **said)
    take_up(session, reviewer, Told.COMPLAINT, complaint_id, untied=True)
    with pytest.raises(NotAllowedError, match="Take it up first"):
        answer(session, planner.actor, Told.COMPLAINT, complaint_id, **said)
    take_up(session, planner.actor, Told.COMPLAINT, complaint_id, untied=True)  # the other one is away
    answer(session, planner.actor, Told.COMPLAINT, complaint_id, **said)
    with pytest.raises(IllegalMoveError):
        take_up(session, reviewer, Told.COMPLAINT, complaint_id, untied=True)


@pytest.mark.parametrize(
    "role", sorted(role for role in Role if Permission.DISPUTE_HANDLE not in GRANTS[role] and role is not Role.SYSTEM)
)
def test_nobody_else_reads_complaints(session, role):
    complaint_id = complain(session)
    actor = make_person(session, role, make_agency(session) if role in AGENCY_ROLES else None).actor
    with pytest.raises(NotAllowedError):
        get_complaint(session, actor, complaint_id)
    with pytest.raises(NotAllowedError):
        list_complaints(session, actor)


def test_a_signal_is_handled_by_a_planner_without_an_interest(session, planner):
    agency = make_agency(session)
    signal_id = tell(session, agency)
    tied = make_person(session, Role.PLANNER)
    session.add(Interest(person_id=tied.id, agency_id=agency.id, nature="x", declared_at=clock.now()))
    session.flush()
    with pytest.raises(NotFoundError):
        take_up(session, tied.actor, Told.SIGNAL, signal_id, untied=True)
    take_up(session, planner.actor, Told.SIGNAL, signal_id, untied=True)
    answer(session, planner.actor, Told.SIGNAL, signal_id, verdict=Verdict.PARTLY, words="We will look.")
    assert session.get_one(Handling, signal_id).agency_id == agency.id


def test_the_figures_count_each_by_what_became_of_it(session, reviewer):
    first, _ = complain(session), complain(session)
    take_up(session, reviewer, Told.COMPLAINT, first, untied=True)
    answer(session, reviewer, Told.COMPLAINT, first, verdict=Verdict.FOUNDED, words="Sorry.")
    tell(session, make_agency(session))
    found = {each.about: each for each in dispute_figures(session, reviewer)}
    complaints = found["complaint"]
    assert (complaints.received, complaints.open, complaints.upheld, complaints.days) == (2, 1, 1, 0)
    assert (found["signal"].received, found["signal"].open) == (1, 1)


@pytest.mark.parametrize("length", [0, 4001, 100_000])
def test_the_database_keeps_no_other_length(session, length):
    with pytest.raises(DatabaseError), session.begin_nested():
        receive_complaint(
            session, complaint_id=uuid4(), about=Subject.OTHER, message="x" * length, contact="", language="nl"
        )


def test_the_register_adds_one_and_reads_the_answer_and_nothing_else(session):
    with session.begin_nested() as nested:
        session.execute(text(f"SET LOCAL ROLE {REGISTER}"))
        complaint_id = complain(session)
        assert complaint_state(session, complaint_id).answer == ""
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(text("SELECT * FROM complaint"))
        nested.rollback()
