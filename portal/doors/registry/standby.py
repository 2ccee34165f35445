"""Answer from the kept register while no database can be asked, and say as of when.

The search is a simpler one: exact numbers, and names that have every word or begin so. That it finds nothing says
nothing of an agency: it looks for no typing errors, and who is not in the file may be certified a moment ago.
"""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from flask import current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from certificates.addresses import API
from certificates.register.models import RegisterEntry
from certificates.register.queries import How, in_one_form
from certificates.register.search.counting import Counted
from certificates.register.search.exact import account_in
from certificates.register.search.filters import Facet
from certificates.register.search.query import Asked, Found
from certificates.register.search.typed import numbers_in, typed
from portal.doors.registry import downloads, dumps, feeds, marks
from portal.doors.registry.facets import taken_off
from portal.doors.registry.facts import agency_facts, history_facts
from portal.doors.registry.parameters import plain, read_asked
from portal.doors.registry.problems import problem
from portal.doors.registry.workers import shown_to_workers
from portal.language.dates import datetime_text
from portal.language.i18n import LANGUAGE
from portal.settings import current_settings
from portal.stores.kept import KeptFile, path_in
from portal.web.errors import answer

_RETRY = 30


def answer_from_files() -> ResponseReturnValue | None:
    """Return what is known of the page that was asked for, else status 503; both with the moment of the file.

    None for pages of others, for who is signed in, and where nothing is kept.
    """
    if request.blueprint != "registry" or current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return None
    try:
        with KeptFile.opened(path_in(current_settings().cache_dir)) as held:
            return _answer(held) if held else None
    except sqlite3.Error as error:
        current_app.logger.warning("the kept register cannot be read: %s", type(error).__name__)
        return None


def _answer(held: KeptFile) -> ResponseReturnValue:
    moment = held.moment
    known = _KNOWN.get(request.endpoint or "") if request.method in {"GET", "HEAD"} else None
    found = known(held, **(request.view_args or {})) if known else None
    if found is None:
        return _not_now(moment)
    response = make_response(found)
    response.headers["Last-Modified"] = format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)
    response.headers["Warning"] = '110 - "Response is Stale"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _not_now(moment: datetime) -> ResponseReturnValue:
    """Return status 503 with what nobody can know without the database."""
    if request.path.startswith(API):
        return problem(503, as_of=moment)
    said = datetime_text(moment)
    message = _("We cannot reach the register at this moment. What we have at hand is as of %(moment)s.", moment=said)
    return answer(503, message, retry_after=_RETRY)


def _home(held: KeptFile) -> ResponseReturnValue:
    today = clock.today()
    return render_template(
        "registry/home.html", figures=held.figures(today), latest=held.latest(today), today=today, moment=held.moment
    )


def _search(held: KeptFile) -> ResponseReturnValue | None:
    asked = read_asked(clock.today(), also=(LANGUAGE,))
    if account_in(asked.text):
        return None
    found = _find(held, asked)
    if found.how is How.NUMBER and found.total == 1 and not asked.filters.chosen:
        return redirect(url_for("registry.entry", public_id=found.entries[0].public_id))
    kept = plain(asked)
    pages = {step: url_for("registry.search", page=asked.page + step, **kept) for step in (-1, 1)}
    return render_template(
        "registry/kept_search.html",
        asked=asked,
        found=found,
        taken_off=taken_off(asked, None),
        kept=kept,
        before=pages[-1] if asked.page > 1 else "",
        after=pages[1] if asked.page < found.pages else "",
        today=asked.day,
        moment=held.moment,
    )


def _agencies(held: KeptFile) -> ResponseReturnValue | None:
    """Return a page of agencies; None behind a cursor, and where nothing is found, which would say too much."""
    asked = read_asked(clock.today())
    found = _find(held, asked)
    if asked.cursor is not None or not found.total:
        return None
    here = f"{current_settings().public_url}{request.path}"
    response = jsonify(
        {
            "agencies": [agency_facts(entry, asked.day) for entry in found.entries],
            "total": found.total,
            "more": found.counted.more,
            "page": asked.page,
            "pageSize": asked.size,
            "matchedBy": found.how.value,
            "facets": {facet.value: {} for facet in Facet},
        }
    )
    pages = {"first": 1, "prev": asked.page - 1, "next": asked.page + 1}
    response.headers["Link"] = ", ".join(
        f'<{here}?{urlencode(plain(asked) | {"page": page}, doseq=True)}>; rel="{name}"'
        for name, page in pages.items()
        if 1 <= page <= found.pages
    )
    return response


