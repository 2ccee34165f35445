"""Validate PDF files: visit every object, without following references."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

from portal.reader.room.refusal import RefusedError

MOST_OBJECTS = 200_000
MOST_UNPACKED = 100 * 1024 * 1024  # bytes; maximum size of an unpacked stream

_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/GoToE", "/RichMediaExecute"}
# What they reach is elsewhere: a form is sent, a document or a film of another address is opened.
_OUTWARD = {"/SubmitForm", "/GoToR", "/Rendition", "/Movie"}
_SCRIPTS = {"/JS", "/JavaScript", "/XFA"}
_ATTACHABLE = (".xml", ".csv", ".txt")  # electronic invoices attach their data in this way
_BYTE_ORDERS = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, in which text has NUL bytes
_DEEPEST = 50

# All limits of qpdf; they apply to the whole process.
pikepdf.settings.set_qpdf_limits(
    doc_max_warnings=200,
    parser_max_nesting=100,
    parser_max_errors=15,
    parser_max_container_size=MOST_OBJECTS,
    parser_max_container_size_damaged=5000,
    max_stream_filters=5,
    dct_max_memory=MOST_UNPACKED,
    dct_max_progressive_scans=50,
    dct_throw_on_corrupt_data=True,
    flate_max_memory=MOST_UNPACKED,
    png_max_memory=MOST_UNPACKED,
    run_length_max_memory=MOST_UNPACKED,
    tiff_max_memory=MOST_UNPACKED,
)

# qpdf opens /dev/urandom at its first encryption and keeps it open; a confined process cannot open it.
with pikepdf.new() as _document:
    _document.save(BytesIO(), encryption=pikepdf.Encryption(owner="o", user="u"))


def check(data: bytes) -> None:
    """Refuse files that are damaged, protected by a password, hold active content, or reach out by themselves."""
    if zipfile.is_zipfile(BytesIO(data)):
        raise RefusedError("mismatch")
    try:
        with pikepdf.open(BytesIO(data), attempt_recovery=False) as pdf:
            if not len(pdf.pages) or len(pdf.objects) > MOST_OBJECTS:
                raise RefusedError("broken")
            if any(_is_active(part) for part in _all_parts(pdf)):
                raise RefusedError("active")
            if any(_reaches_out(part) for part in _all_parts(pdf)):
                raise RefusedError("outward")
    except pikepdf.PasswordError as locked:
        raise RefusedError("locked") from locked


def _all_parts(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary | pikepdf.Stream]:
    return (part for found in pdf.objects for part in _parts(found))


def _parts(found: Any, depth: int = 0) -> Iterator[pikepdf.Dictionary | pikepdf.Stream]:
    """Yield all dictionaries within this object; indirect references are visited as objects of their own."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        yield found
        inner = [found.get(key) for key in found.keys()]  # noqa: SIM118  # a stream cannot be walked otherwise
    elif isinstance(found, pikepdf.Array):
        inner = list(found)
    else:
        return
    for each in inner:
        if isinstance(each, pikepdf.Object) and each.objgen == (0, 0):
            yield from _parts(each, depth + 1)


def _is_active(part: pikepdf.Dictionary | pikepdf.Stream) -> bool:
    names = set(part.keys())
    if _SCRIPTS & names or str(part.get("/S", "")) in _ACTIONS:
        return True
    if "/EF" in names:
        attached = str(part.get("/UF", part.get("/F", "")))
        return not attached.lower().endswith(_ATTACHABLE) or not _is_text(part["/EF"], attached)
    return False


def _is_text(attached: pikepdf.Object, name: str) -> bool:
    """Return whether an attached file is the text that its name promises."""
    for key in attached.keys():  # noqa: SIM118  # as above
        data = attached[key].read_bytes()
        if data.startswith(_BYTE_ORDERS):
            data = data.decode("utf-16", "replace").encode()
        begins = data.removeprefix(b"\xef\xbb\xbf").lstrip()
        if b"\0" in data or (name.lower().endswith(".xml") and not begins.startswith(b"<")):
            return False
    return True


def _reaches_out(part: pikepdf.Dictionary | pikepdf.Stream) -> bool:
    """Return whether an action leads out, or any action but going to a page starts without a click.

    A link to the web passes: a person sees it and clicks.
    """
    if str(part.get("/S", "")) in _OUTWARD or "/AA" in part:
        return True
    if isinstance(part, pikepdf.Stream) and "/F" in part:  # its data is in another file
        return True
    opening = part.get("/OpenAction")
    return isinstance(opening, pikepdf.Dictionary) and (str(opening.get("/S", "")) != "/GoTo" or "/Next" in opening)
