"""The baseline: a bare WSGI function that returns stored bytes, so that only the cost of the server remains."""

import os
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

BODIES = {path.name: path.read_bytes() for path in Path(os.environ["BARE_BODIES"]).iterdir()}  # noqa: TID251


def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Return the bytes of the path."""
    body = BODIES[environ["PATH_INFO"].strip("/")]
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
