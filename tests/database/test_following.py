"""Who follows agencies is told once of each change, in the way that was asked for, and is forgotten on request."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import undefer

from audits.core import clock, outbox
from audits.core.errors import NotFoundError, RuleError
from audits.core.outbox import OutboxItem
from certificates.following import services
from certificates.following.models import Follow, Followed
from certificates.following.queries import Why, follow_state, match_lines
from certificates.following.rules import CONFIRM_WITHIN, MOST_FOLLOWED, MOST_UNCONFIRMED, digest_is_due
from certificates.ledger.entries import EntryType, certificate_entry
from certificates.ledger.services import append
from certificates.lifecycle.workflow import CertificateState
from certificates.register import changes
from portal.signing.private_links import Purpose, subject_of, token_of
from portal.stores.roles import REGISTER, WORKER
from portal.work import following, mail
from portal.work.handlers import HANDLERS
from tests.conftest import acting_as
from tests.kit.factories import make_agency
from tests.kit.factories.certificates import make_certificate
from tests.kit.following import ADDRESS, followed_list

NAME = "Van der Meulen & Zonen Uitzend B.V."


@pytest.fixture
def certificate(session):
    return make_certificate(session, agency=make_agency(session, legal_name=NAME))


@pytest.fixture
def send(app, make_session):
    """Deliver what waits, as the worker; return the messages."""

    def send():
        with app.app_context(), acting_as(WORKER, make_session)() as session:
            waiting = select(OutboxItem.id).where(OutboxItem.kind == "follow.mail", OutboxItem.done_at.is_(None))
            items = session.scalars(waiting.order_by(OutboxItem.created_at)).all()
            for item in items:
                outbox.deliver(session, item, HANDLERS)
            session.commit()
            folder = Path(app.extensions["settings"].mail_url.removeprefix("file://"))
            paths = [path for item in items if (path := folder / f"{item}.eml").exists()]
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]

    return send


@pytest.fixture
def work(make_session):
    """Run a periodic task as the worker."""

    def work(task, *values):
        with acting_as(WORKER, make_session)() as session:
            done = task(session, *values)
            session.commit()
        return done

    return work


def log(session, certificate, status="suspended"):
    until = certificate.valid_until
    said = {"status": status, "at": clock.now(), "valid_from": certificate.valid_from, "valid_until": until}
    append(session, certificate_entry(EntryType.SUSPENDED, certificate.number, **said))
    session.commit()


def forgotten(session):
    return [session.scalar(select(func.count()).select_from(table)) for table in (Follow, Followed)] == [0, 0]


def test_the_address_is_asked_first_and_told_nothing_before(session, certificate, send, work):
    services.follow(
        session, follow_id=uuid4(), address=ADDRESS, language="nl", daily=False, public_ids=public_ids(certificate)
    )
    session.commit()
    [message] = send()
    assert (message["To"], NAME in message.get_content()) == (ADDRESS, True)
    log(session, certificate)
    assert work(services.note_changes) == 0
    assert send() == []


def public_ids(*certificates):
    return [f"nl-{each.agency.register_number}" for each in certificates]


def test_each_change_is_told_once_with_a_way_out_for_mail_programs(app, session, certificate, send, work):
    follow_id = followed_list(session, certificate.agency)
    session.commit()
    send()
    log(session, certificate)
    log(session, make_certificate(session))  # of somebody else
    assert work(services.note_changes) == 1
    [message] = send()
    assert message["Subject"] == f"{NAME}: Suspended"
    assert message.get_content().count(certificate.number) == 1
    base = app.extensions["settings"].public_url
    with app.app_context():
        assert message["List-Unsubscribe"] == f"<{base}/follow/{token_of(Purpose.FOLLOW, follow_id)}/stop>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert work(services.note_changes) == 0
    assert send() == []


def test_two_changes_before_a_message_goes_out_are_in_one(session, certificate, send, work):
    followed_list(session, certificate.agency)
    session.commit()
    send()
    for status in ("suspended", "certified"):
        log(session, certificate, status)
        work(services.note_changes)
    [message] = send()
    assert message["Subject"] == "2 changes of agencies that you follow"


def test_no_agencies_have_no_news(session, certificate):
    log(session, certificate)
    assert [each.number for each in changes.newest(session, None)] == [certificate.number]
    assert changes.newest(session, []) == []


def test_what_happened_before_the_yes_is_not_told(session, certificate, send, work):
    log(session, certificate)
    followed_list(session, certificate.agency)
    session.commit()
    work(services.note_changes)
    assert send() == []


def test_the_message_of_the_day_comes_once_a_day_with_all_that_changed(session, certificate, send, work):
    followed_list(session, certificate.agency, daily=True)
    session.commit()
    today = clock.today()
    assert work(services.send_digests, today) == 1
    assert send() == []  # nothing changed
    log(session, certificate)
    log(session, certificate, "certified")
    assert work(services.note_changes) == 0
    assert work(services.send_digests, today) == 0
    assert work(services.send_digests, today + timedelta(days=1)) == 1
    assert send()[0].get_content().count(certificate.number) == 2


def test_messages_of_the_day_wait_for_the_morning():
    night = datetime(2027, 3, 1, 6, 59, tzinfo=UTC)
    assert [digest_is_due(night), digest_is_due(night + timedelta(minutes=1))] == [False, True]


def test_whoever_stops_is_forgotten_and_gets_nothing_more(session, certificate, send, work):
    follow_id = followed_list(session, certificate.agency)
    log(session, certificate)
    work(services.note_changes)
    services.forget(session, follow_id)
    session.commit()
    assert forgotten(session)
    assert send() == []
    with pytest.raises(NotFoundError):
        follow_state(session, follow_id)
    services.forget(session, follow_id)


def test_who_does_not_say_yes_is_forgotten(session, certificate, work, monkeypatch):
    services.follow(
        session, follow_id=uuid4(), address=ADDRESS, language="nl", daily=False, public_ids=public_ids(certificate)
    )
    session.commit()
    work(services.clear_unconfirmed)
    assert not forgotten(session)
    now = clock.now() + CONFIRM_WITHIN + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: now)
    work(services.clear_unconfirmed)
    assert forgotten(session)


def test_nobody_fills_the_mailbox_of_somebody_else(session, certificate, send):
    for spelled in (ADDRESS, ADDRESS.upper()) * MOST_UNCONFIRMED:
        services.follow(
            session, follow_id=uuid4(), address=spelled, language="nl", daily=False, public_ids=public_ids(certificate)
        )
    session.commit()
    assert len(send()) == MOST_UNCONFIRMED


def test_an_address_that_is_none_is_refused(session, certificate):
    with pytest.raises(RuleError):
        services.follow(
            session, follow_id=uuid4(), address="x", language="nl", daily=False, public_ids=public_ids(certificate)
        )


def test_the_list_changes_and_agencies_are_left_out(session, certificate):
    other = make_certificate(session)
    follow_id = followed_list(session, certificate.agency, other.agency)
    services.change(session, follow_id, daily=True, keep=public_ids(other))
    state = follow_state(session, follow_id)
    assert (state.daily, list(state.public_ids)) == (True, public_ids(other))


def test_the_register_alone_keeps_and_forgets_a_list(session, make_session, certificate):
    session.commit()
    with acting_as(REGISTER, make_session)() as register:
        services.follow(
            register, follow_id=uuid4(), address=ADDRESS, language="nl", daily=False, public_ids=public_ids(certificate)
        )
        register.commit()
    follow_id = session.scalars(select(Follow.id)).one()
    with acting_as(REGISTER, make_session)() as register:
        services.confirm(register, follow_id)
        assert follow_state(register, follow_id).confirmed_at
        services.forget(register, follow_id)
        register.commit()
    session.expire_all()
    assert forgotten(session)


def test_a_server_that_refuses_does_not_bring_the_address_into_the_log(app, session, certificate, monkeypatch):
    def refuse(_settings, message):
        raise OSError(f"no such mailbox: {message['To']}")

    monkeypatch.setattr(mail, "send", refuse)
    services.follow(
        session, follow_id=uuid4(), address=ADDRESS, language="nl", daily=False, public_ids=public_ids(certificate)
    )
    follow_id = session.scalars(select(Follow.id)).one()
    with app.app_context(), pytest.raises(mail.UnsentError) as refused:
        following.deliver(session, {"follow_id": str(follow_id), "item_id": "x"})
    assert (str(refused.value), refused.value.__suppress_context__) == ("OSError", True)


def test_neither_jobs_nor_events_name_who_follows_what(session, certificate):
    services.follow(
        session, follow_id=uuid4(), address=ADDRESS, language="nl", daily=False, public_ids=public_ids(certificate)
    )
    follow_id = session.scalars(select(Follow.id)).one()
    [item] = session.scalars(select(OutboxItem).where(OutboxItem.kind == "follow.mail"))
    assert item.payload == {"follow_id": str(follow_id)}
    assert session.scalars(select(Follow).options(undefer(Follow.address))).one().address == ADDRESS


def test_a_link_for_one_purpose_is_none_for_another(app, session, certificate):
    follow_id = followed_list(session, certificate.agency)
    with app.app_context():
        token = token_of(Purpose.FEED, follow_id)
        assert subject_of(Purpose.FEED, token) == follow_id
        for wrong in (token, token[:-1], f"{token[:-1]}!", "", "é" * 48, token.swapcase()):
            with pytest.raises(NotFoundError):
                subject_of(Purpose.FOLLOW, wrong)


def test_every_line_of_a_list_is_explained(session, certificate):
    one, other = (make_agency(session, legal_name="Zwaluw Flex B.V.") for _ in range(2))
    for agency in (one, other):
        make_certificate(session, agency=agency)
    suspended = make_certificate(session, CertificateState.SUSPENDED)
    lines = [
        suspended.number,
        certificate.agency.register_number,
        "van der meulen en zonen",
        "Van der Meulem & Zonen Uitzend",
        "Zwaluw Flex",
        "Nobody Knows This",
        "",
        "99999999",
    ]
    found = match_lines(session, lines, clock.today())
    assert [(each.why, len(each.entries), each.is_sure) for each in found] == [
        (Why.NUMBER, 1, True),
        (Why.NUMBER, 1, True),
        (Why.NAME, 1, True),
        (Why.WORDS, 1, False),
        (Why.NAME, 2, False),
        (Why.NOTHING, 0, False),
        (Why.NOTHING, 0, False),
    ]


def test_a_list_of_numbers_takes_one_statement_whatever_its_length(session, certificate):
    made = [make_certificate(session).agency.register_number for _ in range(9)]
    seen = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    match_lines(session, made, clock.today())
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ([], "at least one"),
        ([f"{each} bv" for each in range(201)], "names"),
        ([str(10_000_000 + each) for each in range(1001)], "lines"),
    ],
)
def test_a_list_that_is_empty_or_too_long_is_refused(session, lines, word):
    with pytest.raises(RuleError, match=word):
        match_lines(session, lines, clock.today())


def test_a_list_has_an_end(session):
    with pytest.raises(RuleError, match="at most"):
        services.follow(
            session,
            follow_id=uuid4(),
            address=ADDRESS,
            language="nl",
            daily=False,
            public_ids=["x"] * (MOST_FOLLOWED + 1),
        )
