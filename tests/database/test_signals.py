"""Signals about agencies: what is kept, and who reads it."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, InvalidRequestError

from audits.core import clock
from audits.core.access import AGENCY_ROLES, Role
from audits.core.db import broken_constraint
from audits.core.errors import NotAllowedError, NotFoundError
from audits.people.models import Interest
from audits.signals.models import Signal
from audits.signals.queries import PAGE_SIZE, get_signal, list_signals
from audits.signals.rules import About, reference
from audits.signals.services import receive_signal
from portal.stores.roles import APP, REGISTER
from tests.database.test_confidential import everything_read_by
from tests.kit.factories import make_agency, make_person

SAID = "They keep our passports in the safe."


def tell(session, agency, message=SAID, contact=""):
    return receive_signal(
        session, agency.id, signal_id=uuid4(), about=About.PAPERS, message=message, contact=contact, language="pl"
    )


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


@pytest.fixture
def agency(session):
    agency = make_agency(session)
    session.flush()
    return agency


def test_what_was_told_is_read_as_it_was_told(session, planner, agency):
    number = tell(session, agency, contact="06 12345678")
    (listed,) = list_signals(session, planner.actor)
    assert (listed.reference, listed.about, listed.language) == (number, About.PAPERS, "pl")
    assert number == reference(listed.id)
    with pytest.raises(InvalidRequestError, match="raiseload"):
        _ = listed.message
    session.expunge_all()
    read = get_signal(session, planner.actor, listed.id)
    assert (read.message, read.contact, read.agency_id) == (SAID, "06 12345678", agency.id)


def test_the_newest_comes_first_and_a_page_ends(session, planner, agency):
    for number in range(PAGE_SIZE + 2):
        tell(session, agency, f"{number}")
    first, second = (list_signals(session, planner.actor, page) for page in (1, 2))
    assert (len(first), len(second)) == (PAGE_SIZE + 1, 2)
    times = [each.received_at for each in [*first[:-1], *second]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PLANNER, Role.SYSTEM}))
def test_nobody_else_reads_them(session, agency, role):
    tell(session, agency)
    person = make_person(session, role, agency if role in AGENCY_ROLES else None)
    with pytest.raises(NotAllowedError):
        list_signals(session, person.actor)


def test_who_has_an_interest_in_the_agency_does_not_know_of_them(session, planner, agency):
    tell(session, agency)
    (signal,) = list_signals(session, planner.actor)
    interest = Interest(person_id=planner.id, agency_id=agency.id, nature="brother", declared_at=clock.now())
    session.add(interest)
    session.flush()
    assert list_signals(session, planner.actor) == []
    with pytest.raises(NotFoundError):
        get_signal(session, planner.actor, signal.id)


def test_the_agency_reads_no_row_of_it_anywhere(session, agency):
    number = tell(session, agency)
    rows = everything_read_by(session, agency.id)
    assert rows["signal"] == ""
    assert [table for table, text_of in rows.items() if SAID in text_of or number[2:].lower() in text_of] == []


def test_the_register_adds_one_and_reads_none(session, agency):
    session.execute(text(f"SET LOCAL ROLE {REGISTER}"))
    tell(session, agency)
    with pytest.raises(DatabaseError, match="permission denied"):
        session.execute(text("SELECT message FROM signal"))


@pytest.mark.parametrize("statement", ["UPDATE signal SET message = 'x'", "DELETE FROM signal", "TRUNCATE signal"])
def test_even_the_owner_of_the_table_changes_none(session, agency, statement):
    tell(session, agency)
    with pytest.raises(DatabaseError) as refused:
        session.execute(text(statement))
    assert refused.value.orig.sqlstate == "23000"


@pytest.mark.parametrize(("message", "contact", "wall"), [
    ("", "", "ck_signal_message"), ("x" * 4001, "", "ck_signal_message"), ("x", "y" * 201, "ck_signal_contact"),
])  # fmt: skip
def test_the_database_refuses_what_no_form_sends(session, agency, message, contact, wall):
    with pytest.raises(DatabaseError) as refused:
        tell(session, agency, message, contact)
    assert broken_constraint(refused.value) == wall


def test_the_web_reads_one_only_as_somebody_who_may(session, planner, agency):
    tell(session, agency)
    person = make_person(session, Role.DECIDER)
    session.flush()
    seen = []
    for who in (planner, person):
        session.execute(text("SELECT become(:id, NULL, 'cases')"), {"id": who.id})
        session.execute(text(f"SET LOCAL ROLE {APP}"))
        seen.append(session.query(Signal.id).count())
        session.execute(text("RESET ROLE"))
    assert seen == [1, 0]
