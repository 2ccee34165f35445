"""Run a WSGI application behind an event loop, which alone waits for slow clients.

A thread gets a request when all of it has arrived, and is free again when the answer is complete: a long one is sent
from a file by the server. A client that takes nothing for a while is cut off by the kernel (`portal.host.listening`).
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import UnsupportedOperation
from tempfile import TemporaryFile
from typing import Any
from wsgiref.types import WSGIApplication
from wsgiref.util import FileWrapper

from granian._granian import RSGIHTTPProtocol, RSGIProtocolClosed
from granian.rsgi import Scope

from portal.host.bodies import Bodies, Body, GoneError, Terms
from portal.web.requests import FAULT

IN_MEMORY = 256 * 1024  # bytes of an answer; a longer one is in a file
# The server opens the file of an answer by itself, a moment after it is named, and does not say when.
HOLD_SECONDS = 60

_COMMON = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
    "wsgi.file_wrapper": FileWrapper,
}
_NOT_HTTP = {"content-type": "CONTENT_TYPE", "content-length": "", "transfer-encoding": ""}

log = logging.getLogger(__name__)


class Gateway:
    """An RSGI application made of a WSGI application and threads to run it in."""

    def __init__(self, application: WSGIApplication, terms: Terms, threads: int) -> None:
        self._application = application
        self._at_hand: AtHand | None = getattr(application, "at_hand", None)
        self._bodies = Bodies(terms)
        self._thread_count = threads
        self._threads: ThreadPoolExecutor

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin in the process of a worker."""
        self._threads = ThreadPoolExecutor(self._thread_count, "request")

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """End; the server has waited for requests."""
        self._threads.shutdown(wait=False)

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        """Send an answer that is at hand; else receive a request, have it answered in a thread, and send the answer."""
        loop = asyncio.get_running_loop()
        with suppress(RSGIProtocolClosed, GoneError):
            if self._at_hand and (found := _kept(scope, self._at_hand)):
                protocol.response_bytes(*found)
                return
            async with self._bodies.receive(protocol, _declared(scope)) as body:
                file = await loop.run_in_executor(self._threads, self._answer, environ(scope, body), protocol)
            if file is not None:
                loop.call_later(HOLD_SECONDS, os.close, file)

    def _answer(self, given: dict[str, Any], protocol: RSGIHTTPProtocol) -> int | None:
        """Run the application and send what it answers; return the file that is being sent, if it is one."""
        try:
            status, headers, content = run(self._application, given)
        except Exception:
            log.exception("the application failed")
            status, headers, content = 500, [], b""
        if isinstance(content, bytes):
            protocol.response_bytes(status, headers, content)
            return None
        protocol.response_file(status, headers, f"/proc/self/fd/{content}")
        return content


Headers = list[tuple[str, str]]
AtHand = Callable[[tuple[str, str, str], str | None], tuple[int, Headers, bytes] | None]
# A request with one of these is of somebody, or has a body.
_OWN = frozenset({"cookie", "authorization", "range", "content-length", "transfer-encoding"})


def _kept(scope: Scope, at_hand: AtHand) -> tuple[int, Headers, bytes] | None:
    """Return the answer to a GET without any of somebody's own headers, if the application has it at hand."""
    path, query = scope.path, scope.query_string
    if scope.method != "GET" or not path.isascii() or not query.isascii():
        return None
    languages: list[str] = []
    for name, value in scope.headers.items():
        if name in _OWN:
            return None
        if name == "accept-language":
            languages.append(value)
    return at_hand((path, query, ",".join(languages)), scope.headers.get("if-none-match"))


def run(application: WSGIApplication, given: dict[str, Any]) -> tuple[int, Headers, bytes | int]:
    """Return status, headers and content of an answer; a long content as a file descriptor."""
    begun: list[tuple[int, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, _: Any = None, /) -> Callable[[bytes], object]:
        begun[:] = [(int(status[:3]), headers)]
        return written.append

    result = application(given, start_response)
    try:
        content = _content(result, written)
    finally:
        if close := getattr(result, "close", None):
            close()
    return *begun[0], content


def environ(scope: Scope, body: Body) -> dict[str, Any]:
    """Return the WSGI environment of a request."""
    server, _, port = scope.server.rpartition(":")
    found: dict[str, Any] = _COMMON | {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _latin(scope.path),  # with its percent signs resolved
        "QUERY_STRING": _latin(scope.query_string),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(body.length),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body.file,
        FAULT: body.fault,
    }
    for name, value in scope.headers.items():
        # Beside X-Forwarded-For, which proxies set, X_Forwarded_For would be the same key.
        key = _NOT_HTTP.get(name, "" if "_" in name else f"HTTP_{name.upper().replace('-', '_')}")
        if key:
            joint = ";" if key == "HTTP_COOKIE" else ","
            found[key] = f"{found[key]}{joint}{value}" if key in found else value
    return found


def _content(result: Iterable[bytes], written: list[bytes]) -> bytes | int:
    if isinstance(result, FileWrapper) and (whole := _whole_file(result)) is not None:
        return whole
    pieces = iter(result)
    size = 0
    for piece in pieces:
        written.append(piece)
        size += len(piece)
        if size > IN_MEMORY:
            break
    else:
        return b"".join(written)
    with TemporaryFile() as file:
        file.writelines(written)
        file.writelines(pieces)
        file.flush()
        return os.dup(file.fileno())


def _whole_file(wrapper: FileWrapper) -> int | None:
    """Return a descriptor of the file on disk that is sent from its beginning, if it is one."""
    file: Any = wrapper.filelike
    try:
        return os.dup(file.fileno()) if file.tell() == 0 else None
    except (AttributeError, UnsupportedOperation):
        return None


def _declared(scope: Scope) -> int | None:
    """Return the length that a request declares, 0 if it has no body, or None if it comes in pieces."""
    if "transfer-encoding" in scope.headers:
        return None
    return int(scope.headers.get("content-length", 0))


def _latin(text: str) -> str:
    return text.encode().decode("latin-1")
