"""The first screen, the search, and the entry of an agency."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from audits.agencies.wording import country_name
from audits.core import clock
from certificates.lifecycle.rules import Status
from certificates.press import rosette_svg
from certificates.register import queries
from certificates.register.schemes import current_scheme, scheme_by_digest
from portal.doors.registry.facts import linked_data
from portal.language.i18n import current_language
from portal.signing import sealing
from portal.stores import database
from portal.web.access import public

DEEPEST_PAGE = 10_000


def add_to(bp: Blueprint) -> None:
    """Give these pages their addresses."""
    bp.get("/")(home)
    bp.get("/register")(search)
    bp.get("/register/<public_id>")(entry)


@public
def home() -> ResponseReturnValue:
    """A search field, a sentence, three honest figures, and what changed last."""
    session, today = database.read(), clock.today()
    return render_template(
        "registry/home.html",
        figures=queries.figures(session, today),
        latest=queries.latest(session, today),
        today=today,
    )


@public
def search() -> ResponseReturnValue:
    """What was found, and how; a number leads straight to the entry."""
    text, today = request.args.get("q", "").strip(), clock.today()
    found = queries.search(database.read(), text, day=today, page=_page())
    if found.how is queries.How.NUMBER and found.total == 1:
        return redirect(url_for("registry.entry", public_id=found.entries[0].public_id))
    return render_template("registry/search.html", found=found, text=text, today=today)


@public
def entry(public_id: str) -> ResponseReturnValue:
    """May I rely on this agency today? Then everything the register knows of it."""
    if public_id != public_id.lower():
        return redirect(url_for("registry.entry", public_id=public_id.lower()), 301)
    session, today = database.read(), clock.today()
    found = queries.entry(session, public_id)
    if public_id != found.public_id:
        return redirect(url_for("registry.entry", public_id=found.public_id), 301)
    history = queries.history(session, found.agency_id, today)
    scheme = scheme_by_digest(session, found.scheme["sha256"]) if found.scheme else current_scheme(session, today)
    settings = current_app.extensions["settings"]
    return render_template(
        "registry/entry.html",
        entry=found,
        status=found.status_on(today),
        today=today,
        history=history,
        reason=_reason(history, found.status_on(today)),
        scheme=scheme,
        countries=[country_name(code, current_language()) for code in found.scope.get("recruitment_countries", [])],
        seat_country=country_name(found.country, current_language()),
        linked=linked_data(found, today, settings.body_name),
        can_seal=sealing.available(),
        **_paper(session, found.certificate_number),
    )


def rosette(digest: str) -> Markup:
    """The figure of a certificate, drawn from the digest of what it says."""
    return Markup(rosette_svg(bytes.fromhex(digest)))  # noqa: S704  # our own drawing: numbers only


def _paper(session: Any, number: str | None) -> dict[str, Any]:
    """The file and the figure of the certificate that counts, if there is one."""
    if number is None:
        return {"document": None, "rosette": None}
    certificate = queries.certificate(session, number)
    document = queries.document_of(session, certificate.id)
    return {"document": document, "rosette": rosette(certificate.snapshot["digest"])}


def _reason(history: list[Any], status: Status) -> str:
    """Why the agency has the status that it has, in the words of the decider."""
    return history[0].reason if history and history[0].status is status else ""


def _page() -> int:
    """The page asked for; whatever is no page is the first."""
    asked = request.args.get("page", default=1, type=int)
    return max(1, min(asked, DEEPEST_PAGE))
