"""The page for workers behind the QR code of a certificate: whether this is right, and whom to call."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audits.core import clock
from audits.core.languages import LANGUAGES, SOURCE, WORKERS
from certificates.register import queries
from certificates.register.models import RegisterEntry
from portal.help_numbers import spoken_first
from portal.language.i18n import browser_language, current_language, explicit_language, for_workers
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import public


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module."""
    bp.get("/register/<public_id>/work")(work)


@public
@for_workers
def work(public_id: str) -> ResponseReturnValue:
    """Show the status of an agency, telephone numbers and ten rights, in the language of the telephone."""
    found = queries.entry(database.read(), public_id.lower())
    if public_id != found.public_id:
        return redirect(url_for("registry.work", public_id=found.public_id), 301)
    return shown_to_workers(found)


def shown_to_workers(found: RegisterEntry, moment: datetime | None = None) -> Response:
    """Return the page about an agency; `moment` is as of when the register knew this, if that is not now."""
    settings, today = current_settings(), clock.today()
    return page_for_workers(
        "work",
        found,
        moment=moment,
        status=found.status_on(today),
        today=today,
        numbers=spoken_first(settings.help_numbers, current_language()),
        checked=settings.help_checked,
        entry_language=_language_of_entry(),
    )


def page_for_workers(name: str, entry: RegisterEntry, **more: Any) -> Response:
    """Return a page whose address the browser tells nobody: neither the exit nor a help organisation sees it."""
    exit_url = current_settings().exit_url
    response = make_response(render_template(f"registry/workers/{name}.html", entry=entry, exit_url=exit_url, **more))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def asks_for_workers() -> bool:
    """Return whether the browser prefers a language that only the pages for workers have, and chose no other."""
    return explicit_language() is None and browser_language(WORKERS) not in {None, *LANGUAGES}


def to_workers(entry: RegisterEntry) -> ResponseReturnValue:
    """Lead to the page for workers; the next reader at this address may have another language."""
    response = make_response(redirect(url_for("registry.work", public_id=entry.public_id)))
    response.vary.add("Accept-Language")
    return response


def _language_of_entry() -> str:
    return current_language() if current_language() in LANGUAGES else SOURCE
