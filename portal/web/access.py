"""Every view says who may open it; an application with a view that says nothing does not start."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audits.core.access import Actor, Permission

V = TypeVar("V", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed in"


def needs(permission: Permission) -> Callable[[V], V]:
    """Open to people with a role that grants `permission`."""
    return lambda view: _mark(view, permission.value)


def public(view: V) -> V:
    """Open to everyone."""
    return _mark(view, PUBLIC)


def signed_in(view: V) -> V:
    """Open to everyone with an account: own profile, own sessions."""
    return _mark(view, SIGNED_IN)


def current_actor() -> Actor:
    """The person on whose behalf this request runs; only in views that are not public."""
    return cast(Actor, current_user.actor)


def may(permission: Permission | str) -> bool:
    """Whether the visitor has this permission; for menus and buttons."""
    return bool(current_user.is_authenticated and current_actor().has(Permission(permission)))


def init_app(app: Flask) -> None:
    """Guard every request; `check_routes` comes once all blueprints are there."""
    app.before_request(_guard)
    app.jinja_env.globals["may"] = may


def check_routes(app: Flask) -> None:
    """Stop the start-up if a route forgot to say who may open it."""
    undeclared = sorted(name for name in app.view_functions if access_of(app, name) is None)
    if undeclared:
        raise RuntimeError(f"views without an access rule: {', '.join(undeclared)}")


def access_of(app: Flask, endpoint: str) -> str | None:
    """The declared rule of an endpoint: a permission, `public` or `signed in`."""
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions[endpoint], "__access__", None)


def _mark(view: V, access: str) -> V:
    view.__access__ = access  # type: ignore[attr-defined]
    return view


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # Flask answers 404 or 405
    access = access_of(current_app, request.endpoint)
    if access == PUBLIC:
        return None
    if access is None:
        abort(500, "view without access rule")
    if not current_user.is_authenticated:
        return cast(ResponseReturnValue, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
    if access != SIGNED_IN and not current_actor().has(Permission(access)):
        abort(403)
    return None
