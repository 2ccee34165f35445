"""Figures of a compiled document: stand-ins in the master, and the PDF objects drawn instead.

A QR code is an image of one bit per module; the rosette is three lines, each drawn once and then rotated.
"""

from functools import cache
from math import cos, pi, sin

from markupsafe import Markup

from certificates.press.drawing import GROUND, qr_rows, titled
from certificates.press.rosette import VIEW, Wreath

ROSETTE, CODE, OFFLINE = "rosette", "code", "offline"

# The paths in the master, each in the square of its figure, as WeasyPrint writes them.
_STAND_INS = {
    ROSETTE: ("M11 13L17 19", b"11 13 m\n17 19 l\nS"),
    CODE: ("M0 0H1V1H0z", b"0 0 m\n1 0 l\n1 1 l\n0 1 l\nh\nf"),
    OFFLINE: ("M0 0H2V2H0z", b"0 0 m\n2 0 l\n2 2 l\n0 2 l\nh\nf"),
}
NAMES = ("/R0", "/R1", "/R2", "/Q0", "/Q1")
"""The names of the figures on the page: the lines of the rosette, then the codes."""
_DRAWN = {CODE: b"q 1 0 0 -1 0 1 cm /Q0 Do Q", OFFLINE: b"q 2 0 0 -2 0 2 cm /Q1 Do Q"}
_EDGE = VIEW // 2 + 100  # leaves space for the width of the line
_BITS = bytes.maketrans(b"\x00\xff", b"01")


def rosette_stand_in(_digest: str, title: str) -> Markup:
    """Return the stand-in for `drawing.rosette`."""
    side = f"{-VIEW // 2} {-VIEW // 2} {VIEW} {VIEW}"
    path = f'<g fill="none" stroke="currentColor" stroke-width="14"><path d="{_STAND_INS[ROSETTE][0]}"/></g>'
    return titled(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rosette" viewBox="{side}">{path}</svg>', title, GROUND
    )


def qr_stand_in(text: str, title: str) -> Markup:
    """Return the stand-in for `drawing.qr`; the offline code has the text `OFFLINE`."""
    name, side = (OFFLINE, 2) if text == OFFLINE else (CODE, 1)
    path = f'<path d="{_STAND_INS[name][0]}"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {side} {side}">{path}</svg>'
    return titled(svg, title, "#000000")


def found(content: bytes) -> dict[bytes, str]:
    """Find the stand-ins in a content stream: their operators, and the name of the figure."""
    return {written: name for name, (_, written) in _STAND_INS.items() if written in content}


def code_operators(name: str) -> bytes:
    """Return the operators that draw a QR code from its image."""
    return _DRAWN[name]


def rosette_operators(wreaths: tuple[Wreath, ...]) -> bytes:
    """Return the operators that draw the rosette from its three lines, in the coordinates of its square."""
    return b"\n".join(
        b"q %b cm %b Q" % (_turn(wreath.lean), _turns(place, wreath.lines)) for place, wreath in enumerate(wreaths)
    )


@cache
def _turns(place: int, lines: int) -> bytes:
    return b" ".join([b"/R%d Do %b cm" % (place, _turn(2 * pi / lines))] * lines)


def _turn(angle: float) -> bytes:
    across, along = sin(angle), cos(angle)
    return b"%.7f %.7f %.7f %.7f 0 0" % (along, across, -across, along)


def line_object(wreath: Wreath) -> bytes:
    """Return a form XObject (PDF 32000-1 clause 8.10) that strokes the line of a wreath."""
    x, y, numbers = wreath.line()
    path = b"%d %d m\n" % (x, y) + (b"%d %d %d %d %d %d c\n" * (len(numbers) // 6)) % tuple(numbers) + b"s"
    return b"<< /Type /XObject /Subtype /Form /BBox [%d %d %d %d] /Length %d >>\nstream\n%b\nendstream" % (
        -_EDGE, -_EDGE, _EDGE, _EDGE, len(path), path,
    )  # fmt: skip


def code_object(text: str) -> bytes:
    """Return a QR code as stencil mask (clause 8.9.6.2): dark modules are painted."""
    rows = qr_rows(text)
    side = len(rows)
    spare = b"\xff" * (-side % 8)
    signs = spare.join([*rows, b""]).translate(_BITS)
    bits = int(signs, 2).to_bytes(len(signs) // 8, "big")
    return (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ImageMask true /BitsPerComponent 1 /Length %d >>\n"
        b"stream\n%b\nendstream" % (side, side, len(bits), bits)
    )
