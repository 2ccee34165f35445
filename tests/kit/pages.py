"""Read a page as a browser does, quickly: tests of pages spend much of their time on reading them."""

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from selectolax.lexbor import LexborHTMLParser


class _Builder(HTMLTreeBuilder):
    """Hand the tree of a parser that mends a page by the rules of HTML, as browsers do, to Beautiful Soup."""

    def prepare_markup(self, markup: Any, *_: Any, **__: Any) -> Iterator[tuple[Any, None, None, bool]]:
        yield markup, None, None, False

    def feed(self, markup: Any) -> None:
        _add(self.soup, LexborHTMLParser(markup).root)


def _add(soup: Any, node: Any) -> None:
    if node.is_text_node:
        soup.handle_data(node.text_content)
    elif node.is_element_node:
        name = node.tag
        soup.handle_starttag(name, None, None, {key: word or "" for key, word in node.attributes.items()})
        child = node.first_child
        while child is not None:
            _add(soup, child)
            child = child.next
        soup.handle_endtag(name)


def read_page(text: str) -> BeautifulSoup:
    """The elements and texts of a page, without its comments."""
    return BeautifulSoup(text, builder=_Builder())
