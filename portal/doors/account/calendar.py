"""The calendar of a person: pages to make and revoke its secret address, and the calendar itself."""

from flask import Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from audits.core import clock
from audits.core.access import Permission
from audits.core.languages import DEFAULT
from audits.deadlines.rules import DeadlineKind
from portal.doors.account import feeds
from portal.doors.account.door import bp
from portal.doors.calendars import Entry, calendar
from portal.forms.form import Form
from portal.language.labels import label
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, may, public, signed_in

KINDS = {"mine": False, "all": True}


@bp.get("/account/calendar")
@signed_in
def show_calendar() -> ResponseReturnValue:
    """Say what a calendar is, and which addresses there are."""
    return _page("")


@bp.post("/account/calendar/<any(mine, all):kind>")
@signed_in
def make_calendar(kind: str) -> ResponseReturnValue:
    """Make an address, instead of the one before, and show it once."""
    if KINDS[kind] and not may(Permission.CASES_VIEW):
        abort(404)
    with database.write() as session:
        token = feeds.make_feed(session, current_actor().id, everything=KINDS[kind])
    return _page(current_settings().public_url + url_for("account.read_calendar", token=token, lang=None))


@bp.post("/account/calendar/<any(mine, all):kind>/end")
@signed_in
def end_calendar(kind: str) -> ResponseReturnValue:
    """Revoke an address."""
    with database.write() as session:
        feeds.end_feed(session, current_actor().id, everything=KINDS[kind])
    return redirect(url_for("account.show_calendar"), 303)


@bp.get("/calendar/<token>.ics")
@public
def read_calendar(token: str) -> ResponseReturnValue:
    """Give the calendar at a secret address; anybody who knows it may read it."""
    found = feeds.due_of(database.read(), token)
    if found is None:
        abort(404)
    base = current_settings().public_url
    host, page = base.partition("://")[2], base + url_for("account.start")
    with force_locale(found[0].language if found else DEFAULT):
        entries = [Entry(f"{each.id}@{host}", each.on, _words(each.kind), page) for each in found]
        text = calendar(_("Keurwerk: last days"), entries, clock.now())
    headers = {"Cache-Control": "private, max-age=3600", "Referrer-Policy": "no-referrer"}
    return Response(text, mimetype="text/calendar", headers=headers)


def _words(kind: str) -> str:
    return _("Audit") if kind == "audit" else label(DeadlineKind(kind))


def _page(address: str) -> str:
    made = {each.everything: each for each in feeds.feeds_of(database.read(), current_actor().id)}
    return render_template("account/calendar.html", made=made, address=address, form=Form(), kinds=KINDS)
