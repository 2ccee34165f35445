"""Requests that no browser sends: text is cleaned and an impossible host refused here, once for all views."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import flask
from flask import Flask, has_request_context
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, MapAdapter, Rule, UnicodeConverter, UUIDConverter

from portal.language.i18n import LANGUAGE, explicit_language

_UNQUOTED = re.compile(r"[A-Za-z0-9_.~-]+")
_OPTIONS = ("_method", "_scheme", "_external")  # of `url_for`
_OF_ANCHORS = "%!#$&'()*+,/:;=?@"  # what Flask leaves as it is
FAULT = "keurwerk.fault"
"""In the environment of a request: the exception to answer with, because its body could not be received."""


class Typed(ImmutableMultiDict[str, Any]):
    """The fields of a query string or form, without NUL: PostgreSQL rejects it, and nobody types it."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(_clean(name), _clean(value)) for name, value in pairs])


class Request(flask.Request):
    """A request as the views see it."""

    parameter_storage_class = Typed

    @property
    def is_json(self) -> bool:
        """Return False: no route takes JSON, and Flask-WTF would fill forms from it."""
        return False


class Words(UnicodeConverter):
    """A text in an address. Most are codes, in which nothing is quoted, and a page may have a hundred of them."""

    def to_url(self, value: Any) -> str:
        """Return the text as it is in an address."""
        text = str(value)
        return text if _UNQUOTED.fullmatch(text) else super().to_url(text)


_PLAIN = frozenset({Words, UUIDConverter, IntegerConverter})


class _Route:
    """A route, and its address as a pattern for values that stand in it as they are: ids, numbers, plain codes."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        converters = rule._converters  # noqa: SLF001  # their classes say what may be in an address
        self.numbers = {name for name, each in converters.items() if type(each) is IntegerConverter}
        plain = all(type(each) in _PLAIN and not getattr(each, "fixed_digits", 0) for each in converters.values())
        self.pattern = self._pattern() if plain else None

    def _pattern(self) -> str | None:
        marks = {name: uuid4().int if name in self.numbers else uuid4() for name in self.rule.arguments}
        built = self.rule.build(marks, append_unknown=False)
        pattern = built[1].replace("%", "%%") if built else None
        for name, mark in marks.items():
            pattern = pattern.replace(str(mark), f"%({name})s") if pattern else None
        return pattern

    def path(self, values: Mapping[str, Any]) -> str | None:
        """Return the path with these values; None if that takes more than to write them down."""
        if self.pattern is None:
            return None
        texts = {}
        for name, value in values.items():
            kind, is_number = type(value), name in self.numbers
            if kind is not int and (is_number or (kind is not UUID and not _is_plain(value))):
                return None
            texts[name] = str(value)
        return self.pattern % texts


def _is_plain(value: Any) -> bool:
    return type(value) is str and _UNQUOTED.fullmatch(value) is not None


class Application(Flask):
    """Flask, which answers 400 with a page when the Host header cannot be the name of a host."""

    request_class = Request
    at_hand: Callable[[tuple[str, str, str], str | None], Any] | None = None
    """What returns an answer that was kept; see `portal.web.page_cache`."""
    longest_body = 0
    """The most bytes that any view reads of a request: the server receives no more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Two slashes are another address: 404, not a redirect whose page is Werkzeug's own.
        self.url_map.merge_slashes = False
        self.url_map.converters |= {"default": Words, "string": Words}
        self._lone_routes: dict[str, _Route | None] = {}

    def url_for(self, /, endpoint: str, *, _anchor: str | None = None, **values: Any) -> str:
        """Return the address of a page as Flask does, but from its route at once where nothing else decides about it.

        A page may have a hundred links. Of the query string the language goes into them, and nothing else.
        """
        for option in _OPTIONS:  # Flask's own function names them all; those that nobody gave are no part of an address
            if option in values and values[option] is None:
                del values[option]
        proxy: Any = flask.request  # looked through once: each use of it costs a look-up
        request: Request | None = proxy._get_current_object() if has_request_context() else None  # noqa: SLF001
        path = self._path(endpoint, values) if request else None
        if request is None or path is None:
            return super().url_for(endpoint, _anchor=_anchor, **values)
        language = explicit_language() if request.args and endpoint != "static" else None
        query = f"?{LANGUAGE}={language}" if language else ""
        anchor = "" if _anchor is None else f"#{quote(_anchor, safe=_OF_ANCHORS)}"
        return f"{request.root_path}{path}{query}{anchor}"

    def _path(self, endpoint: str, values: Mapping[str, Any]) -> str | None:
        """Return the path of a page with these values; None where Flask must look for it, or say what is wrong."""
        if endpoint not in self._lone_routes:
            self._lone_routes[endpoint] = self._lone_route(endpoint)
        route = self._lone_routes[endpoint]
        if route is None or values.keys() != route.rule.arguments:
            return None
        if (path := route.path(values)) is not None:
            return path
        built = route.rule.build(values, append_unknown=False) if None not in values.values() else None
        return built[1] if built else None

    def _lone_route(self, endpoint: str) -> "_Route | None":
        """Return the route of an endpoint that has one, without values by default."""
        rules = list(self.url_map.iter_rules(endpoint)) if endpoint in self.view_functions else []
        return _Route(rules[0]) if len(rules) == 1 and not rules[0].defaults else None

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function: none is async, and Flask asks for every view and hook of every request."""
        return func

    def create_url_adapter(self, request: flask.Request | None) -> MapAdapter | None:
        """Bind the addresses to the host of the request, or to any other so that the error page can be built."""
        try:
            return super().create_url_adapter(request)
        except BadRequest as error:
            if request is None:
                raise
            request.environ["HTTP_HOST"] = request.host = "localhost"
            request.routing_exception = error
            return super().create_url_adapter(request)


def refuse_fault() -> None:
    """Raise what went wrong while the request was received. For before any view or hook that reads it."""
    if fault := flask.request.environ.get(FAULT):
        raise fault


def _clean(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value
