"""Keep the public pages of anonymous visitors in memory, in front of Flask, while nothing in the register changes.

A page is kept under the position of the register that was known before it was made. The position is asked anew four
times a second; when it has moved, or another day has begun, nothing that was kept before is shown.

The position is a time, and a transaction that wrote at an earlier time may be committed later, which moves nothing.
While one could be running a page is shown no longer than its header allows to shared caches, and then made anew; a page
that was made after all of them had ended holds for as long as the position does.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from portal.sight.meters import meters
from portal.web.requests import FAULT

MOST_BYTES = 24 * 1024 * 1024
LARGEST_PAGE = 256 * 1024
LONGEST_KEY = 512
ASK_SECONDS = 0.25
SHARED_SECONDS = 30
"""How long shared caches may show a page without asking; see `portal.doors.registry.caching`."""

_PATHS = ("/register", "/api/v1/agencies", "/api/v1/certificates/", "/api/v1/changes", "/changes.atom")
_OWN = frozenset({"date", "x-request-id"})  # of one response
_OF_SOMEBODY = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE", FAULT)
_OF_A_BODY = frozenset({"content-length", "content-type"})
_SAME = 304
_OVERHEAD = 2048  # bytes of headers, keys and objects

Headers = list[tuple[str, str]]
Key = tuple[str, str, str]
Answer = tuple[int, Headers, bytes]
Held = tuple[tuple[Any, ...], date]


@dataclass(frozen=True, slots=True)
class Position:
    """What changes with the register, and which transactions run: the oldest, and the next that will begin."""

    value: tuple[Any, ...]
    oldest: int
    next: int


@dataclass(frozen=True, slots=True)
class Page:
    """A response as it was sent, until when it may be shown, and its ETag."""

    headers: Headers
    body: bytes
    until: float
    etag: str


class PageCache:
    """WSGI middleware. `position` returns what changes with the register, or None when nobody can tell."""

    def __init__(
        self,
        app: WSGIApplication,
        position: Callable[[], Position | None],
        day: Callable[[], date],
        *,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._ask, self._day, self._clock, self._most = app, position, day, clock, most_bytes
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._bytes = 0
        self._position: Held | None = None
        self._asked = self._moved = float("-inf")
        self._settles_with: int | None = None  # the transaction before which all must have ended
        self._settled = False
        self._lock, self._asking = threading.Lock(), threading.Lock()
        self._hits = meters().requests.labels("page_cache", "2xx")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or ask the application and keep its answer if everybody may see it."""
        key = _key(environ)
        position = self._now_at() if key else None
        if key is None or position is None:
            return self._app(environ, start_response)
        page = self._kept(key)
        if page is None:
            return self._fetch(key, position, environ, start_response)
        code, headers, body = _answer(page, environ.get("HTTP_IF_NONE_MATCH"))
        start_response("304 NOT MODIFIED" if code == _SAME else "200 OK", headers)
        return [body] if body else []

    def at_hand(self, key: Key, if_none_match: str | None) -> Answer | None:
        """Return what was kept, for a server that asks before it hands on a GET of nobody in particular.

        It never waits: when the position is to be asked anew the request goes the long way, and does that.
        """
        if not key[0].startswith(_PATHS) or self._clock() - self._asked >= ASK_SECONDS:
            return None
        page = self._kept(key)
        return _answer(page, if_none_match) if page else None

    def known(self) -> Held | None:
        """Return the position of a moment ago; None if it was asked before that, or nobody can tell."""
        return self._position if self._clock() - self._asked < ASK_SECONDS else None

    def _kept(self, key: Key) -> Page | None:
        page = self._pages.get(key)
        if page is None or page.until < self._clock():
            return None
        self._hits.inc()
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
        return page

    def _now_at(self) -> Held | None:
        """Return the position, asked a moment ago at most; forget all pages when it has moved."""
        if self._clock() - self._asked >= ASK_SECONDS and self._asking.acquire(blocking=self._position is None):
            try:
                found = self._ask()
                now = (found.value, self._day()) if found is not None else None
                if now != self._position:
                    self._forget(now)
                elif found is not None and not self._settled:
                    self._settle(found)
                self._asked = self._clock()
            finally:
                self._asking.release()
        return self._position

    def _settle(self, found: Position) -> None:
        """Note when all transactions have ended that may have written before the position moved."""
        if self._clock() - self._moved < SHARED_SECONDS:  # one may have taken its time, and not yet begun to write
            return
        if self._settles_with is None:
            self._settles_with = found.next
        self._settled = found.oldest >= self._settles_with

    def _forget(self, position: Held | None) -> None:
        with self._lock:
            self._pages.clear()
            self._bytes, self._position = 0, position
            self._moved, self._settles_with, self._settled = self._clock(), None, False

    def _fetch(
        self, key: Key, position: Held, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        seen: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            seen[:] = [(status, headers)]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        result = self._app(environ, start)
        if not seen or not may_be_kept(*seen[0]):
            return result
        try:
            body = b"".join(result)
        finally:
            close = getattr(result, "close", None)
            if close:
                close()
        if len(body) <= LARGEST_PAGE:
            self._keep(key, position, seen[0][1], body)
        return [body]

    def _keep(self, key: Key, position: Held, headers: Headers, body: bytes) -> None:
        kept = [each for each in headers if each[0].lower() not in _OWN]
        etag = next((value for name, value in kept if name.lower() == "etag"), "")
        until = float("inf") if self._settled else self._clock() + SHARED_SECONDS
        page = Page(kept, body, until, etag)
        with self._lock:
            if position != self._position:  # it moved while the page was made
                return
            old = self._pages.pop(key, None)
            self._bytes += len(body) + _OVERHEAD - (len(old.body) + _OVERHEAD if old else 0)
            self._pages[key] = page
            while self._bytes > self._most:
                _, first = self._pages.popitem(last=False)
                self._bytes -= len(first.body) + _OVERHEAD


def _key(environ: WSGIEnvironment) -> Key | None:
    """Return what tells pages apart; None for a request whose answer is not for everybody, or not kept."""
    path = environ.get("PATH_INFO", "")
    if environ["REQUEST_METHOD"] != "GET" or not path.startswith(_PATHS):
        return None
    if any(environ.get(name) for name in _OF_SOMEBODY):
        return None
    key = (path, environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    return key if sum(map(len, key)) <= LONGEST_KEY else None


def _answer(page: Page, if_none_match: str | None) -> Answer:
    if if_none_match == page.etag:
        return _SAME, [each for each in page.headers if each[0].lower() not in _OF_A_BODY], b""
    return 200, page.headers, page.body


def may_be_kept(status: str, headers: Headers) -> bool:
    """Return whether a response is for everybody, and depends on nothing but the key."""
    said = {name.lower(): value for name, value in headers}
    vary = {each.strip().lower() for each in said.get("vary", "").split(",") if each.strip()}
    return (
        status.startswith("200")
        and "public" in said.get("cache-control", "")
        and "set-cookie" not in said
        and vary <= {"accept-language"}
    )
