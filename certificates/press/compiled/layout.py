"""A layout: everything that documents of one shape have in common, as finished bytes with open slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certificates.press.attached import Attached
from certificates.press.compiled.deflate import Packed
from certificates.press.compiled.objects import Piece, Words
from certificates.press.compiled.shaping import THOUSAND, Face, Line
from certificates.press.compiled.slots import Space, composed
from certificates.seal.sealing.placeholder import Placeholder

_MM = 96 / 25.4  # a millimetre in CSS pixels, the unit of our pages

_SHIFT = {"left": 0.0, "middle": 0.5, "right": 1.0}

# The objects that each document has of its own, by their place after the common ones.
CONTENT, METADATA, INFO, CATALOGUE, SIGNATURE, FIELD, ROSETTE = range(7)
"""The three lines of the rosette are followed by the QR codes, one or two, and by those that hold words of ours."""
WREATHS = 3


@dataclass(frozen=True, slots=True)
class Order:
    """One document to print. `texts` are its phrases, `dated` the day (ISO) that its metadata carry."""

    kind: str
    texts: Mapping[str, Any]
    language: str
    dated: str
    files: Sequence[Attached]
    placeholder: Placeholder
    offline_url: str


@dataclass(frozen=True, slots=True)
class Slot:
    """The words of a line or paragraph and how they are set; `size` in pixels."""

    words: Words
    face: Face
    size: float
    space: Space

    def lines(self, texts: Mapping[str, Any]) -> list[Line]:
        """The lines of one document; UnfitError when they are more than there may be."""
        most = self.space.lines if self.alone else 1
        return self.face.lines(composed(self.words, texts), self.space.width * _MM * THOUSAND / self.size, most)

    @property
    def shift(self) -> float:
        """How far the anchor of a line is from its left side, in parts of its width."""
        return _SHIFT[self.space.side]

    @property
    def alone(self) -> bool:
        """Whether it is nothing but one phrase, which may have several lines."""
        return len(self.words) == 3 and not self.words[0] and not self.words[2]  # noqa: PLR2004  # words, name, words


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line of a slot is shown: `anchor` is the abscissa of its left side, middle or right side (pixels).

    `after` is what follows the abscissa in the content stream, up to the text itself.
    """

    slot: int
    line: int
    anchor: float
    after: bytes


@dataclass(frozen=True, slots=True)
class Figure:
    """Where a figure is drawn: its name in `figures`."""

    name: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What documents of one shape have in common.

    `content` is the content stream in stretches: those that never change, and those with slots and figures between.
    `head`, of `head_size` bytes, holds the objects that never change, `table` their lines in the cross-reference table;
    `own` is the number of the first object that each document has of its own. `metadata` is XMP in words, `info` the
    entries of the document information, `catalogue` those of the catalogue, `marked` the other objects with slots.
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
