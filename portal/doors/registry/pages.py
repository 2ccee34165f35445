"""The home page, the search, and the register entry of an agency."""

from collections.abc import Set
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core import clock
from audits.schemes.text import SchemeText
from certificates.register import queries
from certificates.register.schemes import known_scheme, scheme_by_digest
from certificates.register.search.cursor import Sort
from certificates.register.search.exact import account_in, by_account
from certificates.register.sheet import Sheet, plain_sheet
from certificates.register.sheet import sheet as read_sheet
from portal.doors.registry.caching import unkept
from portal.doors.registry.norms import scheme_in_force
from portal.doors.registry.parameters import read_asked
from portal.doors.registry.past import asked_past
from portal.doors.registry.results import may_share_page
from portal.doors.registry.results import shown as shown_results
from portal.doors.registry.sheets import may_share, shown
from portal.doors.registry.workers import asks_for_workers, to_workers
from portal.language.i18n import LANGUAGE, current_language
from portal.settings import current_settings
from portal.signing.keys import current_keys
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer
from portal.web.stencil import Stencil, Unmarked, shapes
from portal.web.throttle import visitor_waits

ENTRY, RESULTS = "entry", "results"
"""The kinds of page whose shapes are kept."""
SORTS = {Sort.RELEVANCE: _l("best fit first"), Sort.NAME: _l("by name"), Sort.CHANGED: _l("latest change first")}


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module."""
    bp.get("/")(home)
    bp.get("/register")(search)
    bp.get("/register/<public_id>")(entry)


@public
def home() -> ResponseReturnValue:
    """Show a search field, three figures, and the latest changes."""
    session, today = database.read(), clock.today()
    return render_template(
        "registry/home.html",
        figures=queries.figures(session, today),
        latest=queries.latest(session, today),
        today=today,
    )


@public
def search() -> ResponseReturnValue:
    """Show the results and the kind of match, with filters; a number alone redirects to its entry."""
    session, today = database.read(), clock.today()
    asked = read_asked(today, also=(LANGUAGE,))
    if account := account_in(asked.text):
        if wait := visitor_waits("account"):
            return answer(429, _("You have looked up many account numbers in a short time."), retry_after=wait)
        holders = by_account(session, account, today)
        return unkept(render_template("registry/account.html", holders=holders, today=today))
    found = queries.find(session, asked, page=True)
    if found.how is queries.How.NUMBER and found.total == 1 and not asked.filters.chosen:
        return redirect(url_for("registry.entry", public_id=found.entries[0].public_id))
    scheme = scheme_in_force(today)
    shared = _is_plain({LANGUAGE, "q"}) and may_share_page(asked, found)
    stencil = Stencil(current_language()) if shared else Unmarked(current_language())
    context = shown_results(stencil, asked, found, scheme, today)
    sorts = [(sort.value, words) for sort, words in SORTS.items() if asked.text or sort is not Sort.RELEVANCE]
    render = partial(render_template, "registry/search.html", sorts=sorts, **context)
    if not shared:
        return render()
    stencil.note(request.script_root, request.args.get(LANGUAGE))
    return shapes(current_app.extensions, RESULTS).page(stencil, render)


@public
def entry(public_id: str) -> ResponseReturnValue:
    """Show whether to rely on the agency today, then everything the register knows of it.

    The QR code on the certificate leads here; telephones with the language of a worker are led to the page for workers.
    """
    if public_id != public_id.lower():
        return redirect(url_for("registry.entry", public_id=public_id.lower()), 301)
    session, today = database.read(), clock.today()
    sheet = read_sheet(session, public_id, today)
    found = sheet.entry
    if public_id != found.public_id:
        return redirect(url_for("registry.entry", public_id=found.public_id), 301)
    if asks_for_workers():
        return to_workers(found)
    scheme = scheme_by_digest(session, found.scheme["sha256"]) if found.scheme else scheme_in_force(today)
    past, language = asked_past(found.agency_id, today), current_language()
    shared = _is_plain({LANGUAGE}) and may_share(found)
    stencil = Stencil(language) if shared else Unmarked(language)
    render = partial(_entry, _context(stencil, sheet, scheme, today) | {"past": past})
    if not shared:
        return render()
    stencil.note(request.script_root, request.args.get(LANGUAGE))
    return shapes(current_app.extensions, ENTRY).page(stencil, render)


def quick_entry(public_id: str, language: str, asked: str | None) -> bytes | None:
    """Return the bytes of the same page in a language, which may be `asked` for in the address; None at first."""
    stencil, today = Stencil(language), clock.today()
    with database.connection() as connection:
        sheet = plain_sheet(connection, public_id, today)
    scheme = known_scheme(sheet.entry.scheme["sha256"]) if sheet and sheet.entry.scheme else None
    if sheet is None or scheme is None or not may_share(sheet.entry):
        return None
    _context(stencil, sheet, scheme, today)
    stencil.note("", asked)
    page = shapes(current_app.extensions, ENTRY).known(stencil)
    return page.encode() if page else None


def _context(stencil: Stencil, sheet: Sheet, scheme: SchemeText | None, today: date) -> dict[str, Any]:
    return shown(stencil, sheet, scheme, today, current_settings(), can_seal=current_keys().available)


def _entry(context: dict[str, Any]) -> str:
    as_json = url_for("registry.agency", public_id=context["entry"].public_id, lang=None)
    return render_template("registry/entry.html", as_json=as_json, **context)


def _is_plain(known: Set[str]) -> bool:
    """Return whether nothing is asked but the page, by nobody in particular, and templates stay as they are."""
    own = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return not own and request.args.keys() <= known and not current_app.jinja_env.auto_reload
