"""Identify the visitor of a request: Flask-Login over server-side sessions, one statement per request."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, LoginManager
from sqlalchemy import update

from audits.core import clock
from audits.core.access import Actor, Role
from audits.core.errors import RuleError
from audits.people.models import Person
from portal.doors.account import held, services, throttle
from portal.doors.account.models import LoginSession
from portal.doors.account.rules import IDLE, LIFETIME, SEEN_EVERY, own_path
from portal.stores import database
from portal.web import security

_TOKEN = "token"  # noqa: S105  # the name of the place, not the secret
_PERSON, _OPENED = "person", "opened"  # whose session it is or was, and since when


@dataclass(frozen=True, slots=True)
class Visitor:
    """The signed-in person as plain values, so that error pages work without the database."""

    actor: Actor
    name: str
    language: str
    digest: bytes  # of the browser's session

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def roles(self) -> frozenset[Role]:
        """Return the present roles."""
        return self.actor.roles

    @property
    def person(self) -> Person:
        """Return the row of this person."""
        return database.read().get_one(Person, self.actor.id)

    def confirm(self, password: str) -> None:
        """Raise RuleError at `password` unless it is that of this person; guessing is slowed."""
        own = {"own": str(self.actor.id)}
        try:
            with database.write() as db:
                throttle.admit(db, own)
            with database.write() as db:
                services.check_own_password(db, self.actor.id, password)
                throttle.forgive(db, own)
        except throttle.TooManyAttemptsError as error:
            raise error.sentence from error
        except RuleError as error:
            raise RuleError(error.message, field="password", **error.params) from error

    def get_id(self) -> str:
        """Return the id for Flask-Login."""
        return str(self.actor.id)


class Nobody(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """A visitor who is not signed in."""

    name = ""
    language: str | None = None


class Manager(LoginManager):  # type: ignore[misc]
    """Flask-Login's manager over our own session table; leaves the session cookie untouched on public pages."""

    def _load_user(self) -> None:
        # Error pages ask again after a failed look-up; treat the visitor as signed out then, without another query.
        asked, g.asked_who = g.get("asked_who", False), True
        g._login_user = Nobody()  # noqa: SLF001  # where Flask-Login looks
        if not asked:
            g._login_user = _visitor() or Nobody()  # noqa: SLF001

    def _update_remember_cookie(self, response: object) -> object:
        return response  # there is none; the original would read the session in every response

    def unauthorized(self) -> ResponseReturnValue:
        """Redirect to the sign-in page, which leads back afterwards; what was sent is held for the same person."""
        page = _way_back()
        if request.method == "POST" and request.headers.get("Sec-Fetch-Dest") != "empty":  # scripts keep their own
            _hold(page or own_path(request.path) or "/")
        return redirect(url_for("account.login", next=page), 303)


def init_app(app: Flask) -> None:
    """Install the login manager, which provides `current_user`."""
    Manager(app)
    held.init_app(app)
    app.jinja_env.globals["session_seconds"] = seconds_left


def remember(signed_in: services.SignedIn) -> None:
    """Store the token of a new session in a fresh cookie, without data of an earlier visitor who was another person.

    For the same person the forms of open pages stay good, and what is held is put back.
    """
    person = str(signed_in.person_id)
    kept = _kept("csrf_token", held.PLACE) if session.get(_PERSON) == person else {}
    session.clear()
    session.update(kept)
    session[_TOKEN], session[_PERSON], session[_OPENED] = signed_in.token, person, int(clock.now().timestamp())


def forget() -> None:
    """Clear the cookie, except whose it was: a form that is sent later from another tab is held for that person."""
    kept = _kept("csrf_token", _PERSON)
    session.clear()
    session.update(kept)


def seconds_left() -> int:
    """Return for how many seconds this session stays open if nothing else is done."""
    opened = datetime.fromtimestamp(session.get(_OPENED, clock.now().timestamp()), UTC)
    return int(min(IDLE, opened + LIFETIME - clock.now()).total_seconds())


def start_page(roles: frozenset[Role]) -> str:
    """Return the start page of a person: that of the first door that their roles open."""
    for role, endpoint in _DOORS:
        if role in roles and endpoint in current_app.view_functions:
            return url_for(endpoint)
    return url_for("account.show_account")


_DOORS = (
    (Role.AGENCY_OWNER, "agency.home"),
    (Role.AGENCY_EDITOR, "agency.home"),
    (Role.AGENCY_SIGNATORY, "agency.home"),
    (Role.PLANNER, "office.home"),
    (Role.REVIEWER, "office.home"),
    (Role.DECIDER, "office.home"),
    (Role.INSPECTOR, "inspector.home"),
    (Role.SCHEME_MANAGER, "office.schemes.list_versions"),
    (Role.ADMINISTRATOR, "office.people.list_people"),
)


def _visitor() -> Visitor | None:
    if "account" not in current_app.blueprints:
        return None  # the register alone has no sign-in, and its role cannot read sessions
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None  # no one; and without a session look-up the response does not vary by cookie
    token = session.get(_TOKEN)
    found = services.find_session(database.read(), token) if isinstance(token, str) else None
    if found is None or not isinstance(token, str):
        return None
    security.keep_form_token()
    database.at_begin(services.ACT_AS, services.acting(token))
    _touch(found)
    return Visitor(found.actor, found.name, found.language, found.digest)


def _touch(found: services.OpenSession) -> None:
    # Update the time of last use in a transaction of its own, at most once a minute: a GET must not commit
    # changes of the request's own session.
    now = clock.now()
    if now - found.seen_at < SEEN_EVERY:
        return
    stale = update(LoginSession).where(LoginSession.digest == found.digest, LoginSession.seen_at <= now - SEEN_EVERY)
    with current_app.extensions["sessionmaker"].begin() as beside:
        beside.execute(stale.values(seen_at=now))


def _hold(page: str) -> None:
    person = session.get(_PERSON)
    if not person:
        return
    if held.hold(UUID(person), page):
        flash(_("You were signed out before this was saved. Sign in, and we put back what you typed."), "warning")


def _kept(*names: str) -> dict[str, Any]:
    return {name: session[name] for name in names if name in session}


def _way_back() -> str | None:
    """Return the page to come back to: this one, or the one whose form was sent."""
    if request.method in {"GET", "HEAD"}:
        return own_path(request.full_path.rstrip("?"))
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return None
    return own_path(came_from.path + (f"?{came_from.query}" if came_from.query else ""))
