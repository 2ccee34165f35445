"""Whether a message arrived: refused by the server, or come back to the mailbox; and notices in the portal."""

import smtplib
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.core import clock, outbox
from audits.core.access import Role
from audits.core.outbox import OutboxItem
from portal.stores.messages import Delivery, SentMessage, count_unread, mark_read, notices_of, undelivered
from portal.stores.roles import WORKER
from portal.work import mail
from portal.work.bounces import MOST_BYTES, bounce_in, read_bounces
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.people import make_person


@pytest.fixture
def database_role():
    return WORKER


@pytest.fixture
def person(session):
    return make_person(session, Role.AGENCY_OWNER, make_agency(session))


@pytest.fixture
def sent(app, session, person):
    """Deliver a message; return its row."""

    def sent(template="application_submitted", **values):
        outbox.enqueue(session, "mail", template=template, person_id=str(person.id), reference="A-1", **values)
        session.flush()
        item = session.scalars(select(OutboxItem).where(OutboxItem.done_at.is_(None))).one()
        with app.app_context():
            outbox.deliver(session, item.id, {"mail": mail.deliver})
        session.flush()
        session.expire_all()
        return session.get_one(SentMessage, item.id)

    return sent


def test_a_message_is_noted_with_its_page_and_without_secrets(sent):
    assert (sent().state, sent().path) == (Delivery.SENT, "/agency/")
    assert sent("reset").path == ""


@pytest.mark.parametrize(("answer", "code"), [(b"5.1.1 no such user here", "5.1.1"), (b"go away", "550")])
def test_an_address_that_is_refused_for_good_is_not_tried_again(session, person, sent, answer, code):
    with patch.object(mail, "send", side_effect=smtplib.SMTPRecipientsRefused({person.email: (550, answer)})):
        row = sent()
    assert (row.state, row.code) == (Delivery.REFUSED, code)
    assert [each.email for each in undelivered(session, person.agency_id)] == [person.email]
    assert not undelivered(session, None)


def test_an_address_that_is_refused_for_now_is_tried_again(sent, person):
    refusal = smtplib.SMTPRecipientsRefused({person.email: (451, b"later")})
    with patch.object(mail, "send", side_effect=refusal), pytest.raises(smtplib.SMTPRecipientsRefused):
        sent()


def report(message_id, *, action="failed", status="5.1.1", whole=True):
    """Return a report as mail servers write it (RFC 3464)."""
    back = "message/rfc822" if whole else "text/rfc822-headers"
    return f"""From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="==x"

--==x
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you.

--==x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; a@b.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--==x
Content-Type: {back}

Message-ID: <{message_id}@127.0.0.1>
Subject: Hello

--==x--
""".encode()


@pytest.fixture
def mailbox(app, tmp_path, monkeypatch):
    (tmp_path / "bounces" / "new").mkdir(parents=True)
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], bounces=tmp_path / "bounces"))
    return tmp_path / "bounces"


def read(app, session):
    with app.app_context():
        count = read_bounces(session)
    session.expire_all()
    return count


@pytest.mark.parametrize("whole", [True, False])
def test_a_message_that_comes_back_is_noted_and_the_report_removed(app, session, sent, mailbox, whole):
    row = sent()
    (mailbox / "new" / "1").write_bytes(report(row.id, whole=whole))
    assert read(app, session) == 1
    assert (row.state, row.code) == (Delivery.BOUNCED, "5.1.1")
    assert not list((mailbox / "new").iterdir())
    assert read(app, session) == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: hello\n\nA letter by hand.\n",
        report(uuid4(), action="delayed", status="4.4.1"),
        report(uuid4(), status="broken"),
        report("x" * 36),
        b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\n\n" * 1000,
    ],
)
def test_what_is_no_report_of_a_failure_says_nothing(raw):
    assert bounce_in(raw) is None


def test_what_is_not_ours_or_too_long_is_kept_for_a_person(app, session, sent, mailbox):
    row = sent()
    (mailbox / "new" / "1").write_bytes(report(uuid4()))
    (mailbox / "new" / "2").write_bytes(report(row.id) + b"x" * MOST_BYTES)
    assert read(app, session) == 0
    assert row.state is Delivery.SENT
    assert len(list((mailbox / "cur").iterdir())) == 2


def test_without_a_mailbox_nothing_is_read(app, session):
    assert read(app, session) == 0


def test_notices_are_unread_until_they_are_seen(session, person, sent, monkeypatch):
    first = sent()
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    second = sent()
    assert [each.id for each in notices_of(session, person.id)] == [second.id, first.id]
    assert count_unread(session, person.id) == 2
    mark_read(session, person.id)
    assert count_unread(session, person.id) == 0


def test_who_chose_one_message_a_day_gets_it_in_the_morning_and_a_secret_at_once(session, person, sent, app):
    person.daily_mail = True
    with patch.object(mail, "send") as sending:
        held = [sent(), sent("decision_taken")]
        assert {each.state for each in held} == {Delivery.HELD}
        assert sent("reset").state is Delivery.SENT
        assert sending.call_count == 1
    assert count_unread(session, person.id) == 3
    assert undelivered(session, person.agency_id) == []
    before = held[0].sent_at
    assert [mail.send_daily(session, moment) for moment in (before, clock.now(), clock.now())] == [0, 1, 0]
    item = session.scalars(select(OutboxItem).where(OutboxItem.done_at.is_(None))).one()
    assert item.payload["subjects"] == [each.subject for each in held]
    with patch.object(mail, "send") as sending, app.app_context():
        outbox.deliver(session, item.id, {"mail": mail.deliver})
    written = sending.call_args.args[1]
    assert written["Subject"] == "2 messages of the past day"
    assert held[0].subject in written.get_body(("plain",)).get_content()
    session.flush()
    session.expire_all()
    assert {each.state for each in held} == {Delivery.SENT}
