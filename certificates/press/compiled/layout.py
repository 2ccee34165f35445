"""A layout: everything that documents of one shape have in common, as finished bytes with open slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certificates.documents.stages import DocumentKind
from certificates.press.attached import Attached
from certificates.press.compiled.deflate import Packed
from certificates.press.compiled.objects import Piece, Words
from certificates.press.compiled.shaping import THOUSAND, Face, Line
from certificates.press.compiled.slots import Space, composed
from certificates.seal.sealing.placeholder import Placeholder

_MM = 96 / 25.4  # a millimetre in CSS pixels

_SHIFT = {"left": 0.0, "middle": 0.5, "right": 1.0}

# The objects that differ per document, by their offset after the common ones.
CONTENT, METADATA, INFO, CATALOGUE, SIGNATURE, FIELD, ROSETTE = range(7)
"""Three lines of the rosette, one or two QR codes, then objects with text."""
WREATHS = 3


@dataclass(frozen=True, slots=True)
class Order:
    """One document to print. `texts` are its phrases, `dated` the day (ISO) of its metadata."""

    kind: DocumentKind
    texts: Mapping[str, Any]
    language: str
    dated: str
    files: Sequence[Attached]
    placeholder: Placeholder
    offline_url: str


@dataclass(frozen=True, slots=True)
class Slot:
    """The text of a line or paragraph and its typographic setting; `size` in pixels."""

    words: Words
    face: Face
    size: float
    space: Space

    def lines(self, texts: Mapping[str, Any]) -> list[Line]:
        """Break the slot's text of one document into lines; UnfitError when there are too many."""
        most = self.space.lines if self.alone else 1
        return self.face.lines(composed(self.words, texts), self.space.width * _MM * THOUSAND / self.size, most)

    @property
    def shift(self) -> float:
        """Return how far the anchor of a line is from its left side, as a fraction of its width."""
        return _SHIFT[self.space.side]

    @property
    def alone(self) -> bool:
        """Return whether the slot is a single phrase, which may have several lines."""
        return len(self.words) == 3 and not self.words[0] and not self.words[2]  # noqa: PLR2004  # words, name, words


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a line: `anchor` is the x of its left side, middle or right side (pixels).

    `after` is what follows x in the content stream, up to the text itself.
    """

    slot: int
    line: int
    anchor: float
    after: bytes


@dataclass(frozen=True, slots=True)
class Figure:
    """The position of a figure, by its name in `figures`."""

    name: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The common part of documents of one shape.

    `content` is the content stream in parts: constant ones, and those with slots and figures. `head`, of `head_size`
    bytes, holds the constant objects, `table` their lines in the cross-reference table; `own` is the number of the
    first object that each document has of its own. `metadata` is XMP as text, `info` the entries of the document
    information, `catalogue` those of the catalogue, `marked` the other objects with slots.
    """

    slots: tuple[Slot, ...]
    content: tuple[Packed | tuple[bytes | Place | Figure, ...], ...]
    head: tuple[bytes, ...]
    head_size: int
    table: bytes
    own: int
    page: int
    metadata: Words
    info: tuple[tuple[bytes, Words], ...]
    catalogue: bytes
    marked: tuple[tuple[Piece, ...], ...]
