"""Translate the texts of templates at compile time: once per language instead of once per page."""

from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

TRANSLATIONS = Path(__file__).parents[1] / "translations"


class Translator(NodeTransformer):
    """Replaces `_("a text", name=value)` by the translated text, and `html_lang()` by the language code.

    Only the last step of `gettext` is left for run time: filling in the values, escaped where the template escapes.
    """

    def __init__(self, language: str, *, escapes: bool) -> None:
        self._language = language
        self._kind = Markup if escapes else str

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802  # Jinja's name
        """Translate one call and those in its arguments."""
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name == "html_lang":
            return nodes.Const(self._language, lineno=node.lineno)
        if name != "_" or not isinstance(node.args[0], nodes.Const):
            return node
        text = self._kind(_catalogue(self._language).gettext(node.args[0].value))
        if not node.kwargs:
            return nodes.Const(text % {}, lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(each.key), each.value) for each in node.kwargs]
        return nodes.Mod(nodes.Const(text), nodes.Dict(values), lineno=node.lineno)


@lru_cache(maxsize=8)
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [language])
