"""Sessions, links and passwords in the database."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import NotFoundError, RuleError
from audits.core.outbox import OutboxItem
from audits.people.services import invite_person, retire_person
from portal.doors.account import services
from portal.doors.account.models import LoginSession, MailToken, PasswordHash
from portal.doors.account.rules import (
    IDLE,
    LIFETIME,
    TOKEN_LIFETIME,
    Purpose,
)
from tests.kit.browser import PASSWORD
from tests.kit.factories.people import give_password, make_person

OTHER = "zeven lange zinnen later"


@pytest.fixture
def person(session):
    return give_password(session, make_person(session, Role.PLANNER))


@pytest.fixture
def later(monkeypatch):
    real = clock.now

    def travel(by):
        monkeypatch.setattr(clock, "now", lambda: real() + by)

    return travel


def test_the_right_password_opens_a_session_of_which_only_the_digest_is_kept(session, person):
    signed_in = services.sign_in(session, f" {person.email.upper()} ", PASSWORD)
    session.flush()
    found = services.find_session(session, signed_in.token)
    assert found.actor == person.actor
    stored = session.execute(text("SELECT login_session::text FROM login_session")).scalars().all()
    assert not any(signed_in.token in row for row in stored)
    assert services.find_session(session, "guess") is None


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + "x", PASSWORD.upper(), "x" * 100_000, "nul\0"])
def test_a_wrong_password_opens_nothing(session, person, password):
    with pytest.raises(RuleError) as refusal:
        services.sign_in(session, person.email, password)
    assert refusal.value.message == "The e-mail address or the password is not right."


def test_unknown_invited_and_retired_people_hear_the_same_and_cost_the_same(session, person, monkeypatch):
    administrator = make_person(session, Role.ADMINISTRATOR)
    invited = make_person(session, Role.PLANNER)
    retired = give_password(session, make_person(session, Role.PLANNER))
    retire_person(session, administrator.actor, retired.id)
    session.flush()
    looked, real = [], services._matches
    monkeypatch.setattr(services, "_matches", lambda kept, typed: looked.append(kept) or real(kept, typed))
    refusals = set()
    for email in ("nobody@example.nl", invited.email, retired.email, "nul\0@example.nl", person.email):
        with pytest.raises(RuleError) as refusal:
            services.sign_in(session, email, PASSWORD if email != person.email else "wrong")
        refusals.add((refusal.value.message, refusal.value.field))
    assert len(refusals) == 1
    assert [kept.split("$")[1:4] for kept in looked] == [looked[0].split("$")[1:4]] * 5


def test_passwords_are_hashed_as_owasp_asks(strong_hasher):
    assert strong_hasher.memory_cost >= 19 * 1024
    assert strong_hasher.time_cost >= 2
    assert strong_hasher.hash(PASSWORD).startswith("$argon2id$")


def test_an_old_kind_of_hash_is_renewed_when_its_owner_comes(session, person, strong_hasher, monkeypatch):
    credential = session.get_one(PasswordHash, person.id)
    weak = services.HASHER
    monkeypatch.setattr(services, "HASHER", strong_hasher)
    credential.password_hash = weak.hash(PASSWORD)
    services.sign_in(session, person.email, PASSWORD)
    assert not services.HASHER.check_needs_rehash(credential.password_hash)


def test_a_session_ends_when_idle_when_old_and_when_told(session, person, later):
    token = services.open_session(session, person).token
    session.flush()
    later(IDLE - timedelta(seconds=1))
    assert services.find_session(session, token)
    later(IDLE)
    assert services.find_session(session, token) is None
    row = session.get_one(LoginSession, services.digest_of(token))
    row.seen_at += LIFETIME
    session.flush()
    later(LIFETIME - timedelta(seconds=1))
    assert services.find_session(session, token)
    later(LIFETIME)
    assert services.find_session(session, token) is None
    later(timedelta(0))
    services.sign_out(session, row.digest)
    assert services.find_session(session, token) is None


def test_retiring_ends_every_session_and_coming_back_revives_none(session, person):
    administrator = make_person(session, Role.ADMINISTRATOR)
    token = services.open_session(session, person).token
    retire_person(session, administrator.actor, person.id)
    session.flush()
    assert services.find_session(session, token) is None
    invite_person(
        session, administrator.actor, name=person.name, email=person.email, language="nl", roles=[Role.PLANNER]
    )
    session.flush()
    assert services.find_session(session, token) is None
    assert services.find_session(session, services.open_session(session, person).token) is not None


def test_one_statement_finds_the_session_with_person_and_roles(session, person, engine):
    token = services.open_session(session, person).token
    session.flush()
    session.expunge_all()
    statements = []
    listener = lambda *args: statements.append(args[2])  # noqa: E731
    from sqlalchemy import event

    event.listen(engine, "before_cursor_execute", listener)
    found = services.find_session(session, token)
    assert found.actor.roles == {Role.PLANNER}
    event.remove(engine, "before_cursor_execute", listener)
    assert len(statements) == 1


def test_a_new_password_ends_all_sessions_and_links_but_the_browser_in_hand(session, person):
    here, there = services.open_session(session, person).token, services.open_session(session, person).token
    link = services.mint_token(session, person.id, Purpose.RESET)
    session.flush()
    keep = services.digest_of(here)
    with pytest.raises(RuleError) as refusal:
        services.change_password(session, person.id, current="wrong", password=OTHER, keep=keep)
    assert refusal.value.field == "current"
    services.change_password(session, person.id, current=PASSWORD, password=OTHER, keep=keep)
    session.flush()
    assert services.find_session(session, here)
    assert services.find_session(session, there) is None
    with pytest.raises(NotFoundError):
        services.holder_of(session, link, Purpose.RESET)
    assert services.sign_in(session, person.email, OTHER)


def test_a_link_works_once_for_its_purpose_and_for_its_time(session, person, later):
    token = services.mint_token(session, person.id, Purpose.RESET)
    session.flush()
    for wrong, purpose in ((token, Purpose.INVITATION), (token + "x", Purpose.RESET)):
        with pytest.raises(NotFoundError):
            services.set_password(session, wrong, purpose, OTHER)
    later(TOKEN_LIFETIME[Purpose.RESET])
    with pytest.raises(NotFoundError):
        services.set_password(session, token, Purpose.RESET, OTHER)
    later(timedelta(0))
    with pytest.raises(RuleError):
        services.set_password(session, token, Purpose.RESET, "te kort")
    assert services.set_password(session, token, Purpose.RESET, OTHER) == person
    with pytest.raises(NotFoundError):
        services.set_password(session, token, Purpose.RESET, PASSWORD)
    assert services.sign_in(session, person.email, OTHER)


def test_a_link_for_somebody_who_left_opens_nothing(session, person):
    token = services.mint_token(session, person.id, Purpose.INVITATION)
    retire_person(session, make_person(session, Role.ADMINISTRATOR).actor, person.id)
    session.flush()
    with pytest.raises(NotFoundError):
        services.set_password(session, token, Purpose.INVITATION, OTHER)


def test_two_browsers_with_one_link_set_one_password(real_db):
    with Session(real_db) as setup:
        token = services.mint_token(setup, make_person(setup, Role.PLANNER).id, Purpose.INVITATION)
        setup.commit()
    together, gone = threading.Barrier(4), []

    def use(password):
        with Session(real_db) as session:
            services.holder_of(session, token, Purpose.INVITATION)
            together.wait()
            try:
                services.set_password(session, token, Purpose.INVITATION, password)
                session.commit()
            except NotFoundError as refusal:
                gone.append(refusal)

    threads = [threading.Thread(target=use, args=(f"{OTHER} {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with Session(real_db) as session:
        assert len(gone) == 3
        assert session.scalar(select(func.count()).select_from(PasswordHash)) == 1


def test_asking_for_a_link_leaves_the_same_trace_for_known_and_unknown(session, person):
    services.request_reset(session, person.email)
    services.request_reset(session, "nobody@example.nl")
    session.flush()
    first, second = session.scalars(select(OutboxItem.payload).order_by(OutboxItem.created_at)).all()
    assert first == {"template": "reset", "person_id": str(person.id)}
    assert second.keys() == first.keys()
    assert "nobody" not in str(second)
    assert session.scalar(select(func.count()).select_from(MailToken)) == 0


def test_the_nightly_clean_up_removes_only_what_has_expired(session, person, later):
    token = services.open_session(session, person).token
    services.mint_token(session, person.id, Purpose.INVITATION)
    session.flush()
    services.clear_out(session)
    assert services.find_session(session, token)
    assert session.scalar(select(func.count()).select_from(MailToken)) == 1
    later(timedelta(days=8))
    services.clear_out(session)
    assert session.scalar(select(func.count()).select_from(MailToken)) == 0
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
