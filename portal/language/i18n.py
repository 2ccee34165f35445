"""Which language a page speaks, and how a chosen language travels along in links."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale, gettext
from flask_login import current_user

from audits.core.errors import DomainError
from audits.core.languages import DEFAULT, LANGUAGES, NAMES, in_language


def init_app(app: Flask) -> None:
    """Set up Flask-Babel and let an explicit `?lang=` travel through `url_for`."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Amsterdam")
    Babel(app, locale_selector=choose_language)
    app.url_defaults(_keep_language)
    app.after_request(_say_language)
    app.jinja_env.globals.update(html_lang=current_language, language_names=NAMES)
    app.jinja_env.filters["in_my_language"] = _in_my_language


def choose_language() -> str:
    """Asked for in the address, else the person's own, else the browser's, else Dutch."""
    if not has_request_context():
        return DEFAULT
    return explicit_language() or _own_language() or request.accept_languages.best_match(LANGUAGES) or DEFAULT


def explicit_language() -> str | None:
    """The language in the address, if it is one of ours."""
    asked = request.args.get("lang") if request.args else None  # a missing key costs more than asking for any
    return asked if asked in LANGUAGES else None


def current_language() -> str:
    """The code for `<html lang>`."""
    locale = get_locale()
    return locale.language if locale else DEFAULT


def sentence(error: DomainError) -> str:
    """What the domain says, in the reader's language."""
    return str(gettext(error.message, **error.params))


def language_links() -> list[dict[str, Any]]:
    """This page in every language, each under the name that its own readers use."""
    current = current_language()
    return [
        {"code": code, "text": name, "href": _address_in(code), "current": code == current}
        for code, name in NAMES.items()
    ]


def _in_my_language(texts: Mapping[str, str]) -> str:
    return in_language(texts, current_language())


def _address_in(code: str) -> str:
    query = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{request.root_path}{request.path}?{urlencode([*query, ('lang', code)])}"


def _own_language() -> str | None:
    # Without a session cookie nobody is signed in; not asking keeps public pages free of `Vary: Cookie`.
    if not hasattr(current_app, "login_manager") or current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    language = getattr(current_user, "language", None)
    return language if language in LANGUAGES else None


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint != "static" and has_request_context() and (language := explicit_language()):
        values.setdefault("lang", language)


def _say_language(response: Any) -> Any:
    # Flask-Babel puts the locale here as soon as a page asked for a translation.
    if response.mimetype == "text/html" and "_flask_babel" in g:
        response.headers["Content-Language"] = current_language()
        response.vary.add("Accept-Language")
    return response
