"""Who is at the other end of this request: Flask-Login over server-side sessions, one statement per request."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, LoginManager
from sqlalchemy import update

from audits.core import clock
from audits.core.access import Actor, Role
from audits.people.models import Person
from portal.doors.account import services
from portal.doors.account.models import LoginSession
from portal.doors.account.rules import SEEN_EVERY, own_path
from portal.stores import database

_TOKEN = "token"  # noqa: S105  # the name of the place, not the secret


@dataclass(frozen=True, slots=True)
class Visitor:
    """The signed-in person as plain values, so that a page can greet them even when the database has gone."""

    actor: Actor
    name: str
    language: str
    digest: bytes  # of this browser's session

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held at this moment."""
        return self.actor.roles

    @property
    def person(self) -> Person:
        """The row of this person."""
        return database.read().get_one(Person, self.actor.id)

    def get_id(self) -> str:
        """What Flask-Login calls this person."""
        return str(self.actor.id)


class Nobody(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """A visitor who did not sign in."""

    name = ""
    language: str | None = None


class Manager(LoginManager):  # type: ignore[misc]
    """Asks our sessions, and keeps its hands off the cookie when nobody asks who is there."""

    def _load_user(self) -> None:
        # The error page asks again after a failure; once is enough, and then nobody is signed in.
        asked, g.asked_who = g.get("asked_who", False), True
        g._login_user = Nobody()  # noqa: SLF001  # where Flask-Login looks
        if not asked:
            g._login_user = _visitor() or Nobody()  # noqa: SLF001

    def _update_remember_cookie(self, response: object) -> object:
        return response  # there is none; the original reads the session in every response, public ones too

    def unauthorized(self) -> ResponseReturnValue:
        """Ask to sign in, and come back after that."""
        return redirect(url_for("account.login", next=_way_back()), 303)


def init_app(app: Flask) -> None:
    """Let `current_user` know who is there."""
    Manager(app)


def remember(signed_in: services.SignedIn) -> None:
    """Put the token of a new session into a new cookie; nothing of an earlier visitor stays."""
    session.clear()
    session[_TOKEN] = signed_in.token


def forget() -> None:
    """Empty the cookie."""
    session.clear()


def start_page(roles: frozenset[Role]) -> str:
    """Where somebody's work begins: the first door that one of their roles opens."""
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
    (Role.SCHEME_MANAGER, "office_schemes.list_versions"),
    (Role.ADMINISTRATOR, "office_people.list_people"),
)


def _visitor() -> Visitor | None:
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None  # nobody; and a page that does not look into the session does not vary by its cookie
    token = session.get(_TOKEN)
    found = services.find_session(database.read(), token) if isinstance(token, str) else None
    if found is None:
        return None
    database.act_for(found.actor, found.sees)
    _touch(found)
    return Visitor(found.actor, found.name, found.language, found.digest)


def _touch(found: services.OpenSession) -> None:
    # Reading counts as use, yet a safe request must not write through its own session: this note has a transaction
    # of its own, at most once a minute, and nothing of the case can slip into it.
    now = clock.now()
    if now - found.seen_at < SEEN_EVERY:
        return
    stale = update(LoginSession).where(LoginSession.digest == found.digest, LoginSession.seen_at <= now - SEEN_EVERY)
    with current_app.extensions["sessionmaker"].begin() as beside:
        beside.execute(stale.values(seen_at=now))


def _way_back() -> str | None:
    """The page to come back to: this one, or the one whose form was sent."""
    if request.method in {"GET", "HEAD"}:
        return own_path(request.full_path.rstrip("?"))
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return None
    return own_path(came_from.path + (f"?{came_from.query}" if came_from.query else ""))
