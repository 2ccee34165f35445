"""Software of a hirer is called at each change: signed, to public addresses alone, again for three days."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Reader

from audits.core import clock, outbox
from audits.core.errors import RuleError
from audits.core.outbox import OutboxItem
from certificates.following.models import Webhook, WebhookCall
from certificates.following.rules import CALLS_KEPT, OVERLAP, RETRIES, check_webhook
from certificates.following.services import forget
from certificates.following.webhooks import (
    calls_of,
    clear_calls,
    drop_webhook,
    note_calls,
    renew_secret,
    replay,
    set_webhook,
    webhook_of,
)
from certificates.lifecycle.models import Certificate
from portal.signing.webhooks import secret_of
from portal.stores import outward
from portal.stores.roles import WORKER
from portal.work.handlers import HANDLERS
from tests.conftest import acting_as
from tests.database.test_following import log
from tests.kit.factories.certificates import make_certificate
from tests.kit.following import followed_list

ELSEWHERE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
    "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "2002:0a00:0001::1", "64:ff9b::a00:1", "2001:0:0a00::1",
]  # fmt: skip


class Receiver(HTTPServer):
    """Software of a hirer on this machine: keeps what it got, answers what it is told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.got, self.status, self.headers = [], 204, {}
        self.url = f"http://127.0.0.1:{self.server_port}/hook?key=1"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answering(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def certificate(session):
    return make_certificate(session)


@pytest.fixture
def hooked(session, certificate, receiver):
    """A list with a webhook on this machine."""
    follow_id = followed_list(session, certificate.agency)
    set_webhook(session, follow_id, receiver.url, plain=True)
    session.commit()
    return follow_id


@pytest.fixture
def work(app, session, make_session):
    """Look for changes as the worker does, and make the calls that are due."""

    def work():
        with app.app_context(), acting_as(WORKER, make_session)() as worker:
            note_calls(worker)
            worker.commit()
            waiting = select(OutboxItem.id).where(OutboxItem.kind == "webhook.call", OutboxItem.done_at.is_(None))
            for item in worker.scalars(waiting).all():
                assert outbox.deliver(worker, item, HANDLERS)
                worker.commit()
        session.expire_all()

    return work


@dataclass
class Case:
    """A list with a webhook, its receiver, and what a worker does."""

    session: Session
    certificate: Certificate
    follow_id: UUID
    receiver: Receiver
    work: Callable[[], None]

    def change(self, status="suspended"):
        """Log a change, and work."""
        log(self.session, self.certificate, status)
        self.work()


@pytest.fixture
def case(session, certificate, hooked, receiver, work):
    return Case(session, certificate, hooked, receiver, work)


@pytest.fixture
def later(monkeypatch):
    moved = [timedelta()]
    real = clock.now

    def later(by):
        moved[0] += by
        monkeypatch.setattr(clock, "now", lambda: real() + moved[0])

    return later


def reads(app, session, follow_id, got, generation=None):
    """What the official library says of a call."""
    webhook = session.get_one(Webhook, follow_id)
    with app.app_context():
        secret = secret_of(webhook.id, generation or webhook.generation)
    _path, headers, body = got
    return Reader(secret).verify(body, {name.lower(): value for name, value in headers.items()})


def test_the_official_library_believes_a_call_that_is_a_cloud_event(app, case):
    log(case.session, case.certificate)
    log(case.session, make_certificate(case.session))  # nobody follows it
    case.work()
    [got] = case.receiver.got
    event = reads(app, case.session, case.follow_id, got)
    assert (got[0], got[1]["Content-Type"]) == ("/hook?key=1", "application/cloudevents+json")
    assert {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"} == set(event)
    assert (event["specversion"], event["id"]) == ("1.0", got[1]["webhook-id"])
    assert event["data"]["certificateNumber"] == case.certificate.number
    assert event["data"]["status"] == "suspended"
    [call] = calls_of(case.session, case.follow_id)
    assert (call.outcome, call.due_at, str(call.id)) == ("204", None, event["id"])


def test_the_library_does_not_believe_a_changed_body(app, case):
    case.change()
    path, headers, body = case.receiver.got[0]
    with pytest.raises(Exception, match="signature"):
        reads(app, case.session, case.follow_id, (path, headers, body.replace(b"suspended", b"certified")))


def test_each_change_is_called_once(case):
    case.change()
    case.work()
    case.change("certified")
    assert [json.loads(body)["data"]["status"] for _, _, body in case.receiver.got] == ["suspended", "certified"]


def test_what_fails_is_called_again_for_three_days_under_the_same_id(case, later):
    case.receiver.status = 500
    case.change()
    for pause in RETRIES:
        case.work()  # not yet
        later(pause)
        case.work()
    assert len(case.receiver.got) == len(RETRIES) + 1
    assert len({headers["webhook-id"] for _, headers, _ in case.receiver.got}) == 1
    assert timedelta(days=2, hours=23) < sum(RETRIES, timedelta()) < timedelta(days=3, hours=1)
    later(timedelta(days=9))
    case.work()
    assert len(case.receiver.got) == len(RETRIES) + 1
    [call] = calls_of(case.session, case.follow_id)
    assert (call.outcome, call.due_at, call.arrived_at) == ("500", None, None)
    case.receiver.status = 200
    replay(case.session, case.follow_id, call.id)
    case.session.commit()
    case.work()
    assert calls_of(case.session, case.follow_id)[0].arrived_at


def test_nobody_sends_the_calls_of_somebody_else_again(case):
    case.change()
    other = followed_list(case.session, case.certificate.agency, address="x@y.example")
    replay(case.session, other, calls_of(case.session, case.follow_id)[0].id)
    case.session.commit()
    case.work()
    assert len(case.receiver.got) == 1
    assert calls_of(case.session, other) == []


def test_both_secrets_count_for_a_day(app, case, later):
    renew_secret(case.session, case.follow_id)
    case.session.commit()
    case.change()
    for generation in (1, 2):
        assert reads(app, case.session, case.follow_id, case.receiver.got[0], generation)
    later(OVERLAP)
    case.change("certified")
    signatures = case.receiver.got[1][1]["webhook-signature"].split()
    assert len(signatures) == 1
    assert all(each.startswith("v1,") for each in signatures)


def test_a_redirect_is_not_followed(case):
    case.receiver.status, case.receiver.headers = 307, {"Location": case.receiver.url}
    case.change()
    assert len(case.receiver.got) == 1
    [call] = calls_of(case.session, case.follow_id)
    assert (call.outcome, call.due_at is None) == ("307", False)


def test_a_receiver_that_is_gone_fails_no_job(case):
    case.receiver.shutdown()
    case.receiver.server_close()
    case.change()
    assert calls_of(case.session, case.follow_id)[0].outcome == "not reached"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_private_address_is_called_whatever_its_name_says(monkeypatch, address):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("93.184.216.34", 443)),
                                                                 (0, 0, 0, "", (address, 443))])  # fmt: skip
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was called"))
    with pytest.raises(outward.CallError, match="private address"):
        outward.post("https://hirer.example/", b"", {})


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    asked = []

    def connect(address, timeout):
        asked.append((address, timeout))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("93.184.216.34", 443))])
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(outward.CallError, match="not reached"):
        outward.post("https://hirer.example/", b"", {})
    assert asked == [(("93.184.216.34", 443), outward.SECONDS)]


