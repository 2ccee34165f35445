"""Errors of the open data as problem details (RFC 9457), reporting everything wrong at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import json, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.http import HTTP_STATUS_CODES

from certificates.ledger.entries import moment
from certificates.register.search.query import LONGEST_QUERY
from portal.web.errors import answer

DETAILS = {
    400: "The request is not as the contract asks; see errors.",
    404: "There is nothing at this address.",
    405: "This address can only be read.",
    413: "The list is too long.",
    415: "The list must be application/json, text/plain or text/csv.",
    422: "Something that was asked for was not sent; see errors.",
    429: "There were many requests from this address in a short time. Retry-After says when to come back.",
    503: "The register is not available now. Try again in half a minute.",
}
_RETRY = 30


class InvalidQueryError(Exception):
    """Query parameters are wrong; `errors` maps each to a message."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


def problem(
    status: int,
    message: str | None = None,
    errors: Sequence[dict[str, str]] = (),
    *,
    retry_after: int | None = None,
    as_of: datetime | None = None,
) -> ResponseReturnValue:
    """Return problem details; the `message` of HTML pages is not included. `as_of` is the moment of what is at hand."""
    del message
    known = f" What is at hand without it is as of {moment(as_of)}." if as_of else ""
    body: dict[str, Any] = {
        "type": "about:blank",
        "status": status,
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "detail": DETAILS.get(status, "The request could not be answered.") + known,
        "instance": request.path,
    }
    if errors:
        body["errors"] = list(errors)
    headers = {"Content-Type": "application/problem+json"}
    refusal = request.routing_exception
    if isinstance(refusal, MethodNotAllowed) and refusal.valid_methods:
        headers["Allow"] = ", ".join(sorted(refusal.valid_methods))
    wait = _RETRY if status == 503 else retry_after  # noqa: PLR2004
    if wait is not None:
        headers["Retry-After"] = str(wait)
    return json.dumps(body, ensure_ascii=False), status, headers


def invalid_query(error: InvalidQueryError) -> ResponseReturnValue:
    """Return 400 with every wrong parameter; on a page their names in a sentence."""
    if not request.path.startswith("/api/"):
        if set(error.errors) == {"q"} and len(request.args["q"]) > LONGEST_QUERY:
            words = gettext(
                "The search reads at most %(most)d characters. Type a name or a number alone.", most=LONGEST_QUERY
            )
            return answer(400, words)
        names = ", ".join(sorted(error.errors))
        return answer(400, gettext("The register cannot read this part of the address: %(names)s.", names=names))
    return problem(400, errors=[{"in": "query", "name": name, "detail": why} for name, why in error.errors.items()])
