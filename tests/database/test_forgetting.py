"""What is kept long enough is forgotten, counted, and what stays still verifies; every table has its row."""

import inspect
from datetime import timedelta
from pkgutil import resolve_name
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from audits.applications.events import ApplicationLapsed
from audits.applications.workflow import ApplicationState
from audits.complaints.models import Complaint
from audits.complaints.rules import Subject, Told, Verdict
from audits.complaints.services import answer, receive_complaint, take_up
from audits.core import clock, events, outbox
from audits.core.access import SYSTEM, Role
from audits.core.db import Base
from audits.core.events import Event, EventNote
from audits.core.outbox import OutboxItem
from certificates.ledger.caselog import altered_notes, head_of
from portal.app import DOORS
from portal.doors.account.models import PasswordHash
from portal.doors.account.services import store_password
from portal.stores.retention import KEPT, Forgotten
from portal.stores.roles import WORKER
from portal.work.forgetting import FORGETS, forget
from tests.kit.factories import make_application, make_person

YEAR = timedelta(days=366)


@pytest.fixture
def database_role():
    return WORKER


def later(monkeypatch, time):
    moment = clock.now() + time
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_every_table_has_one_row():
    for door in DOORS:
        __import__(f"portal.doors.{door}.routes")
    named = [table for each in KEPT for table in each.tables]
    ours = {
        table.name
        for mapper in Base.registry.mappers
        if (table := mapper.local_table) is not None
        and mapper.class_.__module__.partition(".")[0] in {"audits", "certificates", "portal"}
    }
    assert sorted(named) == sorted(ours)


def test_every_row_names_a_function_that_forgets():
    for each in KEPT:
        if each.forgets:
            module, _, name = each.forgets.rpartition(".")
            assert inspect.isfunction(resolve_name(f"{module}:{name}"))
    named = {each.code: each.forgets for each in KEPT}
    assert {code: f"{work.__module__}.{work.__name__}" for code, work in FORGETS.items()} == {
        code: named[code] for code in FORGETS
    }


def counts(session):
    session.expire_all()
    return {each.kind: each.rows for each in session.scalars(select(Forgotten))}


def test_nothing_young_is_forgotten_and_looking_is_noted(app, session):
    make_application(session)
    with app.app_context():
        forget(session)
        forget(session)
    assert counts(session) == dict.fromkeys(FORGETS, 0)


def test_words_go_and_the_trail_still_verifies(app, session, monkeypatch):
    states = {"before": ApplicationState.DRAFT, "after": ApplicationState.WITHDRAWN}
    events.record(session, ApplicationLapsed(**states, reason="Said."), subject_id=uuid4(), actor=SYSTEM)
    session.flush()
    last = session.scalars(select(func.max(Event.id))).one()
    head = head_of(session, 1, last)
    later(monkeypatch, 7 * YEAR)
    with app.app_context():
        forget(session)
    session.expire_all()
    assert counts(session)["words"] >= 1
    assert session.scalar(select(func.count()).select_from(EventNote)) == 0
    assert head_of(session, 1, last) == head
    assert not list(altered_notes(session))


def test_a_complaint_goes_two_years_after_its_answer(app, session, monkeypatch):
    planner = make_person(session, Role.PLANNER).actor
    kept, open_one = (
        receive_complaint(
            session, complaint_id=uuid4(), about=Subject.DELAY, message="It hurts", contact="a@b.example", language="nl"
        )
        for _ in range(2)
    )
    take_up(session, planner, Told.COMPLAINT, kept, untied=True)
    answer(session, planner, Told.COMPLAINT, kept, verdict=Verdict.FOUNDED, words="Sorry.")
    take_up(session, planner, Told.COMPLAINT, open_one, untied=True)
    for time, said in ((timedelta(days=700), "It hurts"), (timedelta(days=40), "-")):
        later(monkeypatch, time)
        with app.app_context():
            forget(session)
        session.expire_all()
        assert session.get(Complaint, kept).message == said
    assert session.get(Complaint, kept).contact == ""
    assert session.get(Complaint, open_one).message == "It hurts"
    assert counts(session)["told"] == 1


def test_address_and_password_go_a_year_after_the_account_and_the_name_stays(app, session, monkeypatch):
    person = make_person(session, Role.REVIEWER)
    store_password(session, person, "fietsen langs de vliet")
    name, person.retired_at = person.name, clock.now()
    session.flush()
    later(monkeypatch, YEAR)
    with app.app_context():
        forget(session)
        forget(session)
    session.expire_all()
    assert (person.name, person.email) == (name, f"{person.id}@forgotten.invalid")
    assert session.get(PasswordHash, person.id) is None
    assert counts(session)["accounts"] == 1


def test_done_jobs_go_and_waiting_ones_stay(app, session, monkeypatch):
    for _ in range(2):
        outbox.enqueue(session, "mail", person_id=str(uuid4()), template="reset")
    session.flush()
    done, waiting = session.scalars(select(OutboxItem).order_by(OutboxItem.id)).all()
    done.done_at = clock.now()
    session.flush()
    later(monkeypatch, timedelta(days=31))
    gone, stays = done.id, waiting.id
    with app.app_context():
        forget(session)
    session.expire_all()
    assert set(session.scalars(select(OutboxItem.id))) & {gone, stays} == {stays}
