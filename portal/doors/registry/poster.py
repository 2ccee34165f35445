"""The sheet that an agency hangs up: a QR code and a printed address that lead to its entry and what workers need."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.errors import NotFoundError
from audits.core.languages import WORKERS
from certificates import addresses
from certificates.documents.stages import DocumentKind
from certificates.register import queries
from certificates.register.rules import may_rely
from portal.doors.registry.caching import API_SECONDS
from portal.language.i18n import current_language
from portal.printer.client import printer
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer
from portal.web.security import public_for
from portal.web.throttle import share_throttle, visitor_waits

MOST_PER_HOUR = 60  # per address


def add_to(bp: Blueprint) -> None:
    """Register the route, with a throttle that all processes share."""
    bp.get("/register/<public_id>/poster.pdf")(poster)
    share_throttle(bp, "poster", MOST_PER_HOUR)


@public
def poster(public_id: str) -> ResponseReturnValue:
    """Print the sheet of an agency that one may rely on today; BusyError when many ask."""
    today, settings = clock.today(), current_settings()
    entry = queries.entry(database.read(), public_id.lower())
    if not may_rely(entry.status_on(today)):
        raise NotFoundError("Only an agency with a valid certificate has a sheet to hang up.")
    if wait := visitor_waits("poster"):
        return answer(429, _("You have asked for many sheets in a short time."), retry_after=wait)
    facts = {
        "language": current_language(),
        "legal_name": entry.legal_name,
        "number_label": _("KvK number") if entry.country == "NL" else _("Trade register number"),
        "register_number": entry.register_number,
        "register_url": addresses.register_url(settings.public_url, entry.public_id),
        "site": settings.public_url.partition("://")[2],
        "readable_in": [language.name for language in WORKERS.values()],
        "printed_on": today.isoformat(),
        "body": dict(settings.body),
    }
    printed = printer.prepare(DocumentKind.POSTER, facts, None, language=current_language())
    response = public_for(Response(printed, mimetype="application/pdf"), API_SECONDS)
    response.headers["Content-Disposition"] = f'attachment; filename="{entry.public_id}.pdf"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.vary.add("Accept-Language")
    return response
