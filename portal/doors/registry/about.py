"""What the mark means, and what this service promises to whoever uses it."""

from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from audits.core import clock
from certificates.lifecycle.rules import Status
from certificates.register.schemes import current_scheme
from portal.settings import Settings
from portal.stores import database
from portal.web.access import public

_SECURITY_TXT_DAYS = 180  # RFC 9116: less than a year


def add_to(bp: Blueprint) -> None:
    """Give these pages their addresses."""
    bp.get("/about")(about)
    bp.get("/privacy")(privacy)
    bp.get("/accessibility")(accessibility)
    bp.get("/open-data")(open_data)
    bp.get("/.well-known/security.txt")(security_txt)


@public
def about() -> ResponseReturnValue:
    """What the mark says, what it does not say, and what each status means."""
    statuses = [status for status in Status if status is not Status.NONE]
    return render_template(
        "registry/about.html",
        scheme=current_scheme(database.read(), clock.today()),
        statuses=statuses,
        contact=_contact(),
    )


@public
def privacy() -> ResponseReturnValue:
    """What we know of people."""
    return render_template("registry/privacy.html", contact=_contact())


@public
def accessibility() -> ResponseReturnValue:
    """How well this site can be used by everybody, and where to complain."""
    return render_template("registry/accessibility.html", contact=_contact())


@public
def open_data() -> ResponseReturnValue:
    """How machines read the register."""
    base = current_app.extensions["settings"].base_url.rstrip("/")
    return render_template("registry/open_data.html", base=base, contact=_contact())


@public
def security_txt() -> ResponseReturnValue:
    """Where to report a weakness (RFC 9116)."""
    settings: Settings = current_app.extensions["settings"]
    expires = datetime.combine(clock.today() + timedelta(days=_SECURITY_TXT_DAYS), time.min, UTC)
    lines = [
        f"Contact: mailto:{settings.contact_email}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.base_url.rstrip('/')}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _contact() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.contact_email
