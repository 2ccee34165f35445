"""Be told by mail when agencies change: paste a list, say yes in the mailbox, and end it with one press."""

# mypy: allow-subclassing-any

from collections.abc import Sequence

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from audits.core import clock
from audits.core.errors import N_, RuleError
from certificates.following import services
from certificates.following.queries import FollowState, Match, Why, follow_state, match_lines
from certificates.following.rules import CONFIRM_WITHIN, MOST_OFFERED
from certificates.register import changes
from certificates.register.models import RegisterEntry
from certificates.register.queries import entries_named
from portal.doors.registry.bulk import UNREADABLE_LISTS, lines
from portal.doors.registry.caching import unkept
from portal.doors.registry.feeds import feed_page
from portal.doors.registry.forms import OpenForm
from portal.forms.fields import checkboxes_field, email_field, file_field, hidden_field, radios_field
from portal.forms.lists import text_of
from portal.forms.once import SentOnce
from portal.forms.widgets import TextareaWidget
from portal.language.i18n import current_language
from portal.settings import current_settings
from portal.signing.private_links import Purpose, subject_of, token_of
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer
from portal.web.throttle import share_throttle, visitor_waits

MOST_PER_HOUR, MOST_IN_ALL = 30, 1000  # of one connection; and of all together
_NEWS = 100
_UNREADABLE = N_("This file cannot be read as a list. Save it as .txt, with one number or name on each line.")
OFTEN = [("change", _l("Within a minute of each change")), ("day", _l("Once a day, if something changed"))]
WHY = {
    Why.NUMBER: N_("has this number"),
    Why.NAME: N_("is called so"),
    Why.WORDS: N_("resembles this name: tick it only if you mean this one"),
}


class NamesForm(OpenForm):
    """Numbers and names, typed or in a file."""

    names = TextAreaField(
        _l("Numbers or names, one on each line"),
        description=_l("KvK, VAT or certificate numbers, or the names of agencies. At most 1,000."),
        widget=TextareaWidget(),
        render_kw={"component": {"rows": 10}},
    )
    file = file_field(
        _l("Or a file with the list"),
        hint=_l("Text (.txt), or .csv or .xlsx with numbers or names in the first column. We do not keep it."),
        accept=".txt,.csv,.xlsx,text/plain,text/csv",
    )


class OftenForm(OpenForm):
    """Which agencies, and how often to tell."""

    agencies = checkboxes_field(_l("These agencies"), [], required=_l("Tick at least one agency"), small=True)
    often = radios_field(_l("How often do you want a message?"), OFTEN, required=_l("Choose how often"))


