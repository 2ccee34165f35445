"""The open data API, after the API Design Rules of the Dutch government."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from audits.core import clock
from certificates.addresses import API
from certificates.register import queries
from certificates.register.search.filters import Facet
from certificates.register.sheet import plain_entry
from portal.doors.registry.caching import API_SECONDS
from portal.doors.registry.contract import contract, version
from portal.doors.registry.facts import (
    agency_facts,
    certificate_facts,
    history_facts,
)
from portal.doors.registry.parameters import plain, read_asked, read_query
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import public
from portal.web.security import open_to_pages, public_for

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module; `openapi.json` lists the same."""
    bp.get(f"{API}/agencies")(agencies)
    bp.get(f"{API}/agencies/<public_id>")(agency)
    bp.get(f"{API}/agencies/<public_id>/history")(agency_history)
    bp.get(f"{API}/agencies/<public_id>/state")(agency_state)
    bp.get(f"{API}/certificates/<number>")(api_certificate)
    bp.get(f"{API}/openapi.json")(openapi)


@public
def agencies() -> ResponseReturnValue:
    """Return a page of the agencies that match the query, and how many have each value of what one can narrow by."""
    today = clock.today()
    asked = read_asked(today)
    found = queries.find(database.read(), asked)
    counted = found.counted
    response = _answer(
        {
            "agencies": [agency_facts(entry, today) for entry in found.entries],
            "total": found.total,
            "more": counted.more,
            "page": asked.page,
            "pageSize": asked.size,
            "matchedBy": found.how.value,
            "facets": {facet.value: {} if counted.more else counted.facets.get(facet, {}) for facet in Facet},
        }
    )
    response.headers["Link"] = _links(asked, found)
    return response


@public
def agency(public_id: str) -> ResponseReturnValue:
    """Return one agency."""
    read_query({})
    return _answer(agency_facts(queries.entry(database.read(), public_id), clock.today()))


def quick_agency(public_id: str, _: str, __: str | None) -> bytes | None:
    """Return the bytes of the same answer."""
    with database.connection() as connection:
        found = plain_entry(connection, public_id)
    body: bytes | None = _answer(agency_facts(found, clock.today())).get_data() if found else None
    return body


@public
def agency_history(public_id: str) -> ResponseReturnValue:
    """Return the history of an agency's status."""
    read_query({})
    session, today = database.read(), clock.today()
    entry = queries.entry(session, public_id)
    return _answer({"history": history_facts(queries.history(session, entry.agency_id, today))})


@public
def agency_state(public_id: str) -> ResponseReturnValue:
    """Return what held on a day, as the register knew it on a day."""
    asked, today = read_query({"on": _past_day, "known": _past_day}), clock.today()
    session, day, known = database.read(), asked.get("on", today), asked.get("known", today)
    line = queries.state_on(session, queries.entry(session, public_id).agency_id, day, known)
    found = history_facts([line])[0] if line else None
    return _answer({"on": day.isoformat(), "known": known.isoformat(), "state": found})


@public
def api_certificate(number: str) -> ResponseReturnValue:
    """Return one certificate."""
    read_query({})
    session = database.read()
    found = queries.certificate(session, number)
    entry, document = queries.entry_of(session, found.agency_id), queries.document_of(session, found.id)
    return _answer(certificate_facts(found, entry, document, clock.today()))


@public
def openapi() -> ResponseReturnValue:
    """Return the OpenAPI description."""
    read_query({})
    settings = current_settings()
    described = contract()
    base = settings.public_url
    contact = {"name": settings.body_name, "url": f"{base}/open-data", "email": settings.contact_email}
    here = {"servers": [{"url": f"{base}{API}"}], "info": {**described["info"], "contact": contact}}
    return _answer(described | here)


def describe(response: Response) -> Response:
    """Add the headers of every response under /api, errors included."""
    response.headers["API-Version"] = version()
    response.headers["Access-Control-Expose-Headers"] = "API-Version, ETag, Link, RateLimit-Policy, Retry-After"
    return open_to_pages(response)


def _answer(value: dict[str, Any]) -> Response:
    return public_for(jsonify(value), API_SECONDS)


def _past_day(value: str) -> date:
    day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
    if day is None or day > clock.today():
        raise ValueError("must be a day like 2027-03-31, and not in the future")
    return day


def _links(asked: queries.Asked, found: queries.Found) -> str:
    """Return the Link header (RFC 8288) to the first page and the neighbouring ones."""
    here = f"{current_settings().public_url}{request.path}"
    cursors: dict[str, dict[str, str]] = {
        "first": {},
        "prev": {"cursor": found.before},
        "next": {"cursor": found.after},
    }
    return ", ".join(
        f'<{here}?{urlencode(plain(asked) | cursor, doseq=True)}>; rel="{name}"'
        for name, cursor in cursors.items()
        if all(cursor.values())
    )
