"""The home page, the search, and the register entry of an agency."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from audits.agencies.rules import Scope
from audits.agencies.wording import country_name
from audits.core import clock
from audits.core.languages import WORKERS
from audits.schemes.cycle import AuditKind
from certificates.press import rosette_svg
from certificates.register import queries
from certificates.register.schemes import scheme_by_digest
from certificates.register.search.cursor import Sort
from certificates.register.search.exact import account_in, by_account
from certificates.register.search.likeness import easily_confused
from certificates.register.sheet import sheet as read_sheet
from certificates.wording import items_in_words, scope_in_words
from portal.doors.registry.caching import unkept
from portal.doors.registry.facets import groups, provinces, taken_off
from portal.doors.registry.facts import linked_data
from portal.doors.registry.norms import scheme_in_force
from portal.doors.registry.parameters import plain, read_asked
from portal.doors.registry.past import asked_past
from portal.doors.registry.workers import asks_for_workers, to_workers
from portal.language.i18n import LANGUAGE, current_language
from portal.settings import current_settings
from portal.signing.keys import current_keys
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer
from portal.web.throttle import visitor_waits

_COMPARED = 10
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
    return render_template(
        "registry/search.html",
        asked=asked,
        found=found,
        confused=bool(asked.text) and easily_confused([*found.entries[:_COMPARED], *found.alike], today),
        groups=groups(asked, found, scheme),
        provinces=provinces(found),
        taken_off=taken_off(asked, scheme),
        kept=plain(asked),
        sorts=[(sort.value, words) for sort, words in SORTS.items() if asked.text or sort is not Sort.RELEVANCE],
        today=today,
    )


@public
def entry(public_id: str) -> ResponseReturnValue:
    """Show whether to rely on the agency today, then everything the register knows of it.

    The QR code on the certificate leads here; telephones with the language of a worker are led to the page for workers.
    """
    if public_id != public_id.lower():
        return redirect(url_for("registry.entry", public_id=public_id.lower()), 301)
    session, today = database.read(), clock.today()
    sheet = read_sheet(session, public_id, today)
    found, history = sheet.entry, sheet.history
    if public_id != found.public_id:
        return redirect(url_for("registry.entry", public_id=found.public_id), 301)
    if asks_for_workers():
        return to_workers(found)
    scheme = scheme_by_digest(session, found.scheme["sha256"]) if found.scheme else scheme_in_force(today)
    language, seat, status = current_language(), sheet.printed["seat"] or {}, found.status_on(today)
    scope, settings = Scope.of(found.scope), current_settings()
    return render_template(
        "registry/entry.html",
        entry=found,
        status=status,
        today=today,
        history=history,
        past=asked_past(found.agency_id, today),
        excepted=items_in_words(Scope.of(found.excepted), scheme, language) if found.excepted and scheme else [],
        reason=history[0].why(language) if history and history[0].status is status else "",
        scheme=scheme,
        scope=scope_in_words(scope, scheme, language) if scheme else None,
        houses=scope.offers_housing,
        seat_country=country_name(found.country, language),
        linked=linked_data(found, today, settings.body_name, seat),
        can_seal=current_keys().available,
        base=settings.public_url,
        workers=WORKERS,
        last_audit=_last_audit(found.details),
        file_sha256=sheet.file_sha256,
        rosette=rosette(sheet.printed["digest"]) if sheet.printed["digest"] else None,
        seat=seat,
        sites=sheet.printed["sites"],
        as_json=url_for("registry.agency", public_id=public_id, lang=None),
    )


def rosette(digest: str) -> Markup:
    """Return the rosette of a digest."""
    return Markup(rosette_svg(bytes.fromhex(digest)))  # noqa: S704  # our own drawing: numbers only


def _last_audit(details: dict[str, Any]) -> dict[str, Any] | None:
    """Return kind and month of the last audit that was decided on."""
    known = details.get("last_audit")
    return {"kind": AuditKind(known["kind"]), "month": date.fromisoformat(f"{known['month']}-01")} if known else None
