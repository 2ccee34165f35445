"""Draw figures for documents: inline SVG with a title, which becomes the alternative text in the PDF."""

from collections.abc import Iterator
from math import isqrt
from typing import Any, cast

import zxingcpp
from markupsafe import Markup, escape

from certificates.lifecycle.rules import STATUSES, Status
from certificates.press.rosette import rosette_svg

INK = "#14213D"
GROUND = "#CFC4A6"  # a grey that a laser printer shows and that leaves text legible

_SHORT = 120  # up to so many characters a code gets more error correction without finer modules
_MASK = 3  # fixed, because choosing the best of eight takes longer than the rest of the page


def titled(svg: str, title: str, colour: str = INK) -> Markup:
    """Colour one of our own drawings and give it alternative text; `svg` is trusted, `title` is escaped."""
    # WeasyPrint does not pass `currentColor` to inline SVG.
    head, close, rest = str(svg).replace("currentColor", colour).partition(">")
    return Markup(f"{head}{close}<title>{escape(title)}</title>{rest}")  # noqa: S704  # the title is escaped


def status_colour(status: str) -> str:
    """Return the colour of a status, which repeats what its shape and word say."""
    return STATUSES[Status(status)].colour


def status_rules() -> str:
    """Return CSS rules that colour the word of a status."""
    return "".join(f".status--{status} {{ color: {facts.colour} }}\n" for status, facts in STATUSES.items())


def rosette(digest: str, title: str) -> Markup:
    """Draw the rosette of a digest (hex)."""
    return titled(rosette_svg(bytes.fromhex(digest), css_class="rosette"), title, GROUND)


def qr_rows(text: str) -> list[bytes]:
    """Return the QR code of a text (ISO/IEC 18004) with quiet zone, a byte per module: 0 dark, 255 light."""
    level = "M" if len(text) <= _SHORT else "L"
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=_MASK)
    pixels = bytes(cast(Any, code.to_image(scale=1)))
    side = isqrt(len(pixels))
    return [pixels[start : start + side] for start in range(0, len(pixels), side)]


def qr(text: str, title: str) -> Markup:
    """Draw a QR code as a single path, so that viewers show no seams between its squares."""
    rows = qr_rows(text)
    path = "".join(_squares(rows))
    return titled(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {len(rows)} {len(rows)}">'
        f'<path d="{path}"/></svg>',
        title,
        "#000000",
    )


def _squares(rows: list[bytes]) -> Iterator[str]:
    """Yield a rectangle for every run of dark modules in a row."""
    for y, row in enumerate(rows):
        x = 0
        for run in row.split(b"\xff"):
            if run:
                yield f"M{x} {y}h{len(run)}v1h-{len(run)}z"
            x += len(run) + 1
