"""Access rules: every view declares who may open it; an application with an undeclared view does not start."""

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
    """Allow people with a role that grants `permission`."""
    return lambda view: _mark(view, permission.value)


def public(view: V) -> V:
    """Allow everyone."""
    return _mark(view, PUBLIC)


def signed_in(view: V) -> V:
    """Allow everyone with an account, for the own profile and sessions."""
    return _mark(view, SIGNED_IN)


def current_actor() -> Actor:
    """Return the actor of this request; only in views that are not public."""
    return cast(Actor, current_user.actor)


def may(permission: Permission | str) -> bool:
    """Return whether the visitor has this permission; for menus and buttons."""
    return bool(current_user.is_authenticated and current_actor().has(Permission(permission)))


def init_app(app: Flask) -> None:
    """Check access before every request; call `check_routes` once all blueprints are registered."""
    app.before_request(_guard)
    app.jinja_env.globals["may"] = may


def check_routes(app: Flask) -> None:
    """Raise at start-up if a route does not declare who may open it."""
    undeclared = sorted(name for name in app.view_functions if access_of(app, name) is None)
    if undeclared:
        raise RuntimeError(f"views without an access rule: {', '.join(undeclared)}")


def access_of(app: Flask, endpoint: str) -> str | None:
    """Return the access rule of an endpoint: a permission, `public` or `signed in`."""
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