def test_nothing_is_sent_in_the_clear(receiver):
    with pytest.raises(outward.CallError, match="not https"):
        outward.post(receiver.url, b"", {})
    assert receiver.got == []


@pytest.mark.parametrize(
    "url", ["http://x.example/", "https://", "ftp://x.example", "https://a:b@x.example/", "https://x.example/ a",
            "https://x.example/\r\nX: y", "https://[x", "https://x.example:0/", "https://x.example/#a", "x" * 600, ""]
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(RuleError):
        check_webhook(url)
    assert check_webhook("https://x.example:8443/a?b=c") == "https://x.example:8443/a?b=c"


@pytest.mark.parametrize(
    "host",
    ["10.0.0.7", "127.0.0.1:8443", "[::1]", "[fe80::1]", "localhost", "intranet", "nas.local.", "169.254.169.254"],
)
def test_an_address_inside_a_private_network_is_refused_when_it_is_typed(host):
    with pytest.raises(RuleError, match="private network"):
        check_webhook(f"https://{host}/hook")
    assert check_webhook("https://93.184.216.34/hook")


def test_only_a_confirmed_list_has_a_webhook_and_it_ends_with_the_list(case):
    log(case.session, case.certificate)
    forget(case.session, case.follow_id)
    case.session.commit()
    case.work()
    assert case.receiver.got == []
    set_webhook(case.session, case.follow_id, "https://x.example/")
    assert webhook_of(case.session, case.follow_id) is None


def test_a_webhook_is_dropped_and_calls_are_forgotten(case, later):
    case.change()
    later(CALLS_KEPT + timedelta(seconds=1))
    clear_calls(case.session)
    assert case.session.scalars(select(WebhookCall)).all() == []
    drop_webhook(case.session, case.follow_id)
    assert webhook_of(case.session, case.follow_id) is None
