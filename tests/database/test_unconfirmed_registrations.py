"""A number or an address that nobody confirmed keeps no agency out; one that somebody confirmed is never taken over."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import NotFoundError, RuleError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.people.models import Person
from audits.people.registration import JUST_INVITED, register_or_remind
from audits.people.services import invite_person, state_group
from portal.doors.account import services
from portal.doors.account.models import MailToken
from portal.doors.account.rules import Purpose
from portal.stores.messages import Delivery, SentMessage
from portal.stores.roles import REGISTER
from tests.kit.factories import make_person
from tests.kit.factories.agencies import DETAILS

REAL = replace(DETAILS, register_number="87654321", legal_name="Echt Werk B.V.")
SQUATTED = replace(REAL, legal_name="Grap B.V.", street="Nergens 1")
PASSWORD = "langs de vliet fietsen"


def register(session, details=REAL, email="echt@x.example"):
    return register_or_remind(session, details=details, owner_name="Noor de Wit", owner_email=email, language="nl")


def owner_of(session, agency):
    return session.scalars(select(Person).where(Person.agency_id == agency.id)).one()


def link_to(session, person):
    """The link of the invitation, as the worker makes it, and its record."""
    token = services.mint_token(session, person.id, Purpose.INVITATION)
    noted = {"subject": "x", "path": "", "sent_at": clock.now(), "state": Delivery.SENT, "code": ""}
    session.add(SentMessage(id=person.id, person_id=person.id, **noted))
    session.flush()
    return token


def take_up(session, token):
    return services.set_password(session, token, Purpose.INVITATION, PASSWORD)


def mails(session):
    return sorted(item.payload["template"] for item in session.scalars(select(OutboxItem)))


def test_the_agency_itself_gets_in_after_somebody_who_took_its_number(session):
    squat = register(session, SQUATTED, "grap@x.example")
    squat_id, link = squat.id, link_to(session, owner_of(session, squat))
    agency = register(session)
    assert agency.id != squat_id
    assert [each.legal_name for each in session.scalars(select(Agency))] == ["Echt Werk B.V."]
    assert [each.email for each in session.scalars(select(Person))] == ["echt@x.example"]
    assert [event.name for event in history(session, squat_id)] == ["agency.register"]  # what happened stays known
    with pytest.raises(NotFoundError, match="no longer works"):
        take_up(session, link)
    owner = take_up(session, link_to(session, owner_of(session, agency)))
    assert (owner.agency_id, services.sign_in(session, owner.email, PASSWORD).person_id) == (agency.id, owner.id)
    with pytest.raises(RuleError, match="registered already"):
        register(session, SQUATTED, "grap@x.example")
    assert mails(session) == ["invitation", "invitation"]  # to whom the number was taken from, nothing is said


def test_a_typing_error_in_an_address_is_mended_by_registering_again(session):
    register(session, email="ehct@x.example")
    agency = register(session)
    assert owner_of(session, agency).email == "echt@x.example"


def test_whose_first_invitation_lay_too_long_begins_anew(session):
    """With a lost link, or a mistyped number."""
    for number in ("87654321", "11112222"):
        agency = register(session, replace(REAL, register_number=number))
        assert agency is not None
        assert register(session, REAL) is None  # the page sent again
        owner_of(session, agency).invited_at -= 2 * JUST_INVITED
        session.flush()
        session.expunge_all()
    assert [each.register_number for each in session.scalars(select(Agency))] == ["11112222"]


def test_who_only_tries_ends_nothing(session):
    """The answer is the same for an address that has an account, and the registration of somebody else stays."""
    known = make_person(session, Role.PLANNER)
    known.invited_at -= 2 * JUST_INVITED
    squat = register(session, SQUATTED, "grap@x.example")
    assert register(session, REAL, known.email) is None
    assert session.scalars(select(Agency.id)).all() == [squat.id]
    assert mails(session) == ["account_known", "invitation"]


def _confirmed(session, agency):
    take_up(session, link_to(session, owner_of(session, agency)))


def _left(session, agency):
    """The first person took the invitation up, invited another, and is gone: their password is forgotten."""
    owner = take_up(session, link_to(session, owner_of(session, agency)))
    roles = {Role.AGENCY_OWNER}
    invite_person(
        session, owner.actor, name="Bo", email="bo@x.example", language="nl", roles=roles, agency_id=agency.id
    )
    session.execute(text("DELETE FROM credential"))


def _noted(session, agency):
    planner = make_person(session, Role.PLANNER)
    state_group(session, planner.actor, agency.id, name="Groep", source="The trade register.")


@pytest.mark.parametrize("relied_on", [_confirmed, _left, _noted])
def test_what_somebody_confirmed_or_relies_on_stays(session, relied_on):
    agency = register(session)
    relied_on(session, agency)
    session.flush()
    before = session.scalars(select(Person.id).order_by(Person.id)).all()
    links = len(session.scalars(select(MailToken.digest)).all())
    for email in ("other@x.example", "another@x.example"):
        with pytest.raises(RuleError, match="registered already") as refusal:
            register(session, SQUATTED, email)
        assert refusal.value.field == "register_number"
    session.execute(text("SELECT end_unconfirmed(NULL, NULL, 'echt@x.example')"))
    assert session.scalars(select(Agency.id)).all() == [agency.id]
    assert session.scalars(select(Person.id).order_by(Person.id)).all() == before
    assert len(session.scalars(select(MailToken.digest)).all()) == links


def test_the_database_keeps_every_agency_that_has_a_case(world):
    """Whoever calls the function: people of this world have no password, so nothing else keeps them."""
    with Session(world.owner) as session:
        cases = "SELECT id, country, register_number FROM agency WHERE id IN (SELECT agency_id FROM application)"
        agencies = session.execute(text(cases)).all()
        for _, country, number in agencies:
            session.execute(text("SELECT end_unconfirmed(:a, :b, NULL)"), {"a": country, "b": number})
        session.execute(text("SELECT end_unconfirmed(NULL, NULL, email::text) FROM person"))
        assert {each.id for each in agencies} <= set(session.scalars(select(Agency.id)))
        assert agencies
        session.rollback()


def test_the_register_alone_may_not_end_a_registration(world):
    with Session(world.engines[REGISTER]) as register_alone, pytest.raises(ProgrammingError, match="permission denied"):
        register_alone.execute(text("SELECT end_unconfirmed('NL', '87654321', NULL)"))


def test_of_registrations_at_once_one_is_left_and_all_get_the_same_answer(real_db):
    """Until one is confirmed, the last one counts."""
    together, answers = threading.Barrier(5), []

    def run(number):
        with Session(real_db) as session, session.begin():
            together.wait()
            answers.append(register(session, REAL, f"a{number}@x.example"))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in answers
    assert len(answers) == 5
    with Session(real_db) as session:
        [agency] = session.scalars(select(Agency))
        assert owner_of(session, agency).email.endswith("@x.example")
        assert len(mails(session)) == 5


def test_who_takes_the_link_up_while_another_registers_keeps_everything_or_loses_it_whole(real_db):
    with Session(real_db) as session, session.begin():
        squat = register(session, SQUATTED, "first@x.example")
        token = link_to(session, owner_of(session, squat))
    with Session(real_db) as taking:
        take_up(taking, token)  # not committed
        refused = []

        def other():
            with Session(real_db) as session:
                try:
                    register(session)
                    session.commit()
                except RuleError as refusal:
                    refused.append(refusal.field)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.2)  # it waits for the one who takes the link up; if not yet, the answer is the same
        taking.commit()
        thread.join()
    with Session(real_db) as session:
        [person] = session.scalars(select(Person))
        assert (refused, person.email) == (["register_number"], "first@x.example")
