"""Set a line: turn characters into glyphs with kerning, as operands of PDF text operators.

The letters in `LETTERS` need only one glyph per character and pair kerning in our faces, so each pair is shaped once by
HarfBuzz and cached. Anything more complex (marks, ligatures, other scripts) is left to the typesetter.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import uharfbuzz as hb

from certificates.press.compiled.slots import UnfitError

THOUSAND = 1000  # thousandths of the font size

_HAIR = 0.0002  # tolerance, as a fraction of the width of a line
_MOST_PAIRS = 20_000  # the cache is cleared at this size; common pairs of two faces fill a tenth of it
_END = "\0"
_PUNCTUATION = frozenset(" \u00a0!\"#$%&'()*+,-./:;<=>?@[\\]_{}|~§©«»°·–—‘’‚“”„•…€№™^`")
# In one line all of these are fine. Line breaks are supported at blanks only.
_BREAKABLE = frozenset("-–—/?!|…%«»“”„‘’‚[]{}\\€$#№°§+~<>=")

_PLAIN = {"liga": False, "clig": False, "dlig": False, "hlig": False, "calt": False}


@cache
def settable(character: str) -> bool:
    """Return whether we can set the character ourselves, if the face has it."""
    return unicodedata.category(character) in {"Lu", "Ll", "Lo", "Nd"} or character in _PUNCTUATION


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: its operand for TJ, without brackets, and its width, in thousandths of its size."""

    shown: bytes
    width: float


class Face:
    """A font file with OpenType features."""

    def __init__(self, path: Path, language: str, features: tuple[str, ...] = ()) -> None:
        face = hb.Face(hb.Blob.from_file_path(str(path)))
        self._font = hb.Font(face)
        self._scale = THOUSAND / face.upem
        self._language = language
        self._features = _PLAIN | dict.fromkeys(features, True)
        self._pairs: dict[str, tuple[bytes, float]] = {}

    def line(self, text: str) -> Line:
        """Set a text in one line; UnfitError when it has unsupported characters."""
        shown, advances = self._set(text)
        return Line(shown, sum(advances))

    def lines(self, text: str, width: float, most: int) -> list[Line]:
        """Set a text in as many lines as it needs, none wider than `width` (thousandths of its size)."""
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
        """Return the glyphs of a text from HarfBuzz; 0 for missing ones."""
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
        """Return a character's glyph in hex with the kerning after it, and its advance, given the next character."""
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
    """Break a text into full lines. `ends` is where each character begins, and the end of the last."""
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
    """Return whether a line fits; one that ends within tolerance of the edge is left to the typesetter (UnfitError)."""
    if abs(length - width) < _HAIR * width:
        raise UnfitError("too close to the edge to be sure")
    return length < width
