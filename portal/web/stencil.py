"""Keep a page as a shape: what it says of one thing stands there as marks, and the texts of the next are filled in.

A shape is rendered once, and is good for everything of which the same was noted. To fill it in costs a tenth.
"""

import re
import secrets
import threading
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from markupsafe import Markup

from portal.language.dates import WrittenDay, day_in, month_in
from portal.web.rendering import as_markup, escaped

MOST = 256  # shapes of one kind of page: 20 kB each
_MARK = secrets.token_hex(8)
"""Begins every mark. Nobody can type one, as each process has its own."""
_MARKED = re.compile(f"{_MARK}([0-9]+)x")


class Stencil:
    """Hands out marks, notes what else the page depends on, and knows what stands for each mark.

    A text is an empty one instead of a mark when it is empty, and that is noted: templates may ask whether they have
    it, join and escape it, put it into words and addresses, and nothing else.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._noted: list[Hashable] = [language]
        self._written: list[str] = []
        self._literal = ""

    @property
    def shape(self) -> tuple[Hashable, ...]:
        """Return all that was noted."""
        return tuple(self._noted)

    def note(self, *values: Hashable) -> None:
        """Note values that the page depends on, or shows as they are."""
        self._noted += values

    def literal(self, value: str) -> str:
        """Return a text that stands in the page as it is: all that is equal to it is taken for a mark. Once."""
        self._literal = value
        self._written.append(value)
        return value

    def text(self, value: str | None) -> str:
        """Return a mark for a text."""
        self._noted.append(bool(value))
        return self._marked(escaped(value)) if value else ""

    def texts(self, values: Iterable[str]) -> list[str]:
        """Return a mark for each of some texts."""
        marks = [self._marked(escaped(value)) for value in values]
        self._noted.append(len(marks))
        return marks

    def markup(self, value: str) -> Markup:
        """Return a mark for markup that is ours."""
        self._noted.append(bool(value))
        return as_markup(self._marked(value) if value else "")

    def day(self, value: date | None) -> date | None:
        """Return a day that is written as marks."""
        self._noted.append(value is not None)
        if value is None:
            return None
        written = (day_in(value, self.language), month_in(value, self.language), value.isoformat())
        return WrittenDay.marked(*map(self._marked, written))

    def split(self, page: str) -> "Shape":
        """Return the shape of a page that was rendered with these marks."""
        if self._literal:
            page = page.replace(self._literal, _mark(self._written.index(self._literal)))
        pieces = _MARKED.split(page)
        return Shape(pieces, [int(number) for number in pieces[1::2]])

    def fill(self, shape: "Shape") -> str:
        """Return the page with what stands for the marks."""
        return shape.filled(self._written)

    def _marked(self, written: str) -> str:
        self._written.append(written)
        return _mark(len(self._written) - 1)


class Unmarked(Stencil):
    """Hands out what it is given, for a page that is rendered once."""

    def text(self, value: str | None) -> str:
        """Return the text."""
        return value or ""

    def texts(self, values: Iterable[str]) -> list[str]:
        """Return the texts."""
        return list(values)

    def markup(self, value: str) -> Markup:
        """Return the markup."""
        return as_markup(value)

    def day(self, value: date | None) -> date | None:
        """Return the day."""
        return value


class Shape:
    """The pieces of a page, and which text stands between each two."""

    def __init__(self, pieces: list[str], numbers: list[int]) -> None:
        self._pieces = pieces
        self._of = itemgetter(*numbers, 0, 0)  # two more: of a single one it would return no tuple

    def filled(self, written: list[str]) -> str:
        """Return the page with these texts; the first is there in any case."""
        pieces = self._pieces.copy()
        pieces[1::2] = self._of(written)[:-2]
        return "".join(pieces)


class Shapes:
    """The shapes of one kind of page, the oldest of which are forgotten."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: dict[tuple[Hashable, ...], Shape] = {}
        self._most, self._lock = most, threading.Lock()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._kept)

    def known(self, stencil: Stencil) -> str | None:
        """Return the page if its shape is known."""
        shape = self._kept.get(stencil.shape)
        return stencil.fill(shape) if shape else None

    def page(self, stencil: Stencil, render: Callable[[], str]) -> str:
        """Return the page, which `render` makes with the marks of the stencil if its shape is not known."""
        found = self.known(stencil)
        if found is not None:
            return found
        shape = stencil.split(render())
        with self._lock:
            self._kept[stencil.shape] = shape
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return stencil.fill(shape)


def shapes(extensions: dict[str, Any], kind: str) -> Shapes:
    """Return the shapes of this kind of page of an application."""
    found: Shapes = extensions.setdefault("shapes", {}).setdefault(kind, Shapes())
    return found


@lru_cache(maxsize=1024)
def _mark(number: int) -> str:
    return f"{_MARK}{number}x"
