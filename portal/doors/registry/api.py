"""The open data API, after the API Design Rules of the Dutch government."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from audits.core import clock
from certificates.addresses import API
from certificates.lifecycle.rules import LISTED, Status
from certificates.register import queries
from certificates.register.search.query import LONGEST_QUERY, PAGE_SIZE
from portal.doors.registry.caching import API_SECONDS
from portal.doors.registry.contract import contract, version
from portal.doors.registry.facts import (
    agency_facts,
    certificate_facts,
    history_facts,
)
from portal.doors.registry.problems import InvalidQueryError
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import public
from portal.web.security import open_to_pages, public_for

LARGEST_PAGE = 100
DEEPEST_PAGE = 100_000


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module; `openapi.json` lists the same."""
    bp.get(f"{API}/agencies")(agencies)
    bp.get(f"{API}/agencies/<public_id>")(agency)
    bp.get(f"{API}/agencies/<public_id>/history")(agency_history)
    bp.get(f"{API}/certificates/<number>")(api_certificate)
    bp.get(f"{API}/openapi.json")(openapi)


@public
def agencies() -> ResponseReturnValue:
    """Return a page of the agencies that match the query."""
    asked = _query(
        {"q": _text, "status": _status, "page": _number(1, DEEPEST_PAGE), "pageSize": _number(1, LARGEST_PAGE)}
    )
    page, size, today = asked.get("page", 1), asked.get("pageSize", PAGE_SIZE), clock.today()
    found = queries.search(
        database.read(), asked.get("q", ""), day=today, status=asked.get("status"), page=page, size=size
    )
    response = _answer(
        {
            "agencies": [agency_facts(entry, today) for entry in found.entries],
            "total": found.total,
            "page": page,
            "pageSize": size,
            "matchedBy": found.how.value,
        }
    )
    response.headers["Link"] = _links(found.page, found.pages)
    return response


@public
def agency(public_id: str) -> ResponseReturnValue:
    """Return one agency."""
    _query({})
    return _answer(agency_facts(queries.entry(database.read(), public_id), clock.today()))


@public
def agency_history(public_id: str) -> ResponseReturnValue:
    """Return the history of an agency's status."""
    _query({})
    session, today = database.read(), clock.today()
    entry = queries.entry(session, public_id)
    return _answer({"history": history_facts(queries.history(session, entry.agency_id, today))})


@public
def api_certificate(number: str) -> ResponseReturnValue:
    """Return one certificate."""
    _query({})
    session = database.read()
    found = queries.certificate(session, number)
    entry, document = queries.entry_of(session, found.agency_id), queries.document_of(session, found.id)
    return _answer(certificate_facts(found, entry, document, clock.today()))


@public
def openapi() -> ResponseReturnValue:
    """Return the OpenAPI description."""
    _query({})
    settings = current_settings()
    described = contract()
    base = settings.public_url
    contact = {"name": settings.body_name, "url": f"{base}/open-data", "email": settings.contact_email}
    here = {"servers": [{"url": f"{base}{API}"}], "info": {**described["info"], "contact": contact}}
    return _answer(described | here)


def describe(response: Response) -> Response:
    """Add the headers of every response under /api, errors included."""
    response.headers["API-Version"] = version()
    response.headers["Access-Control-Expose-Headers"] = "API-Version, ETag, Link, Retry-After"
    return open_to_pages(response)


def _answer(value: dict[str, Any]) -> Response:
    return public_for(jsonify(value), API_SECONDS)


def _query(known: dict[str, Callable[[str], Any]]) -> dict[str, Any]:
    """Parse the query parameters; InvalidQueryError names all that are wrong."""
    read: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in known:
            errors[name] = "unknown parameter"
        elif len(values) > 1:
            errors[name] = "given more than once"
        else:
            try:
                read[name] = known[name](values[0])
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise InvalidQueryError(errors)
    return read


def _text(value: str) -> str:
    if len(value) > LONGEST_QUERY:
        raise ValueError(f"must have at most {LONGEST_QUERY} characters")
    return value


def _status(value: str) -> Status:
    if value not in LISTED:
        raise ValueError(f"must be one of {', '.join(LISTED)}")
    return Status(value)


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high:  # noqa: PLR2004
            return int(value)
        raise ValueError(f"must be a whole number from {low} to {high}")

    return read


def _links(page: int, pages: int) -> str:
    """Return the Link header (RFC 8288) to the neighbouring pages."""
    base = current_settings().public_url
    known = {key: value for key, value in request.args.items() if key != "page"}
    places = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
    return ", ".join(
        f'<{base}{request.path}?{urlencode({**known, "page": place})}>; rel="{name}"'
        for name, place in places.items()
        if 1 <= place <= pages
    )
