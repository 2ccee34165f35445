"""Setting a line: characters to glyphs of a face with the kerning between them, as text operators of PDF want it.

Our faces need no more than that for the letters in `LETTERS`: one glyph for a character, kerned against its neighbour.
So a pair of characters is shaped once by HarfBuzz and then known. Whatever is more (marks, ligatures, other scripts)
is for the typesetter.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import uharfbuzz as hb

from certificates.press.compiled.slots import UnfitError

THOUSAND = 1000  # the units of widths in PDF

_HAIR = 0.0002  # of the width of a line
_MOST_PAIRS = 20_000  # then we forget them all; two faces full of common pairs are a tenth of it
_END = "\0"
_PUNCTUATION = frozenset(" \u00a0!\"#$%&'()*+,-./:;<=>?@[\\]_{}|~§©«»°·–—‘’‚“”„•…€№™^`")
# In one line all of these are fine. Where a text must be broken, we know only blanks for sure.
_BREAKABLE = frozenset("-–—/?!|…%«»“”„‘’‚[]{}\\€$#№°§+~<>=")

_PLAIN = {"liga": False, "clig": False, "dlig": False, "hlig": False, "calt": False}


@cache
def settable(character: str) -> bool:
    """Whether it is a letter, a figure or a sign that we set ourselves, if the face has it."""
    return unicodedata.category(character) in {"Lu", "Ll", "Lo", "Nd"} or character in _PUNCTUATION


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: its operand for TJ, without brackets, and how wide it is, in thousandths of its size."""

    shown: bytes
    width: float


class Face:
    """A font file with the features that a style sheet asks of it."""

    def __init__(self, path: Path, language: str, features: tuple[str, ...] = ()) -> None:
        face = hb.Face(hb.Blob.from_file_path(str(path)))
        self._font = hb.Font(face)
        self._scale = THOUSAND / face.upem
        self._language = language
        self._features = _PLAIN | dict.fromkeys(features, True)
        self._pairs: dict[str, tuple[bytes, float]] = {}

    def line(self, text: str) -> Line:
        """A text in one line; UnfitError when it holds more than plain letters that the face has."""
        shown, advances = self._set(text)
        return Line(shown, sum(advances))

    def lines(self, text: str, width: float, most: int) -> list[Line]:
        """A text in as many lines as it needs, none wider than `width` (thousandths of its size)."""
        shown, advances = self._set(text)
        whole = sum(advances)
        if _fits(whole, width):
            return [Line(shown, whole)]
        if most == 1 or whole > most * width or not _BREAKABLE.isdisjoint(text):
            raise UnfitError("no room")
        rows = _broken(text, [0.0, *accumulate(advances)], width)
        if len(rows) > most:
            raise UnfitError("no room")
        return [self.line(row) for row in rows]

    def glyphs(self, text: str) -> list[int]:
        """The glyphs of a text as HarfBuzz gives them; 0 where there is none."""
        return [info.codepoint for info in self._shaped(text).glyph_infos]

    def _set(self, text: str) -> tuple[bytes, list[float]]:
        if "·l" in text or "·L" in text:
            raise UnfitError("the two l's of Catalan close up around their point")
        pairs = self._pairs
        ends = [text[place : place + 2] for place in range(len(text) - 1)]
        ends.append(text[-1:] + _END)
        try:
            found = [pairs[pair] for pair in ends]
        except KeyError:
            found = [self._pair(pair) for pair in ends]
        return b"<%s>" % b"".join([shown for shown, _ in found]), [advance for _, advance in found]

    def _pair(self, pair: str) -> tuple[bytes, float]:
        """A character before another: its glyph in hex with the kern after it, and its advance."""
        if (known := self._pairs.get(pair)) is not None:
            return known
        if len(self._pairs) >= _MOST_PAIRS:
            self._pairs.clear()
        result = self._pairs[pair] = self._measured(pair[0], pair[1:].rstrip(_END))
        return result

    def _measured(self, one: str, other: str) -> tuple[bytes, float]:
        if not settable(one):
            raise UnfitError(f"U+{ord(one):04X} is not for us")
        shaped = self._shaped(one + other)
        infos, positions = shaped.glyph_infos, shaped.glyph_positions
        if len(infos) != len(one + other) or not infos[0].codepoint:
            raise UnfitError(f"no single glyph for U+{ord(one):04X}")
        if any(place.x_offset or place.y_offset for place in positions):
            raise UnfitError(f"U+{ord(one):04X} is not set on the line")
        glyph, advance = infos[0].codepoint, positions[0].x_advance
        if other and self.glyphs(one) != [glyph]:
            raise UnfitError(f"U+{ord(one):04X} changes with its neighbour")
        kern = round((self._font.get_glyph_h_advance(glyph) - advance) * self._scale)
        return b"%04x>%d<" % (glyph, kern) if kern else b"%04x" % glyph, advance * self._scale

    def _shaped(self, text: str) -> hb.Buffer:
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.language = self._language
        hb.shape(self._font, buffer, self._features)
        return buffer


def _broken(text: str, ends: list[float], width: float) -> list[str]:
    """The rows of a text, each as full as it can be. `ends` is where each character begins, and the end of the last."""
    rows, start, fits = [], 0, -1
    for place in [*(index for index, sign in enumerate(text) if sign == " "), len(text)]:
        if not _fits(ends[place] - ends[start], width):
            if fits <= start or not _fits(ends[place] - ends[fits + 1], width):
                raise UnfitError("a word is wider than its line")
            rows.append(text[start:fits])
            start = fits + 1
        fits = place
    return [*rows, text[start:]]


def _fits(length: float, width: float) -> bool:
    """Whether a line has room; one that ends right at the edge is for the typesetter to judge."""
    if abs(length - width) < _HAIR * width:
        raise UnfitError("too close to the edge to be sure")
    return length < width
