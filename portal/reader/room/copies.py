"""Make a copy of a file to look at: pictures as JPEG, pages as PDF, and not a word of who made it, where, with what."""

import base64
from io import BytesIO

import pikepdf
from PIL import (
    Image,
    ImageOps,
    ImageSequence,
    PdfImagePlugin,  # noqa: F401  # import it now, a confined process cannot
)

from portal.reader.room import pictures
from portal.reader.room.refusal import RefusedError

LONGEST_SIDE = 2000  # pixels
MOST_PAGES = 20  # of a TIFF
_QUALITY = 80
_DEPTH = 257  # from 16 bits of grey to 8: 65535 / 255

_PAPER = "pdf"


def copy(data: bytes, *, extension: str, side: int = LONGEST_SIDE, pages: int = MOST_PAGES) -> dict[str, str]:
    """Return the copy in base64 with its extension. RefusedError for a kind of file that has none.

    `side` is the longest of a picture, in pixels; of a TIFF so many `pages` are taken, and one page is a JPEG.
    """
    if extension == _PAPER:
        return _answer(_paper(data), _PAPER)
    kind = pictures.KINDS.get(extension)
    if kind is None:
        raise RefusedError("type")
    pictures.check(data, kind=kind)
    with Image.open(BytesIO(data), formats=(kind,)) as picture:
        picture.draft("RGB", (side, side))
        plain = [_plain(page, side) for _, page in zip(range(pages), ImageSequence.Iterator(picture), strict=False)]
    out = BytesIO()
    if len(plain) > 1:
        plain[0].save(out, "PDF", save_all=True, append_images=plain[1:])
        return _answer(_paper(out.getvalue()), _PAPER)
    plain[0].save(out, "JPEG", quality=_QUALITY)
    return _answer(out.getvalue(), "jpg")


def _plain(picture: Image.Image, side: int) -> Image.Image:
    """Return the pixels alone: upright, on white, eight bits a colour."""
    if picture.mode.startswith("I"):  # grey of 16 bits, which a conversion would cut off instead of scale
        picture = picture.point(lambda value: value / _DEPTH).convert("L")
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((side, side))
    if "A" in upright.getbands() or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        white = Image.new("RGB", seen.size, "white")
        white.paste(seen, mask=seen.getchannel("A"))
        return white
    bare = Image.new("RGB", upright.size)
    bare.paste(upright.convert("RGB"))
    return bare


def _paper(data: bytes) -> bytes:
    """Return a PDF without properties, attached files and what its program noted on pages."""
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as document:
        _drop(document.trailer, "/Info")
        _drop(document.Root, "/Metadata", "/PieceInfo", "/OpenAction", "/AA", "/AF")
        if "/Names" in document.Root:
            _drop(document.Root.Names, "/EmbeddedFiles")
        for page in document.pages:
            _drop(page.obj, "/Metadata", "/PieceInfo", "/AA", "/AF", "/Thumb")
        document.remove_unreferenced_resources()
        document.save(out)
    return out.getvalue()


def _drop(holder: pikepdf.Object, *names: str) -> None:
    for name in names:
        if name in holder:
            del holder[name]


def _answer(data: bytes, extension: str) -> dict[str, str]:
    return {"data": base64.b64encode(data).decode(), "extension": extension}
