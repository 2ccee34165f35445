"""The rosette: a guilloche figure drawn from a digest, the same on paper, on the register page and on the badge.

Two people can hold two rosettes side by side and see whether they come from the same facts. How it is drawn:

1. SHAKE-256 of the digest is cut into 16-bit numbers, the measures of the figure; digests that differ in one bit
   share none of them.
2. The figure is three wreaths: rim, petals and heart. A wreath is one closed line, drawn `lines` times, each time
   turned by `1 / lines` of a circle. The line makes `lobes` waves on its way around, and a slower swell of `lines`
   waves makes them high here and low there; `lobes` and `lines` have no common divisor, so that no line lies on
   another. In polar coordinates, angle `t` clockwise from `lean`, in a circle of radius 1:

       r(t) = middle + height * (1 + depth * cos(lines * t)) / (1 + depth) * cos(lobes * t)

3. The line goes through its crests and troughs, `t = k pi / lobes`, with the tangents that it has there; one cubic
   Bezier curve (Hermite form) leads from each to the next.

One line and its turns is little to compute and little to write down: a thousand certificates a second have room for
it, and a page in the browser too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import shake_256
from math import cos, gcd, pi, sin

from markupsafe import Markup, escape

DIGEST_BYTES = 32
VIEW = 10_000
"""The side of the square that the figure is drawn in; coordinates are integers."""

_TURN = 2 * pi
_RADIUS = 0.495 * VIEW  # leaves space for the width of the line


@dataclass(frozen=True, slots=True)
class Wreath:
    """One line and its rotations; lengths are fractions of the radius, `lean` is an angle."""

    middle: float
    height: float
    lobes: int
    lines: int
    depth: float
    lean: float

    def line(self) -> tuple[int, int, list[int]]:
        """Return the line around the origin: its start, and six numbers (two handles and the end) per curve.

        It starts at the top, and its right half is the mirror image of its left half.
        """
        reach = _RADIUS * self.height / (1 + self.depth)
        middle, third = _RADIUS * self.middle, pi / self.lobes / 3
        swing, climb = reach * self.depth, reach * self.depth * self.lines * third
        right: list[int] = []
        for across, down, tide, slope, crest in _half(self.lobes, self.lines):
            radius = middle + crest * (reach + swing * tide)
            x, y = radius * across, radius * down
            # The Bezier handle: a third of the way on, outwards by the slope of the swell and along the circle.
            rise, along = crest * climb * slope, radius * third
            u, v = rise * across - along * down, rise * down + along * across
            right += (round(x - u), round(y - v), round(x), round(y), round(x + u), round(y + v))
        start, right = right[2:4], right[4:-2]
        left = right[::-1]
        left[::2], left[1::2] = left[1::2], left[::2]
        left[::2] = [-number for number in left[::2]]
        return start[0], start[1], [*right, *left[2:], *start]


def rosette_svg(digest: bytes, *, title: str = "", css_class: str = "kw-rosette", width: float = 14) -> Markup:
    """Return an SVG element with the rosette in the current colour, sized by the style sheet.

    `width` is that of the line, in ten-thousandths of the side. Without `title` it is decoration.
    """
    said = f' role="img" aria-label="{escape(title)}"' if title else ' aria-hidden="true"'
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{escape(css_class)}"'
        f' viewBox="{-VIEW // 2} {-VIEW // 2} {VIEW} {VIEW}"{said} focusable="false">'
        f'<g fill="none" stroke="currentColor" stroke-width="{width:g}">{_lines(digest)}</g></svg>'
    )
    return Markup(drawn)  # noqa: S704  # escaped, and numbers


@lru_cache(maxsize=64)
def _lines(digest: bytes) -> str:
    """Return the three lines, and references to them for their rotations."""
    name = f"rosette-{digest[:6].hex()}"
    return "".join(text for place, wreath in enumerate(wreaths(digest)) for text in _turned(wreath, f"{name}-{place}"))


def _turned(wreath: Wreath, name: str) -> Iterator[str]:
    x, y, numbers = wreath.line()
    yield f'<g transform="rotate({wreath.lean * 180 / pi:.3f})"><path id="{name}" d="M{x} {y}C'
    yield " ".join(map(str, numbers)) + 'z"/>'
    for turn in range(1, wreath.lines):
        yield f'<use href="#{name}" transform="rotate({360 * turn / wreath.lines:.4f})"/>'
    yield "</g>"


def wreaths(digest: bytes) -> tuple[Wreath, ...]:
    """Return the three wreaths of a 32-byte digest, rim first."""
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"a digest is {DIGEST_BYTES} bytes, not {len(digest)}")
    draw = _Measures(digest)
    rim, core = draw.between(0.71, 0.79), draw.between(0.27, 0.36)
    return (
        draw.wreath(rim, 1.0, _RIM, 0.1, 0.4),
        draw.wreath(core - 0.04, rim + 0.04, _PETALS, 0.2, 0.6),
        draw.wreath(0.14, core, _HEART, 0.0, 0.3),
    )


def _coprime(lobes: range, lines: range) -> tuple[tuple[int, int], ...]:
    return tuple((many, few) for many in lobes for few in lines if gcd(many, few) == 1)


_RIM = _coprime(range(17, 27), range(7, 11))
_PETALS = _coprime(range(5, 12), range(9, 14))
_HEART = _coprime(range(7, 14), range(5, 8))


class _Measures:
    """Reads numbers from the digest, one after the other."""

    _STEPS = 1 << 16

    def __init__(self, digest: bytes) -> None:
        stream = shake_256(digest).digest(32)
        self._numbers = iter([int.from_bytes(stream[i : i + 2], "big") for i in range(0, len(stream), 2)])

    def between(self, low: float, high: float) -> float:
        return low + next(self._numbers) * (high - low) / self._STEPS

    def wreath(
        self, inner: float, outer: float, counts: tuple[tuple[int, int], ...], shallow: float, deep: float
    ) -> Wreath:
        lobes, lines = counts[next(self._numbers) * len(counts) // self._STEPS]
        depth, lean = self.between(shallow, deep), self.between(0.0, _TURN)
        return Wreath((inner + outer) / 2, (outer - inner) / 2, lobes, lines, depth, lean)


@cache
def _half(lobes: int, lines: int) -> tuple[tuple[float, float, float, float, float], ...]:
    """Return the height-independent part of the crests and troughs from top to bottom.

    The direction (two numbers), the swell there and its slope, and whether it is a crest (1) or a trough (-1).
    """
    angles = [pi * step / lobes for step in range(lobes + 1)]
    return tuple(
        (sin(angle), -cos(angle), cos(lines * angle), -sin(lines * angle), 1.0 - 2.0 * (step % 2))
        for step, angle in enumerate(angles)
    )
