"""The mark for an agency's own website: a picture that tells the status of today, and one that carries its proof."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from audits.core import clock
from audits.core.errors import NotFoundError
from certificates import addresses
from certificates.lifecycle.rules import STATUSES, Status, is_number
from certificates.register import queries
from certificates.register.models import RegisterEntry
from portal.doors.registry.caching import API_SECONDS, shared
from portal.language.labels import label
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import public

# Opened by itself an SVG is a page; this one may do nothing at all.
_POLICY = "default-src 'none'; sandbox"


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module."""
    bp.get("/register/<public_id>/mark.svg")(live_mark)
    bp.get("/certificates/<number>.mark.svg")(signed_mark)


@public
def live_mark(public_id: str) -> ResponseReturnValue:
    """Draw the status of an agency today; a page that shows it links to the entry."""
    return drawn(queries.entry(database.read(), public_id.lower()), _("Look in the register"))


def drawn(entry: RegisterEntry, more: str) -> Response:
    """Draw the status of an entry today, with a line of words under it."""
    status = entry.status_on(clock.today())
    response = _drawn(status, entry.legal_name, str(label(status)), more)
    response.vary.add("Accept-Language")
    return response


@public
def signed_mark(number: str) -> ResponseReturnValue:
    """Draw a certificate with its signed badge inside (Open Badges 3.0, baked): a file to keep."""
    if not is_number(number):
        raise NotFoundError("There is no certificate with this number.")
    found = queries.certificate(database.read(), number.upper())
    if found.badge is None:
        raise NotFound
    where = addresses.certificate_url(current_settings().public_url, found.number)
    text = _("Certificate %(number)s", number=found.number)
    return _drawn(Status.CERTIFIED, found.snapshot["legal_name"], text, where, badge=found.badge)


def _drawn(status: Status, name: str, word: str, more: str, badge: str = "") -> Response:
    drawn = render_template(
        "registry/mark.svg", status=status, name=name, word=word, more=more, colour=STATUSES[status].colour, badge=badge
    )
    response = shared(drawn, "image/svg+xml", API_SECONDS)
    response.headers["Content-Security-Policy"] = _POLICY
    return response
