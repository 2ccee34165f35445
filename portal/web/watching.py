"""Watch every request: give it an id, write one line about it, and note refusals in the security log.

The line names the route and the ids in the address, never the address itself: paths hold tokens, queries what people
typed. An id from the header `X-Request-Id` counts only behind a trusted proxy.
"""

import logging
import re
from functools import lru_cache
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from audits.core.access import ActorKind
from portal.settings import Settings, current_settings
from portal.sight import logs
from portal.sight.meters import Meters, meters
from portal.web import security_log
from portal.web.security_log import Kind, signed_in_person

HEADER = "X-Request-Id"
QUIET = frozenset({"healthz", "readyz", "metrics", "static"})  # asked all day long; logged only when they fail

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_REFUSALS = {403: Kind.REFUSED, 429: Kind.THROTTLED}
_FAILED = 500

log = logging.getLogger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Begin before all other parts, and end after them: call this first."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(lambda _: logs.end())
    app.log_exception = _log_exception  # type: ignore[method-assign]  # Flask's own writes the path
    security_log.init_app(app, settings)


def note_quick(route: str, seconds: float) -> None:
    """Count an answer to nobody in particular that was made beside Flask, and write its line."""
    logs.begin(request_id=uuid4().hex)
    counter, histogram = _meters_of(meters(), route, 2)
    counter.inc()
    histogram.observe(seconds)
    facts = {"method": "GET", "route": route, "status": 200, "ms": round(seconds * 1000, 1)}
    log.info("request", extra=facts | {"actor_kind": ActorKind.ANONYMOUS.value})
    logs.end()


def _begin() -> None:
    g.began = perf_counter()
    g.request_id = _request_id()
    logs.begin(request_id=g.request_id)


def _end(response: Response) -> Response:
    seconds = perf_counter() - g.began
    _count(response, seconds)
    _note_refusal(response)
    quiet = request.endpoint in QUIET and response.status_code < _FAILED
    log.log(logging.DEBUG if quiet else logging.INFO, "request", extra=_facts(response, seconds))
    return response


def _count(response: Response, seconds: float) -> None:
    route = request.url_rule.rule if request.url_rule else "none"
    counter, histogram = _meters_of(meters(), route, response.status_code // 100)
    counter.inc()
    histogram.observe(seconds)


@lru_cache(maxsize=1024)
def _meters_of(of: Meters, route: str, status: int) -> tuple[Counter, Histogram]:
    return of.requests.labels(route, f"{status}xx"), of.durations.labels(route)


def _facts(response: Response, seconds: float) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "actor_kind": (ActorKind.PERSON if signed_in_person() else ActorKind.ANONYMOUS).value,
    }
    return facts | ({"item": items} if (items := _items()) else {})


def _items() -> dict[str, str]:
    """Return the ids in the address. Texts may be secrets or typed by anybody; people are not named at all."""
    values = request.view_args or {}
    return {name: str(value) for name, value in values.items() if isinstance(value, UUID) and name != "person_id"}


def _note_refusal(response: Response) -> None:
    kind = Kind.FORGED_FORM if g.get("forged_form") else _REFUSALS.get(response.status_code)
    if kind and not g.get("noted"):
        security_log.note(kind, detail=request.endpoint)


def _request_id() -> str:
    given = request.headers.get(HEADER, "") if current_settings().proxies else ""
    return given if _ID.fullmatch(given) else uuid4().hex


def _log_exception(exc_info: Any) -> None:
    log.error("unhandled exception", exc_info=exc_info)
