"""Figures on paper: each is an inline SVG element with a title, which becomes its alternative text in the PDF."""

from collections.abc import Iterator

import segno
from markupsafe import Markup, escape

from certificates.press.rosette import rosette_svg

QUIET = 4  # modules of white around a QR code, ISO/IEC 18004


INK = "#14213D"
GROUND = "#CFC4A6"  # light enough to read on, dark enough for a laser printer


def titled(svg: str, title: str, colour: str = INK) -> Markup:
    """One of our own drawings in a colour, with its alternative text; `svg` is trusted, `title` is not."""
    # The press does not hand the colour of the text down to a drawing.
    head, close, rest = str(svg).replace("currentColor", colour).partition(">")
    return Markup(f"{head}{close}<title>{escape(title)}</title>{rest}")  # noqa: S704  # the title is escaped


def rosette(digest: str, title: str) -> Markup:
    """The rosette of a digest (hex)."""
    return titled(rosette_svg(bytes.fromhex(digest), css_class="rosette"), title, GROUND)


def qr(text: str, title: str) -> Markup:
    """A QR code as one path, so that no viewer shows seams between its squares."""
    rows = segno.make_qr(text, error="m").matrix
    side = len(rows) + 2 * QUIET
    path = "".join(_squares(rows))
    return titled(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>',
        title,
        "#000000",
    )


def _squares(rows: tuple[bytearray, ...]) -> Iterator[str]:
    """A rectangle for every run of dark modules in a row."""
    for y, row in enumerate(rows):
        x = 0
        for run in bytes(row).split(b"\0"):
            if run:
                yield f"M{x + QUIET} {y + QUIET}h{len(run)}v1h-{len(run)}z"
            x += len(run) + 1
