"""`python -m tests.kit.plain_server SOCKET`: the web server with a small application that needs no database."""

import json
import socket
import sys
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from wsgiref.types import StartResponse, WSGIEnvironment

from portal.host.server import THREADS, WORKERS, serve

ALL_THREADS = WORKERS * THREADS
LARGE = 32 * 1024 * 1024
"""More bytes than a connection keeps on its way."""

_PIECE = bytes(range(256)) * 256


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with what came, with many pieces, or with a file."""
    path = environ["PATH_INFO"]
    if path == "/pieces":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return _pieces()
    if path == "/file":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(LARGE))])
        file = TemporaryFile()  # noqa: SIM115  # the wrapper closes it
        file.writelines(_pieces())
        file.seek(0)
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file)
        return wrapped
    if path == "/broken":
        raise RuntimeError("on purpose")
    given = {name: value for name, value in environ.items() if isinstance(value, str)}
    content = environ["wsgi.input"].read().decode("latin-1")
    body = json.dumps(given | {"body": content, "fault": repr(environ.get("keurwerk.fault"))}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def at_hand(key: tuple[str, str, str], if_none_match: str | None) -> tuple[int, list[tuple[str, str]], bytes] | None:
    """Have one answer at hand, which tells the key."""
    if key[0] != "/kept":
        return None
    return (304, [], b"") if if_none_match == '"kept"' else (200, [("ETag", '"kept"')], json.dumps(key).encode())


def _pieces() -> Iterator[bytes]:
    for _ in range(LARGE // len(_PIECE)):
        yield _PIECE


app.at_hand = at_hand  # type: ignore[attr-defined]

if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), "a plain application", app)
