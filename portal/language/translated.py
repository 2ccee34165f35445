"""Translate the texts of templates at compile time: once per language instead of once per page."""

import re
from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

_VALUE = re.compile(r"%\((\w+)\)s")
TRANSLATIONS = Path(__file__).parents[1] / "translations"


class Translator(NodeTransformer):
    """Replaces `_("a text", name=value)` by the translated text, and `html_lang()` by the language code.

    Only the last step of `gettext` is left for run time: filling in the values, escaped where the template escapes.
    """

    def __init__(self, language: str, *, escapes: bool) -> None:
        self._language = language
        self._kind = Markup if escapes else str

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802  # Jinja's name
        """Write a text with values piece by piece where it is only printed: filling it in costs several times more."""
        node.nodes = [piece for each in node.nodes for piece in self._pieces(each)]
        self.generic_visit(node)
        return node

    def _pieces(self, node: nodes.Expr) -> list[nodes.Expr]:
        text = _text_of(node)
        if text is None or not isinstance(node, nodes.Call) or not node.kwargs:
            return [node]
        values = {each.key: each.value for each in node.kwargs}
        texts = _VALUE.split(_catalogue(self._language).gettext(text))
        if any("%" in each for each in texts[::2]) or not values.keys() >= set(texts[1::2]):
            return [node]
        return [
            values[each] if place % 2 else nodes.TemplateData(each, lineno=node.lineno)
            for place, each in enumerate(texts)
            if each
        ]

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802  # Jinja's name
        """Translate one call and those in its arguments."""
        self.generic_visit(node)
        if isinstance(node.node, nodes.Name) and node.node.name == "html_lang":
            return nodes.Const(self._language, lineno=node.lineno)
        if (found := _text_of(node)) is None:
            return node
        text = self._kind(_catalogue(self._language).gettext(found))
        if not node.kwargs:
            return nodes.Const(text % {}, lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(each.key), each.value) for each in node.kwargs]
        return nodes.Mod(nodes.Const(text), nodes.Dict(values), lineno=node.lineno)


def _text_of(node: nodes.Node) -> str | None:
    """Return the text of `_("a text", …)`, else None."""
    if not (isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "_"):
        return None
    first = node.args[0]
    return str(first.value) if isinstance(first, nodes.Const) else None


@lru_cache(maxsize=8)
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [language])
