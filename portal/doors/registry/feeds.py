"""What changed, for software and feed readers, and what search engines and catalogues ask for."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from certificates import addresses
from certificates.addresses import API
from certificates.ledger.entries import moment
from certificates.lifecycle.rules import Status
from certificates.register import changes, queries
from certificates.register.changes import LoggedChange
from portal.doors.registry import catalogue
from portal.doors.registry.caching import API_SECONDS, shared
from portal.doors.registry.parameters import read_query, whole_number
from portal.language.labels import label
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import public
from portal.web.security import public_for

MOST_FOLLOWED = 200
PER_SITEMAP = 20_000
_FEED_SECONDS = 60
_DAY_SECONDS = 3600
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)  # of an empty feed, which must tell a time
_LONGEST_POSITION = 15


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module."""
    bp.get(f"{API}/changes")(list_changes)
    bp.get("/changes.atom")(atom)
    bp.get("/robots.txt")(robots)
    bp.get("/sitemap.xml")(sitemaps)
    bp.get("/sitemap-<int:part>.xml")(sitemap)
    bp.get("/catalogue.ttl")(catalogue_turtle)
    bp.get("/catalogue.jsonld")(catalogue_json)


@public
def list_changes() -> ResponseReturnValue:
    """Return what changed after a position in the public log, oldest first."""
    since, limit = asked_changes()
    return changes_answer(changes.since(database.read(), since, limit), since, limit)


def asked_changes() -> tuple[int, int]:
    """Return the position behind which changes are asked for, and how many of them."""
    asked = read_query({"since": _position, "limit": whole_number(1, changes.MOST, digits=4)})
    return asked.get("since", -1), asked.get("limit", changes.MOST)


def changes_answer(found: Sequence[LoggedChange], since: int, limit: int) -> Response:
    """Return changes as data, and where the next ones are."""
    last = found[-1].position if found else since
    base = current_settings().public_url
    response = jsonify({"changes": [_facts(each, base) for each in found], "position": last})
    if len(found) == limit:
        response.headers["Link"] = f'<{base}{API}/changes?since={last}&limit={limit}>; rel="next"'
    return public_for(response, API_SECONDS)


@public
def atom() -> ResponseReturnValue:
    """Return the latest changes as Atom feed: of all agencies, or of those in the address."""
    names = asked_names()
    return atom_answer(names, changes.newest(database.read(), names or None))


def asked_names() -> list[str]:
    """Return the agencies in the address of the feed; none stands for all."""
    asked = read_query({"lang": str}, {"agency": _agencies})
    return [name for each in asked.get("agency", []) for name in each]


def atom_answer(names: Sequence[str], found: Sequence[LoggedChange], as_of: str = "") -> Response:
    """Return changes as Atom feed of these agencies, or of all; `as_of` says that it is not of now."""
    base = current_settings().public_url
    here = f"{base}{request.full_path}" if request.query_string else f"{base}{request.path}"
    title = _("Changes of the agencies that you follow") if names else _("Changes in the register")
    response = shared(feed_page(title, here, found, as_of), "application/atom+xml", _FEED_SECONDS)
    response.vary.add("Accept-Language")
    return response


def feed_page(title: str, here: str, found: Sequence[LoggedChange], as_of: str = "") -> str:
    """Return the Atom feed of these changes, which is at the address `here`."""
    base = current_settings().public_url
    return render_template(
        "registry/changes.xml",
        title=title,
        here=here,
        as_of=as_of,
        base=base,
        body_name=current_settings().body_name,
        updated=moment(found[0].at if found else _BEGIN),
        entries=[_entry(each, base) for each in found],
    )


def _entry(each: LoggedChange, base: str) -> dict[str, str]:
    status = str(label(Status(each.status)))
    return {
        "id": f"{base}/ledger#{each.position}",
        "title": f"{each.legal_name}: {status}",
        "updated": moment(each.at),
        "link": addresses.register_url(base, each.public_id),
        "summary": _("Certificate %(number)s is “%(status)s” from now on.", number=each.number, status=status),
    }


def feed_of(names: Iterable[str]) -> str:
    """Return the address of the feed of these agencies; empty if there are none, or too many for one."""
    each = list(dict.fromkeys(names))
    return url_for("registry.atom", agency=",".join(each)) if 0 < len(each) <= MOST_FOLLOWED else ""


@public
def robots() -> ResponseReturnValue:
    """Tell search engines what to read: the register, and not the searches in it."""
    base = current_settings().public_url
    shut = [f"Disallow: {path}" for path in ("/bulk-check", "/follow/", "/*?")]
    lines = ["User-agent: *", *shut, f"Sitemap: {base}/sitemap.xml"]
    return shared("\n".join(lines) + "\n", "text/plain", _DAY_SECONDS)


@public
def sitemaps() -> ResponseReturnValue:
    """List the sitemaps."""
    base, parts = current_settings().public_url, queries.count_pages(database.read(), PER_SITEMAP)
    return _sitemap(((f"{base}/sitemap-{part}.xml", None) for part in range(1, parts + 1)), index=True)


@public
def sitemap(part: int) -> ResponseReturnValue:
    """List a part of the entries, with the day of their last change."""
    base = current_settings().public_url
    found = queries.public_ids(database.read(), part, PER_SITEMAP)
    return _sitemap(((addresses.register_url(base, each), at) for each, at in found))


@public
def catalogue_turtle() -> ResponseReturnValue:
    """Describe the open data (DCAT-AP-NL 3.0) as Turtle."""
    return shared(catalogue.turtle(_described()), "text/turtle", _DAY_SECONDS)


@public
def catalogue_json() -> ResponseReturnValue:
    """Describe the open data (DCAT-AP-NL 3.0) as JSON-LD."""
    return shared(catalogue.json_ld(_described()), "application/ld+json", _DAY_SECONDS)


def _described() -> catalogue.Described:
    settings = current_settings()
    return catalogue.Described(settings.public_url, settings.body_name, settings.contact_email, clock.today())


def _facts(each: LoggedChange, base: str) -> dict[str, Any]:
    return {
        "position": each.position,
        "type": each.type,
        "time": moment(each.at),
        "publicId": each.public_id,
        "certificateNumber": each.number,
        "status": each.status,
        "link": addresses.agency_api_url(base, each.public_id),
    }


def _position(value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) <= _LONGEST_POSITION:
        return int(value)
    raise ValueError("must be a position in the log, a whole number from 0")


def _agencies(value: str) -> list[str]:
    names = list(dict.fromkeys(value.lower().split(",")))
    if not value.isprintable() or len(names) > MOST_FOLLOWED:
        raise ValueError(f"must be permanent names of at most {MOST_FOLLOWED} agencies, like nl-12345678,nl-12345679")
    return names


def _sitemap(listed: Iterable[tuple[str, datetime | None]], *, index: bool = False) -> Response:
    items = [(address, clock.day_of(at).isoformat() if at else "") for address, at in listed]
    return shared(render_template("registry/sitemap.xml", items=items, index=index), "application/xml", _DAY_SECONDS)
