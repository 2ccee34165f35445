"""Answer what is asked most without what Flask does for a page of any kind: WSGI middleware behind the kept pages.

Of how Flask answers an address without its last part, in the languages that a browser asks for, the headers and the
language are remembered. The next of its kind is made by a function that returns the same bytes as the view, or None for
all that is not quite usual; then Flask is asked.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import generate_etag, quote_etag

from audits.core.errors import DomainError
from portal.language.i18n import LANGUAGE
from portal.web import watching
from portal.web.page_cache import Headers, may_be_kept
from portal.web.requests import FAULT, Application

QUICK = "quick"
"""Where an application keeps its makers by the begin of the path, as /register for /register/nl-12345678."""
_MOST = 256  # ways to ask; who sends yet another is answered by Flask
_NAME = re.compile("[a-z0-9-]+")
_QUERY = re.compile(f"(?:{LANGUAGE}=[a-z]{{2}})?")
_OF_SOMEBODY = (
    "HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE",
    "SCRIPT_NAME", FAULT,
)  # fmt: skip
_OF_ONE = frozenset({"etag", "content-length", "date", "x-request-id"})
_FAILURES = (SQLAlchemyError, DomainError)  # Flask has words for them


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the body for a name, a language and the language in the address, if any; `route` is that of the view."""

    route: str
    make: Callable[[str, str, str | None], bytes | None]


@dataclass(frozen=True, slots=True)
class Manner:
    """How Flask answered: in this language, with these headers."""

    language: str
    headers: Headers


class QuickAnswers:
    """The middleware."""

    def __init__(self, app: Application, inner: WSGIApplication) -> None:
        self._app, self._inner = app, inner
        self._makers: Mapping[str, Maker] = app.extensions.get(QUICK, {})
        self._manners: dict[tuple[str, str, str], Manner] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer at once, or ask Flask."""
        place, _, name = environ.get("PATH_INFO", "").rpartition("/")
        maker, query = self._makers.get(place), environ.get("QUERY_STRING", "")
        if maker is None or not _is_usual(environ, name, query):
            return self._inner(environ, start_response)
        key = place, query, environ.get("HTTP_ACCEPT_LANGUAGE", "")
        manner = self._manners.get(key)
        if manner is None:
            return self._inner(environ, self._noting(key, start_response))
        body = self._made(maker, name, manner.language, query)
        if body is None:
            return self._inner(environ, start_response)
        own = [("Content-Length", str(len(body))), ("ETag", quote_etag(generate_etag(body)))]
        start_response("200 OK", [*manner.headers, *own])
        return [body]

    def _made(self, maker: Maker, name: str, language: str, query: str) -> bytes | None:
        begin = perf_counter()
        try:
            with self._app.app_context():
                body = maker.make(name, language, query.partition("=")[2] or None)
                if body is not None:
                    watching.note_quick(maker.route, perf_counter() - begin)
                return body
        except _FAILURES:
            return None

    def _noting(self, key: tuple[str, str, str], start_response: StartResponse) -> StartResponse:
        """Return what starts the response, and notes how Flask does it."""

        def start(status: str, headers: Headers, exc_info: Any = None, /) -> Callable[[bytes], object]:
            if may_be_kept(status, headers) and len(self._manners) < _MOST:
                language = next((value for name, value in headers if name.lower() == "content-language"), "")
                kept = [each for each in headers if each[0].lower() not in _OF_ONE]
                self._manners[key] = Manner(language, kept)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return start


def _is_usual(environ: WSGIEnvironment, name: str, query: str) -> bool:
    return (
        environ["REQUEST_METHOD"] == "GET"
        and _NAME.fullmatch(name) is not None
        and _QUERY.fullmatch(query) is not None
        and not any(map(environ.get, _OF_SOMEBODY))
    )
