"""The compiled press: builds a PDF from a cached layout instead of typesetting it.

The typesetter (WeasyPrint) sets a master with markers in place of the variable phrases; a layout is that master as
bytes. Each further document of the same shape fills its slots. A document that differs in more than its slots needs
another master; one that no slot can hold is left to the typesetter (UnfitError).
"""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from certificates.documents.stages import DocumentKind
from certificates.press.compiled import figures
from certificates.press.compiled.faces import Faces
from certificates.press.compiled.fonts import scripts
from certificates.press.compiled.layout import Layout, Order
from certificates.press.compiled.master import layout_of
from certificates.press.compiled.slots import SLOTS, UnfitError, markers
from certificates.press.compiled.writer import written

__all__ = ["CompiledPress", "Order", "UnfitError"]

Typeset = Callable[[DocumentKind, Mapping[str, Any], str, str], bytes]
"""Renders a master: kind, phrases with figures, language, address of the second code -> PDF."""

log = logging.getLogger(__name__)

_MOST_LAYOUTS = 256  # of some 30 KB each
_NOT_SHAPE = frozenset({"digest", "conditions"})
_BLANKS = re.compile("[ \n]+")
_ADDRESS = re.compile("[A-Za-z0-9:/._~?&=#-]+")
_ROOM = "/ByteRange"  # if it were printed it could be mistaken for the placeholder of the seal


class CompiledPress:
    """A cache of layouts by shape, least recently used first out. Shapes that cannot be compiled are cached too."""

    def __init__(self, folder: Path) -> None:
        self._faces = Faces(folder)
        self._layouts: OrderedDict[Hashable, Layout | None] = OrderedDict()
        self._making = threading.Lock()
        self.printed = 0
        """How many documents came from here."""

    def render(self, order: Order, typeset: Typeset) -> bytes:
        """Return the document; a new shape is typeset once as master. UnfitError when it cannot be compiled."""
        order = replace(order, texts=_settled(order))
        slots, texts = SLOTS[order.kind], order.texts
        shape, written_in = _shape(order), scripts(texts[name] for name in slots)
        least = tuple(1 if texts[name] else 0 for name in slots)
        layout = self._layout(order, typeset, shape, least, written_in)
        lines = [slot.lines(texts) for slot in layout.slots]
        high = {slot.words[1]: len(set_) for slot, set_ in zip(layout.slots, lines, strict=True) if len(set_) > 1}
        if high:
            counts = tuple(high.get(name, few) for name, few in zip(slots, least, strict=True))
            layout = self._layout(order, typeset, shape, counts, written_in)
        self.printed += 1
        return written(layout, order, lines)

    def _layout(
        self, order: Order, typeset: Typeset, shape: Hashable, counts: tuple[int, ...], written_in: frozenset[str]
    ) -> Layout:
        """Return the layout of a shape with so many lines in each slot, cached or from a new master."""
        key = (shape, counts, written_in)
        try:
            layout = self._layouts[key]
            self._layouts.move_to_end(key)
        except KeyError:
            with self._making:  # of threads that wait for the same master, the first one makes it
                if key not in self._layouts:
                    self._layouts[key] = self._compiled(order, typeset, counts, written_in)
                layout = self._layouts[key]
                if len(self._layouts) > _MOST_LAYOUTS:
                    self._layouts.popitem(last=False)
        if layout is None:
            raise UnfitError("a document of this shape does not fit")
        return layout

    def _compiled(
        self, order: Order, typeset: Typeset, counts: tuple[int, ...], written_in: frozenset[str]
    ) -> Layout | None:
        lines = dict(zip(SLOTS[order.kind], counts, strict=True))
        phrases = dict(order.texts) | markers(order.kind, lines) | {"digest": "0" * 64, "conditions": []}
        phrases |= {"rosette": figures.rosette_stand_in, "qr": figures.qr_stand_in}
        offline = figures.OFFLINE if order.offline_url else ""
        try:
            master = typeset(order.kind, phrases, order.language, offline)
            return layout_of(master, order.kind, order.language, self._faces, written_in)
        except UnfitError as error:
            log.info("a shape of %s stays with the typesetter: %s", order.kind, error)
            return None


def _settled(order: Order) -> dict[str, Any]:
    """Collapse and trim blanks in the phrases, as the typesetter does."""
    texts = dict(order.texts)
    if len(texts["conditions"]) > 1:
        raise UnfitError("a list of conditions")
    if not _ADDRESS.fullmatch(texts["register_url"]):
        raise UnfitError("an address that must be written otherwise in a link")
    for name in SLOTS[order.kind]:
        text = texts[name]
        if "  " in text or "\n" in text or text[:1] == " " or text[-1:] == " ":
            text = texts[name] = _BLANKS.sub(" ", text).strip(" ")
        if _ROOM in text:
            raise UnfitError("words of the seal")
    return texts


def _shape(order: Order) -> Hashable:
    """Return the key that tells documents with different masters apart, besides the number of lines."""
    given = order.texts
    fixed = tuple(_frozen(given[name]) for name in given if name not in SLOTS[order.kind] and name not in _NOT_SHAPE)
    return order.kind, order.language, bool(order.offline_url), fixed


def _frozen(value: Any) -> Hashable:
    return tuple(value.items()) if isinstance(value, dict) else value