class FollowForm(SentOnce, OftenForm):
    """The same, and where the messages go."""

    offered = hidden_field()  # all that could be ticked, for the page with an error
    email = email_field(
        _l("Your e-mail address"),
        hint=_l("We send messages about these agencies, and nothing else. You can stop with one press."),
        required=_l("Enter your e-mail address"),
    )


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module; addresses with a token stand in messages."""
    bp.get("/follow")(names)
    bp.post("/follow/choose")(choose)
    bp.post("/follow")(follow)
    bp.get("/follow/<token>")(show_list)
    bp.post("/follow/<token>/confirm")(confirm_list)
    bp.post("/follow/<token>/change")(change_list)
    bp.get("/follow/<token>/stop")(ask_to_stop)
    bp.post("/follow/<token>/stop")(stop)
    bp.get("/follow/<token>/changes.atom")(feed)
    share_throttle(bp, "follow", MOST_PER_HOUR, MOST_IN_ALL)


@public
def names() -> ResponseReturnValue:
    """Show the empty form; with an agency in the address, the form for that one."""
    if (asked := request.args.get("agency")) is None:
        return render_template("registry/follow.html", form=NamesForm(None))
    found = entries_named(database.read(), [asked.lower()])
    return _choose(_form_for(found, ticked=found), [])


@public
def choose() -> ResponseReturnValue:
    """Show which agencies the lines of a list mean, and why."""
    given = NamesForm()
    try:
        upload = given.file.data
        asked = text_of(upload, UNREADABLE_LISTS, _UNREADABLE).splitlines() if upload else lines(given.names.data or "")
        matches = match_lines(database.read(), asked, clock.today())
    except RuleError as error:
        given.complain(RuleError(error.message, error.field or "names", **error.params))
        return render_template("registry/follow.html", form=given), 422
    found = {entry.public_id: entry for each in matches for entry in each.entries}
    sure = {entry.public_id: entry for each in matches if each.is_sure for entry in each.entries}
    form = _form_for(list(found.values()), ticked=list(sure.values()), matches=matches)
    return _choose(form, [each.asked for each in matches if each.why is Why.NOTHING])


@public
def follow() -> ResponseReturnValue:
    """Keep the list until its address says yes. The answer is the same whether that address follows already or not."""
    form = FollowForm()
    asked = [*request.form.getlist("agencies"), *(form.offered.data or "").split(",")]
    found = entries_named(database.read(), list(dict.fromkeys(asked))[:MOST_OFFERED])
    form.agencies.choices = _choices(found, ())
    if not form.validate():
        return _choose(form, []), 422
    if wait := visitor_waits("follow"):
        return answer(429, _("Many lists were made from your connection in a short time."), retry_after=wait)
    wanted = {"address": form.email.data, "public_ids": form.agencies.data, "daily": form.often.data == "day"}
    follow_id = form.id_for(*wanted.values())
    try:
        with database.write() as session:
            services.follow(session, follow_id=follow_id, language=current_language(), **wanted)
    except RuleError as error:
        form.complain(error)
        return _choose(form, []), 422
    return unkept(render_template("registry/follow_asked.html", hours=int(CONFIRM_WITHIN.total_seconds() // 3600)))


@public
def show_list(token: str) -> ResponseReturnValue:
    """Show a list to whoever has its link: to say yes, and afterwards to change or end it."""
    state = _state(token)
    form = OftenForm(None)
    _fill(form, state)
    return _list_page(token, state, form)


@public
def confirm_list(token: str) -> ResponseReturnValue:
    """Begin to send messages."""
    follow_id = subject_of(Purpose.FOLLOW, token)
    with database.write() as session:
        services.confirm(session, follow_id)
    return _back(token)


@public
def change_list(token: str) -> ResponseReturnValue:
    """Change how often to tell, and leave out agencies."""
    state, form = _state(token), OftenForm()
    form.agencies.choices = _choices(_entries(state), ())
    if not form.validate():
        return _list_page(token, state, form), 422
    with database.write() as session:
        daily = form.often.data == "day"
        services.change(session, subject_of(Purpose.FOLLOW, token), daily=daily, keep=form.agencies.data)
    return _back(token)


@public
def ask_to_stop(token: str) -> ResponseReturnValue:
    """Show the one button that ends a list; a link alone does nothing, because programs open links in mail."""
    subject_of(Purpose.FOLLOW, token)
    return unkept(render_template("registry/follow_stop.html", token=token, stopped=False))


@public
def stop(token: str) -> ResponseReturnValue:
    """Forget a list and its address, also for a mail program that does so by itself (RFC 8058)."""
    follow_id = subject_of(Purpose.FOLLOW, token)
    with database.write() as session:
        services.forget(session, follow_id)
    return unkept(render_template("registry/follow_stop.html", token=token, stopped=True))


@public
def feed(token: str) -> ResponseReturnValue:
    """Return the changes of a list as Atom feed, at an address that only its owner has."""
    session = database.read()
    state = follow_state(session, subject_of(Purpose.FEED, token))
    page = feed_page(
        _("Changes of the agencies that you follow"),
        f"{current_settings().public_url}{request.path}",
        changes.newest(session, state.public_ids, _NEWS) if state.confirmed_at else [],
    )
    return unkept(Response(page, content_type="application/atom+xml"))


def _state(token: str) -> FollowState:
    return follow_state(database.read(), subject_of(Purpose.FOLLOW, token))


def _entries(state: FollowState) -> list[RegisterEntry]:
    return entries_named(database.read(), state.public_ids)


def _fill(form: OftenForm, state: FollowState) -> None:
    form.agencies.choices = _choices(_entries(state), ())
    form.agencies.data = list(state.public_ids)
    form.often.data = "day" if state.daily else "change"


def _list_page(token: str, state: FollowState, form: OftenForm) -> Response:
    feed_token = token_of(Purpose.FEED, subject_of(Purpose.FOLLOW, token))
    address = current_settings().public_url + url_for("registry.feed", token=feed_token, lang=None)
    return unkept(render_template("registry/follow_list.html", state=state, form=form, token=token, feed=address))


def _choose(form: FollowForm, unknown: Sequence[str]) -> Response:
    return make_response(render_template("registry/follow_choose.html", form=form, unknown=unknown))


def _form_for(found: list[RegisterEntry], *, ticked: list[RegisterEntry], matches: Sequence[Match] = ()) -> FollowForm:
    form = FollowForm(None)
    form.agencies.choices = _choices(found, matches)
    form.agencies.data = [entry.public_id for entry in ticked]
    form.offered.data = ",".join(entry.public_id for entry in found)
    form.often.data = "change"
    return form


def _choices(entries: Sequence[RegisterEntry], matches: Sequence[Match]) -> list[tuple[str, str]]:
    """Return a box for each agency, with the line that led to it and why."""
    why: dict[str, list[str]] = {}
    for match in matches:
        for entry in match.entries:
            why.setdefault(entry.public_id, []).append(f"“{match.asked}”: {_(WHY[match.why])}")
    return [(each.public_id, _described(each, why.get(each.public_id, ()))) for each in entries]


def _described(entry: RegisterEntry, why: Sequence[str]) -> str:
    named = ", ".join(filter(None, (entry.legal_name, entry.city)))
    return f"{named} ({'; '.join(why)})" if why else named


def _back(token: str) -> ResponseReturnValue:
    return unkept(redirect(url_for("registry.show_list", token=token), 303))