def _find(held: KeptFile, asked: Asked) -> Found:
    """Return a page of what has one of the numbers in the text, else of the names that have its words."""
    text, how = asked.text.strip(), How.ALL
    entries: list[RegisterEntry] = []
    total = 0
    if numbers := numbers_in(text):
        how = How.NUMBER
        entries, total = held.with_numbers(asked, numbers)
    if text and not total:
        how, named = How.WORDS, typed(text)
        entries, total = held.with_words(asked, named) if named else ([], 0)
    if not text:
        entries, total = held.with_words(asked, None)
    return Found(entries, Counted(total), asked.page, asked.size, how)


def _entry(held: KeptFile, public_id: str) -> ResponseReturnValue | None:
    found = _named(held, public_id)
    return _sheet(held, found) if found else None


def _certificate(held: KeptFile, number: str) -> ResponseReturnValue | None:
    """Return the entry of the agency that has the certificate: it says what counts now."""
    asked = Asked(clock.today())
    entries, total = held.with_numbers(asked, numbers_in(number))
    return _sheet(held, entries[0]) if total == 1 else None


def _sheet(held: KeptFile, entry: RegisterEntry) -> ResponseReturnValue:
    today = clock.today()
    history = held.history(entry.public_id, today)
    return render_template("registry/standby.html", entry=entry, history=history, today=today, moment=held.moment)


def _agency(held: KeptFile, public_id: str) -> ResponseReturnValue | None:
    found = _named(held, public_id)
    return jsonify(agency_facts(found, clock.today())) if found else None


def _history(held: KeptFile, public_id: str) -> ResponseReturnValue | None:
    found = _named(held, public_id)
    lines = held.history(found.public_id, clock.today()) if found else None
    return None if lines is None else jsonify({"history": history_facts(lines)})


def _work(held: KeptFile, public_id: str) -> ResponseReturnValue | None:
    found = _named(held, public_id)
    return shown_to_workers(found, held.moment) if found else None


def _mark(held: KeptFile, public_id: str) -> ResponseReturnValue | None:
    found = _named(held, public_id)
    said = _("Look in the register, as of %(moment)s", moment=datetime_text(held.moment))
    return marks.drawn(found, said) if found else None


def _named(held: KeptFile, public_id: str) -> RegisterEntry | None:
    """Return the entry of this name, also of an older spelling of it."""
    found = held.entry(public_id.lower())
    permanent = in_one_form(public_id) if found is None else None
    return held.entry(permanent) if permanent else found


def _changes(held: KeptFile) -> ResponseReturnValue | None:
    """Return the changes behind a position; None for one before those that are kept."""
    since, limit = feeds.asked_changes()
    return feeds.changes_answer(held.changes(since, limit), since, limit) if since >= held.behind else None


def _atom(held: KeptFile) -> ResponseReturnValue:
    names = feeds.asked_names()
    return feeds.atom_answer(names, held.newest(names), _("As of %(moment)s.", moment=datetime_text(held.moment)))


def _dump(held: KeptFile, name: str) -> ResponseReturnValue | None:
    del held
    last = dumps.last(current_settings())
    return downloads.sent(last, name) if last else None


def _manifest(held: KeptFile) -> ResponseReturnValue | None:
    del held
    last = dumps.last(current_settings())
    return jsonify(dumps.manifest(last)) if last else None


_KNOWN: Mapping[str, Callable[..., ResponseReturnValue | None]] = {
    "registry.home": _home,
    "registry.search": _search,
    "registry.agencies": _agencies,
    "registry.entry": _entry,
    "registry.certificate": _certificate,
    "registry.agency": _agency,
    "registry.agency_history": _history,
    "registry.work": _work,
    "registry.live_mark": _mark,
    "registry.list_changes": _changes,
    "registry.atom": _atom,
    "registry.dump": _dump,
    "registry.manifest": _manifest,
}
