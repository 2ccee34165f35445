"""The web server waits for slow clients itself; no thread does. Real sockets, and an application of a few lines."""

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from functools import wraps
from hashlib import sha256
from http.client import HTTPConnection
from io import BytesIO
from types import SimpleNamespace
from wsgiref.validate import validator

import pytest
from werkzeug.exceptions import RequestTimeout

from portal.host import processes
from portal.host.bodies import DEFAULT_LONGEST, IN_MEMORY, Bodies, Body, GoneError, Terms
from portal.host.gateway import environ, run
from portal.host.listening import HOST, open_socket
from portal.settings import ROOT
from portal.sidecar.lanes import BusyError
from portal.stores.files import StorageDownError
from tests.kit.plain_server import ALL_THREADS, LARGE
from tests.kit.waiting import PATIENCE

MANY = 2 * ALL_THREADS
LARGE_SUM = sha256(bytes(range(256)) * (LARGE // 256)).digest()


@pytest.fixture(scope="module")
def port():
    with open_socket(0) as listening:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.kit.plain_server", str(listening.fileno())],
            cwd=ROOT, pass_fds=[listening.fileno()], preexec_fn=processes.starter(),
        )  # fmt: skip
        yield listening.getsockname()[1]
    processes.stop(process)


@pytest.fixture
def connect(port):
    with ExitStack() as stack:
        yield lambda: stack.enter_context(socket.create_connection((HOST, port), timeout=PATIENCE))


def ask(port, path="/", method="GET", **more):
    with closing(HTTPConnection(HOST, port, timeout=PATIENCE)) as connection:
        connection.request(method, path, **more)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def raw(path=b"/", *fields, method=b"GET", body=b""):
    head = [method + b" " + path + b" HTTP/1.1", b"Host: example", b"Connection: close", *fields]
    return b"\r\n".join([*head, b"", body])


def content(connection):
    """The body of the only answer on a connection."""
    return connection.makefile("rb").read().partition(b"\r\n\r\n")[2]


def seen(connection, request):
    """What the application got, of a request as it stands on the wire."""
    connection.sendall(request)
    return json.loads(content(connection))


def test_stalled_senders_hold_no_thread(port, connect):
    stalled = [connect() for _ in range(MANY)]
    request = raw(b"/", b"Content-Length: 100000", method=b"POST", body=b"x" * 50_000)
    for each in stalled:
        each.sendall(request)
    assert [ask(port)[0] for _ in range(ALL_THREADS)] == [200] * ALL_THREADS
    for each in stalled:
        assert seen(each, b"y" * 50_000)["body"] == "x" * 50_000 + "y" * 50_000


@pytest.mark.parametrize("path", ["/pieces", "/file"])
def test_stalled_readers_hold_no_thread(port, connect, path):
    stalled = [connect() for _ in range(MANY)]
    for each in stalled:
        each.sendall(raw(path.encode()))
        each.recv(1)  # the answer has begun
    assert [ask(port)[0] for _ in range(ALL_THREADS)] == [200] * ALL_THREADS
    for each in stalled[:2]:
        assert len(content(each)) >= LARGE


@pytest.mark.parametrize("path", ["/pieces", "/file"])
def test_a_long_answer_is_sent_whole(port, path):
    status, headers, body = ask(port, path)
    assert (status, headers["Content-Type"], sha256(body).digest()) == (200, "text/plain", LARGE_SUM)


def test_the_application_gets_the_request_as_any_wsgi_server_gives_it(connect):
    fields = [b"X-Two: 1", b"x-two: 2", b"Cookie: a=1", b"Cookie: b=2", b"Content-Type: text/x", b"Content-Length: 3"]
    found = seen(connect(), raw(b"/%C3%A9%2F%ff?q=%C3%A9&b", *fields, method=b"POST", body=b"abc"))
    assert found["PATH_INFO"].encode("latin-1").decode() == "/é/\ufffd"
    assert {name: found.get(name) for name in EXPECTED} == EXPECTED


EXPECTED = {
    "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "QUERY_STRING": "q=%C3%A9&b", "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": HOST, "SERVER_NAME": HOST, "CONTENT_TYPE": "text/x", "CONTENT_LENGTH": "3", "HTTP_HOST": "example",
    "HTTP_X_TWO": "1,2", "HTTP_COOKIE": "a=1;b=2", "HTTP_CONTENT_LENGTH": None, "HTTP_CONTENT_TYPE": None,
    "wsgi.url_scheme": "http", "body": "abc", "SECRET_KEY": None, "PATH": None,
}  # fmt: skip


def test_what_is_at_hand_is_sent_as_it_is(port):
    languages = {"Accept-Language": "nl, en;q=0.5"}
    status, headers, body = ask(port, "/kept?a=1", headers=languages)
    assert (status, headers["ETag"], json.loads(body)) == (200, '"kept"', ["/kept", "a=1", "nl, en;q=0.5"])
    assert ask(port, "/kept", headers={"If-None-Match": '"kept"'})[0::2] == (304, b"")


@pytest.mark.parametrize(
    "more",
    [
        {"method": "HEAD"}, {"method": "POST"}, {"headers": {"Cookie": "a=1"}}, {"headers": {"Range": "bytes=0-1"}},
        {"headers": {"Authorization": "Bearer x"}}, {"body": b"abc"}, {"path": "/kept%C3%A9"},
    ],
)  # fmt: skip
def test_what_may_be_of_somebody_reaches_the_application(port, more):
    assert "ETag" not in ask(port, **{"path": "/kept", **more})[1]


def test_a_header_cannot_pass_for_that_of_a_proxy(connect):
    found = seen(connect(), raw(b"/", b"X_Forwarded_For: 192.0.2.1", b"X-Forwarded-For: 192.0.2.2"))
    assert found["HTTP_X_FORWARDED_FOR"] == "192.0.2.2"


def test_a_body_in_pieces_has_a_length(connect):
    found = seen(connect(), raw(b"/", b"Transfer-Encoding: chunked", body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    assert (found["body"], found["CONTENT_LENGTH"], found.get("HTTP_TRANSFER_ENCODING")) == ("abcde", "5", None)


@pytest.mark.parametrize("how", ["declared", "pieces"])
def test_a_body_that_is_too_long_is_told_by_its_length_and_not_kept(connect, how):
    """The application refuses it, in words of its own, and the connection ends."""
    if how == "declared":
        request = raw(b"/", f"Content-Length: {DEFAULT_LONGEST + 1}".encode(), method=b"POST")
    else:
        request = raw(b"/", b"Transfer-Encoding: chunked", method=b"POST", body=f"{DEFAULT_LONGEST + 1:x}\r\n".encode())
        request += b"x" * (DEFAULT_LONGEST + 1)
    found = seen(connect(), request)
    assert (found["body"], int(found["CONTENT_LENGTH"]) > DEFAULT_LONGEST, found["fault"]) == ("", True, "None")


def test_half_a_body_reaches_no_application(connect):
    connection = connect()
    connection.sendall(raw(b"/broken", b"Content-Length: 10", method=b"POST", body=b"abc"))
    connection.shutdown(socket.SHUT_WR)
    assert content(connection) == b""


def test_an_application_that_fails_is_answered_for(port):
    assert ask(port, "/broken")[0] == 500
    assert ask(port)[0] == 200


def test_head_has_the_length_and_no_body(port):
    status, headers, body = ask(port, method="HEAD")
    assert (status, int(headers["Content-Length"]) > 100, body) == (200, True, b"")


# The limits of bodies


class Sent:
    """A sender of these pieces, who then does nothing more, or is done."""

    def __init__(self, *pieces, stalls=False):
        self._pieces, self._stalls = pieces, stalls

    async def __aiter__(self):
        for piece in self._pieces:
            yield piece
        if self._stalls:
            await asyncio.Event().wait()


def in_a_loop(test):
    """Run a test in an event loop."""

    @wraps(test)
    def run(**given):
        asyncio.run(test(**given))

    return run


async def receive(bodies, sender, declared=None):
    """Receive a body and remove it; return what came, or the fault."""
    async with bodies.receive(sender, declared) as body:
        return body.fault or body.file.read()


@pytest.mark.parametrize("pieces", [(), (b"abc",), (b"x" * IN_MEMORY, b"yz")])
@in_a_loop
async def test_a_sender_who_stalls_is_answered_in_the_end(pieces):
    bodies = Bodies(Terms(seconds=0.01, rate=10**9))
    assert isinstance(await receive(bodies, Sent(*pieces, stalls=True), 10**6), RequestTimeout)


@in_a_loop
async def test_a_sender_gets_more_time_for_what_has_come():
    bodies = Bodies(Terms(seconds=0, rate=1))
    task = asyncio.create_task(receive(bodies, Sent(b"x" * 1000, stalls=True), 10**6))
    assert await asyncio.wait([task], timeout=0.1) == (set(), {task})
    task.cancel()


@in_a_loop
async def test_files_of_all_bodies_together_have_a_limit():
    bodies = Bodies(Terms(on_disk=3 * IN_MEMORY))
    large = [b"x" * IN_MEMORY, b"y"]
    async with bodies.receive(Sent(*large), None):
        async with bodies.receive(Sent(*large), None) as second:
            assert second.fault is None
            assert isinstance(await receive(bodies, Sent(*large)), BusyError)
            assert await receive(bodies, Sent(large[0])) == large[0]  # it needs no file
        assert await receive(bodies, Sent(*large)) == b"".join(large)


@in_a_loop
async def test_without_room_for_files_a_sender_is_answered(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    assert isinstance(await receive(Bodies(Terms()), Sent(b"x" * IN_MEMORY, b"y")), StorageDownError)


@in_a_loop
async def test_who_hung_up_is_gone_and_leaves_nothing():
    bodies = Bodies(Terms(on_disk=IN_MEMORY + 1))
    for _ in range(3):
        with pytest.raises(GoneError):
            await receive(bodies, Sent(b"x" * (IN_MEMORY + 1)), IN_MEMORY + 2)


# WSGI


def test_the_environment_and_the_answer_keep_to_wsgi():
    body = Body(BytesIO(b"abc"), 3)
    scope = SimpleNamespace(
        method="POST", path="/é", query_string="", server="[::1]:80", client="[2001:db8::1]:99", http_version="1.1",
        scheme="http", headers={"host": "a"},
    )  # fmt: skip
    given = environ(scope, body)
    assert given["REMOTE_ADDR"] == "2001:db8::1"

    def app(environ, start_response):
        assert environ["wsgi.input"].read(3) == b"abc"
        start_response("201 Created", [("Content-Type", "text/plain")])
        return iter([b"a", b"b"])

    assert run(validator(app), given) == (201, [("Content-Type", "text/plain")], b"ab")


def test_an_answer_is_closed_also_when_it_breaks_off():
    closed = []

    class Answer:
        def __iter__(self):
            yield b"a"
            raise RuntimeError

        def close(self):
            closed.append(True)

    with pytest.raises(RuntimeError):
        run(lambda _, start: (start("200 OK", []), Answer())[1], {})
    assert closed
