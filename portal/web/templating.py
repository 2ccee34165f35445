"""The Jinja environments: loaders, strictness, filters, assets."""

import json
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from babel.numbers import format_decimal
from flask import Flask, current_app, request, url_for
from flask.sansio.app import App
from flask.templating import Environment as FlaskEnvironment
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2 import Template as JinjaTemplate
from jinja2.nodes import Template
from markupsafe import Markup, escape

from audits.core.languages import in_language
from audits.questions.kinds import Question
from audits.questions.values import words
from certificates import press
from portal.forms.form import error_items
from portal.forms.widgets import Control
from portal.language import i18n
from portal.language.dates import date_text, datetime_text, month_text
from portal.language.translated import Translator
from portal.settings import ROOT
from portal.web.rendering import OF_DICTS, QuickEnvironment, QuickNamespace, repeated, written_once

TEMPLATES = ROOT / "templates"
MANIFEST = ROOT / "portal" / "static" / "built" / "manifest.json"
_KILO = 1024


class Environment(QuickEnvironment, FlaskEnvironment):
    """One environment per language, created on first use, with the texts of templates translated at compile time."""

    language = ""  # the language of this one; the application's own has none and only dispatches

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self._by_language: dict[str, Environment] = {}
        self._loaded: dict[tuple[str, str], JinjaTemplate] = {}

    def _load_template(self, name: str, globals: Any) -> JinjaTemplate:  # noqa: A002  # Jinja's own name
        if self.language:
            return super()._load_template(name, globals)
        language = i18n.current_language()
        loaded = self._loaded.get((language, name))
        if loaded is None or self.auto_reload:
            loaded = self._loaded[language, name] = self._in(language).get_template(name, globals=globals)
        return loaded

    def _in(self, language: str) -> "Environment":
        if language not in self._by_language:
            made = self.overlay()
            made.language = language
            self._by_language[language] = made
        return self._by_language[language]

    def _parse(self, source: str, name: str | None, filename: str | None) -> Template:
        tree = super()._parse(source, name, filename)
        escapes = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        return Translator(self.language, escapes=escapes).visit(tree) if self.language else tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look into plain dicts by key alone: trying attributes, as Jinja does, nearly always fails and is slow."""
        if type(obj) is dict and attribute not in OF_DICTS:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Share one dict of globals: templates have none of their own, and Jinja compares them at every import."""
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    """Configure the templates of the application; call before the first template is rendered."""
    if "jinja_env" in app.__dict__:
        raise RuntimeError("templating must come before anything that touches the templates")
    app.jinja_environment = Environment
    # pages and documents share the drawing of the mark
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(TEMPLATES), PrefixLoader({"press": FileSystemLoader(press.TEMPLATES)})]
    )
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(asset=asset, control=Control, error_items=error_items, language_links=i18n.language_links)
    env.globals.update(read_details=read_details, hidden_details=hidden_details)
    env.globals.update(repeated=repeated, written_once=written_once, namespace=QuickNamespace)
    env.filters.update(
        date=date_text,
        datetime=datetime_text,
        dialled=dialled,
        month=month_text,
        time_tag=time_tag,
        number=number_text,
        hours=hours_text,
        filesize=filesize_text,
        short=short_hash,
    )
    app.extensions["assets"] = {
        path: f"{app.static_url_path}/built/{path}?v={version}" for path, version in _read_manifest().items()
    }


def read_details(questions: Iterable[Question], values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the typed questions that have a value, each with its label and its value in words."""
    language = i18n.current_language()
    return [
        {"label": in_language(each.label, language), "words": words(each, values[each.code], language)}
        for each in questions
        if each.code in values
    ]


def hidden_details(questions: Iterable[Question], values: Mapping[str, Any]) -> int:
    """Return how many values belong to typed questions that are not asked now."""
    return len(values.keys() - {each.code for each in questions})


def asset(path: str) -> str:
    """Return the address of a built file, with the hash of its content, so that it can be cached for a year."""
    known: str | None = current_app.extensions["assets"].get(path)
    return request.script_root + known if known else url_for("static", filename=f"built/{path}")


def hours_text(value: Decimal) -> str:
    """Format hours: 7.5, in Dutch 7,5."""
    words: str = format_decimal(value, locale=i18n.current_language())
    return words


def dialled(number: str) -> str:
    """Return what a telephone dials of a number as people write it."""
    return "".join(sign for sign in number if sign in "+0123456789")


def time_tag(value: date, *, seconds: bool = False) -> Markup:
    """Format a moment or day as `<time>` element with a machine-readable value."""
    words = datetime_text(value, seconds=seconds) if isinstance(value, datetime) else date_text(value)
    return Markup(f'<time datetime="{value.isoformat()}">{escape(words)}</time>')  # noqa: S704  # escaped


def number_text(value: float | Decimal) -> str:
    """Format a number with the separators of the reader's language."""
    return _number_words(value, i18n.current_language())


def filesize_text(size: int) -> str:
    """Format a file size: 340 kB, 1.2 MB."""
    if size < _KILO * _KILO:
        return f"{number_text(max(1, round(size / _KILO)))} kB"
    return f"{number_text(round(size / _KILO / _KILO, 1))} MB"


def short_hash(value: str) -> Markup:
    """Return the first characters of a digest, with all of it on hover and for copying."""
    return Markup(f'<code class="kw-hash" title="{escape(value)}">{escape(value[:12])}</code>')  # noqa: S704  # escaped


@lru_cache(maxsize=4096)
def _number_words(value: float | Decimal, language: str) -> str:
    return str(format_decimal(value, locale=language))


def _read_manifest() -> Mapping[str, str]:
    if not MANIFEST.exists():
        return {}  # assets are built at set-up; tests may run without them
    return cast(Mapping[str, str], json.loads(MANIFEST.read_text()))
