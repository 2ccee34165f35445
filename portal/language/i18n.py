"""Choose the language of a page, and keep an explicit choice in links."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale, gettext
from flask_login import current_user

from audits.core.errors import DomainError
from audits.core.languages import DEFAULT, LANGUAGES, NAMES, SOURCE, WORKERS, Language, in_language

LANGUAGE = "lang"
"""In the query string of pages, from where it goes on into their links; the open data has one language, or all."""
V = TypeVar("V", bound=Callable[..., Any])

_LOCALES = {code: Locale.parse(code) for code in WORKERS}  # to read a name takes a look at the disk each time


class _Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """Keeps the catalogue of each language by its code; Flask-Babel spells out the name of the locale at every text."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Any] = {}

    def get_translations(self) -> Any:
        """Return the texts in the reader's language."""
        locale = _locale()
        if locale is None:
            return super().get_translations()
        if locale.language not in self.known:
            self.known[locale.language] = super().get_translations()
        return self.known[locale.language]


_CATALOGUES = _Catalogues()


class _Babel(Babel):  # type: ignore[misc]
    @cached_property
    def domain_instance(self) -> Domain:
        """Return the place of all texts."""
        return _CATALOGUES


def init_app(app: Flask) -> None:
    """Set up Flask-Babel, and add an explicit `?lang=` to addresses from `url_for`."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Amsterdam")
    _Babel(app, locale_selector=lambda: _LOCALES[choose_language()])
    app.url_defaults(_keep_language)
    app.after_request(_say_language)
    app.jinja_env.globals.update(html_lang=current_language, language_names=NAMES, worker_languages=lambda: WORKERS)
    app.jinja_env.filters["in_my_language"] = _in_my_language


def for_workers(view: V) -> V:
    """Show this view in the languages of workers too."""
    view.__languages__ = WORKERS  # type: ignore[attr-defined]
    return view


def choose_language() -> str:
    """Return the language from the address, else of the person, else of the browser, else English before Dutch."""
    if not has_request_context():
        return DEFAULT
    return explicit_language() or _own_language() or browser_language(_known()) or _fallback()


def browser_language(known: Mapping[str, Language]) -> str | None:
    """Return the one of these languages that the browser prefers."""
    return request.accept_languages.best_match(known)


def explicit_language() -> str | None:
    """Return the language in the address, if this page is written in it."""
    asked = request.args.get(LANGUAGE) if request.args else None  # a missing key is slow: it raises
    return asked if asked and asked in _known() else None


def current_language() -> str:
    """Return the language code for `<html lang>`."""
    locale = _locale()
    return locale.language if locale else DEFAULT


def reader_language() -> str | None:
    """Return the code of the language that texts are translated into now; None where there is no reader."""
    locale = _locale()
    return locale.language if locale else None


def translate(text: str, **values: Any) -> str:
    """Return a text in the reader's language as Flask-Babel's `gettext` does, which takes three times as many calls.

    For modules whose texts a page writes by the dozen: import it there as `_`.
    """
    locale = _locale()
    known = _CATALOGUES.known.get(locale.language) if locale else None
    if known is None:
        return str(gettext(text, **values))
    said: str = known.gettext(text)
    return said % values if values else said


def sentence(error: DomainError) -> str:
    """Translate the message of a domain error."""
    return str(gettext(error.message, **error.params))


def language_links() -> list[dict[str, Any]]:
    """Return links to this page in every language, each with its name in that language."""
    current, here = current_language(), _address_without_language()
    return [
        {"code": code, "text": language.name, "href": f"{here}{LANGUAGE}={code}", "current": code == current}
        for code, language in _known().items()
    ]


def _locale() -> Locale | None:
    """Return the reader's language from where Flask-Babel keeps it, else ask it: it takes the way there four times."""
    proxy: Any = g  # looked through once: a page asks up to a hundred times
    try:
        known: Locale = proxy._get_current_object()._flask_babel.babel_locale  # noqa: SLF001
    except (AttributeError, RuntimeError):  # not asked yet, or no application
        return get_locale()  # type: ignore[no-any-return]
    return known


def _known() -> Mapping[str, Language]:
    """Return the languages of the page that is asked for."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "__languages__", LANGUAGES)


def _fallback() -> str:
    """Return English for a browser that asks for other languages than ours, and Dutch for one that asks for none."""
    return SOURCE if request.accept_languages else DEFAULT


def _in_my_language(texts: Mapping[str, str]) -> str:
    return in_language(texts, current_language())


def _address_without_language() -> str:
    """Return the address of this page up to where a language is named."""
    query = [(key, value) for key, value in request.args.items(multi=True) if key != LANGUAGE] if request.args else []
    return f"{request.root_path}{request.path}?{urlencode(query)}{'&' if query else ''}"


def _own_language() -> str | None:
    # Only look up the person if there is a session cookie; else public pages would get `Vary: Cookie`.
    if not hasattr(current_app, "login_manager") or current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    language = getattr(current_user, "language", None)
    return language if language in LANGUAGES else None


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint != "static" and has_request_context() and (language := explicit_language()):
        values.setdefault(LANGUAGE, language)


def _say_language(response: Any) -> Any:
    # Flask-Babel caches the locale here at the first translation.
    if response.mimetype == "text/html" and "_flask_babel" in g:
        response.headers["Content-Language"] = current_language()
        response.vary.add("Accept-Language")
    return response
