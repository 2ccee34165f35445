"""Pages about the certification mark, privacy, accessibility, open data, and reporting weaknesses."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.languages import LANGUAGES
from certificates.lifecycle.rules import LISTED
from certificates.register.schemes import current_scheme
from portal.settings import current_settings
from portal.stores import database
from portal.stores.retention import KEPT, Kept
from portal.web.access import public

_SECURITY_TXT_DAYS = 180  # RFC 9116: less than a year

# Copied and run as they stand: a test does so.
EXAMPLES = (("curl", "curl.sh.txt"), ("Python", "python.py.txt"), ("JavaScript", "javascript.mjs.txt"))


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module."""
    bp.get("/about")(about)
    bp.get("/privacy")(privacy)
    bp.get("/privacy/kept")(kept)
    bp.get("/accessibility")(accessibility)
    bp.get("/open-data")(open_data)
    bp.get("/.well-known/security.txt")(security_txt)


@public
def about() -> ResponseReturnValue:
    """Explain what the mark says, what it does not say, and what each status means."""
    return render_template(
        "registry/about.html",
        scheme=current_scheme(database.read(), clock.today()),
        statuses=LISTED,
        contact=_contact(),
    )


@public
def privacy() -> ResponseReturnValue:
    """Show the privacy statement."""
    days = current_settings().security_log_days
    return render_template("registry/privacy.html", contact=_contact(), days=days)


@public
def kept() -> ResponseReturnValue:
    """Show what is kept, how long and why: the processing register."""
    return render_template("registry/kept.html", kept=_in_words(), contact=_contact())


@public
def accessibility() -> ResponseReturnValue:
    """Show the accessibility statement."""
    return render_template("registry/accessibility.html", contact=_contact())


@public
def open_data() -> ResponseReturnValue:
    """Explain the open data."""
    base = current_settings().public_url
    return render_template("registry/open_data.html", base=base, contact=_contact(), examples=EXAMPLES)


@public
def security_txt() -> ResponseReturnValue:
    """Serve security.txt (RFC 9116): the one that the operator signed until it expires, else one of today, unsigned."""
    settings = current_settings()
    if settings.security_txt and (signed := _unexpired(settings.security_txt)):
        return Response(signed, mimetype="text/plain")
    expires = datetime.combine(clock.today() + timedelta(days=_SECURITY_TXT_DAYS), time.min, UTC)
    lines = [
        f"Contact: mailto:{settings.contact_email}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _contact() -> str:
    settings = current_settings()
    return settings.contact_email


def _in_words() -> list[Kept]:
    """Return the table of what is kept in the reader's language, with the terms of this installation."""
    days = {"security": current_settings().security_log_days, "lists": current_settings().lists_kept_days}
    return [replace(each, what=_(each.what), term=_(each.term, **days), ground=_(each.ground)) for each in KEPT]


def _unexpired(path: Path) -> str:
    """Return a file with a day of expiry that has not come, as it stands: its signature is of every sign in it.

    Empty without such a day, or without the file.
    """
    try:
        text = path.read_text(encoding="utf-8")
        [expires] = re.findall(r"(?mi)^Expires: *(\S+) *$", text)
        return text if datetime.fromisoformat(expires) > clock.now() else ""
    except (OSError, ValueError, TypeError):
        return ""
