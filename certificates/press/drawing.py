"""Figures on paper: each is an inline SVG element with a title, which becomes its alternative text in the PDF."""

from collections.abc import Iterator
from math import isqrt
from typing import Any, cast

import zxingcpp
from markupsafe import Markup, escape

from certificates.lifecycle.rules import STATUSES, Status
from certificates.press.rosette import rosette_svg

INK = "#14213D"
GROUND = "#CFC4A6"  # light enough to read on, dark enough for a laser printer

_SHORT = 120  # characters; up to here a code has room for more correction and stays coarse
_MASK = 3  # any of the eight can be read; to weigh them takes longer than all else on the page


def titled(svg: str, title: str, colour: str = INK) -> Markup:
    """One of our own drawings in a colour, with its alternative text; `svg` is trusted, `title` is not."""
    # The press does not hand the colour of the text down to a drawing.
    head, close, rest = str(svg).replace("currentColor", colour).partition(">")
    return Markup(f"{head}{close}<title>{escape(title)}</title>{rest}")  # noqa: S704  # the title is escaped


def status_colour(status: str) -> str:
    """The colour that repeats what shape and word of a status say."""
    return STATUSES[Status(status)].colour


def status_rules() -> str:
    """The same for the word of a status, as rules of a style sheet."""
    return "".join(f".status--{status} {{ color: {facts.colour} }}\n" for status, facts in STATUSES.items())


def rosette(digest: str, title: str) -> Markup:
    """The rosette of a digest (hex)."""
    return titled(rosette_svg(bytes.fromhex(digest), css_class="rosette"), title, GROUND)


def qr_rows(text: str) -> list[bytes]:
    """The QR code of a text (ISO/IEC 18004) with its quiet zone: square, a byte per module, 0 is dark, 255 light."""
    level = "M" if len(text) <= _SHORT else "L"
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=_MASK)
    pixels = bytes(cast(Any, code.to_image(scale=1)))
    side = isqrt(len(pixels))
    return [pixels[start : start + side] for start in range(0, len(pixels), side)]


def qr(text: str, title: str) -> Markup:
    """A QR code as one path, so that no viewer shows seams between its squares."""
    rows = qr_rows(text)
    path = "".join(_squares(rows))
    return titled(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {len(rows)} {len(rows)}">'
        f'<path d="{path}"/></svg>',
        title,
        "#000000",
    )


def _squares(rows: list[bytes]) -> Iterator[str]:
    """A rectangle for every run of dark modules in a row."""
    for y, row in enumerate(rows):
        x = 0
        for run in row.split(b"\xff"):
            if run:
                yield f"M{x} {y}h{len(run)}v1h-{len(run)}z"
            x += len(run) + 1
