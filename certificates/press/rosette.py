"""The rosette: a guilloche figure drawn from a digest, the same on paper, on the register page and on the badge.

Two people can hold two rosettes side by side and see whether they come from the same facts. How it is drawn:

1. SHAKE-256 of the digest is cut into 16-bit numbers, the measures of the figure; digests that differ in one bit
   share none of them.
2. The figure is three wreaths of closed lines: rim, petals and heart. The lines of a wreath make `lobes` waves on their
   way around; line `j` of `lines` starts `j / lines` of a wave later. A slower swell makes the band of lines wide here
   and narrow there. In polar coordinates, angle `t` from the top and clockwise, in a circle of radius 1:

       r(t) = middle + height * (1 + depth * cos(swell * t + lean)) / (1 + depth) * cos(lobes * t + 2 pi j / lines)

3. Each line becomes cubic Bezier curves between points of it, with the tangents that it has there (Hermite form).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_256
from math import cos, pi, sin

from markupsafe import Markup

DIGEST_BYTES = 32
VIEW = 1000
"""The side of the square that `rosette_svg` draws in."""

_TURN = 2 * pi
_RADIUS = 0.495  # of the side: a hair of space for the width of the line itself
_FEWEST_STEPS = 36  # around the circle, so that slow waves stay smooth too
_LARGE = 500  # from this size on one decimal is finer than any printer


@dataclass(frozen=True, slots=True)
class Wreath:
    """The measures of one band of lines; lengths are parts of the radius, `lean` is an angle."""

    middle: float
    height: float
    lobes: int
    lines: int
    swell: int
    depth: float
    lean: float
    steps_per_lobe: int

    def at(self, line: int, angle: float) -> tuple[float, float, float, float]:
        """Where a line is at an angle, and which way and how fast it goes: x, y, dx, dy."""
        wave = self.lobes * angle + _TURN * line / self.lines
        tide = self.swell * angle + self.lean
        reach = self.height / (1 + self.depth)
        width = reach * (1 + self.depth * cos(tide))
        radius = self.middle + width * cos(wave)
        slope = -reach * self.depth * self.swell * sin(tide) * cos(wave) - width * self.lobes * sin(wave)
        across, down = sin(angle), -cos(angle)
        return radius * across, radius * down, slope * across - radius * down, slope * down + radius * across


def rosette_path(digest: bytes, size: float) -> str:
    """SVG path data of the rosette of a 32-byte digest, in a square of `size` with its corner at the origin."""
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"a digest is {DIGEST_BYTES} bytes, not {len(digest)}")
    return _path(digest, float(size))


def rosette_svg(digest: bytes, *, title: str = "", css_class: str = "kw-rosette", width: float = 1.4) -> Markup:
    """An SVG element with the rosette in the colour of the text around it, as large as the style sheet says.

    `width` is that of the line, in thousandths of the side. Without `title` it is decoration.
    """
    said = Markup(' role="img" aria-label="{}"').format(title) if title else Markup(' aria-hidden="true"')
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="{}" viewBox="0 0 {side} {side}"{} focusable="false">'
        '<path fill="none" stroke="currentColor" stroke-width="{:g}" d="{}"/></svg>'
    ).format(css_class, said, width, rosette_path(digest, VIEW), side=VIEW)


def wreaths(digest: bytes) -> tuple[Wreath, ...]:
    """The measures of the figure, rim first."""
    draw = _Measures(digest)
    rim, core = draw.between(0.71, 0.79), draw.between(0.27, 0.36)
    return (
        _wreath(draw, rim, 1.0, lobes=(14, 22), lines=(7, 9), swell=(7, 12), depth=(0.1, 0.4), steps=4),
        _wreath(draw, core - 0.04, rim + 0.04, lobes=(5, 12), lines=(10, 13), swell=(5, 12), depth=(0.2, 0.6), steps=4),
        _wreath(draw, 0.14, core, lobes=(7, 13), lines=(5, 7), swell=(3, 7), depth=(0.0, 0.3), steps=4),
    )


def _wreath(
    draw: "_Measures",
    inner: float,
    outer: float,
    *,
    lobes: tuple[int, int],
    lines: tuple[int, int],
    swell: tuple[int, int],
    depth: tuple[float, float],
    steps: int,
) -> Wreath:
    return Wreath(
        middle=(inner + outer) / 2,
        height=(outer - inner) / 2,
        lobes=draw.whole(*lobes),
        lines=draw.whole(*lines),
        swell=draw.whole(*swell),
        depth=draw.between(*depth),
        lean=draw.between(0.0, _TURN),
        steps_per_lobe=steps,
    )


class _Measures:
    """The numbers of the figure, one after the other."""

    _STEPS = 1 << 16

    def __init__(self, digest: bytes) -> None:
        stream = shake_256(digest).digest(64)
        self._numbers = iter([int.from_bytes(stream[i : i + 2], "big") for i in range(0, len(stream), 2)])

    def whole(self, low: int, high: int) -> int:
        return low + next(self._numbers) * (high - low + 1) // self._STEPS

    def between(self, low: float, high: float) -> float:
        return low + next(self._numbers) * (high - low) / self._STEPS


@lru_cache(maxsize=64)
def _path(digest: bytes, size: float) -> str:
    return "".join(_line(wreath, line, size) for wreath in wreaths(digest) for line in range(wreath.lines))


def _line(wreath: Wreath, line: int, size: float) -> str:
    """One closed line: absolute start, then relative curves. Rounding is carried on, so that errors do not add up."""
    decimals = 1 if size >= _LARGE else 3
    steps = max(wreath.lobes * wreath.steps_per_lobe, _FEWEST_STEPS)
    scale, third = size * _RADIUS, _TURN / steps / 3
    points = [wreath.at(line, _TURN * step / steps) for step in range(steps)]
    x, y = round(size / 2 + scale * points[0][0], decimals), round(size / 2 + scale * points[0][1], decimals)
    text = [f"M{_joined((x, y), decimals)}c"]
    for here, there in zip(points, [*points[1:], points[0]], strict=True):
        ends = (
            here[0] + here[2] * third,
            here[1] + here[3] * third,
            there[0] - there[2] * third,
            there[1] - there[3] * third,
            there[0],
            there[1],
        )
        moves = [
            round(size / 2 + scale * end - (y if odd else x), decimals) for odd, end in zip(_SIDES, ends, strict=True)
        ]
        x, y = round(x + moves[4], decimals), round(y + moves[5], decimals)
        text.append(_joined(moves, decimals, after=len(text) > 1))
    return "".join(text) + "z"


_SIDES = (0, 1, 0, 1, 0, 1)


def _joined(numbers: tuple[float, ...] | list[float], decimals: int, *, after: bool = False) -> str:
    """Numbers as SVG reads them, with no more signs than it needs."""
    return "".join(_spelled(numbers, decimals, after=after))


def _spelled(numbers: tuple[float, ...] | list[float], decimals: int, *, after: bool) -> Iterator[str]:
    for number in numbers:
        word = f"{number:.{decimals}f}".rstrip("0").rstrip(".")
        word = "0" if word == "-0" else word
        yield f" {word}" if after and not word.startswith("-") else word
        after = True
