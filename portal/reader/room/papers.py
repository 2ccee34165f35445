"""Validate PDF files: visit every object, without following references."""

import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2

from portal.reader.room.refusal import RefusedError

MOST_OBJECTS = 200_000
MOST_UNPACKED = 100 * 1024 * 1024  # bytes; maximum size of an unpacked stream

_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/GoToE", "/RichMediaExecute"}
# What they reach is elsewhere: a form is sent, a document or a film of another address is opened.
_OUTWARD = {"/SubmitForm", "/GoToR", "/Rendition", "/Movie"}
_SCRIPTS = {"/JS", "/JavaScript", "/XFA"}
# Text with data: electronic invoices attach it in this way, and our own documents their facts, credential and proof.
_DATA = (".xml", ".json", ".jwt", ".jws", ".tlog-proof", ".csv", ".txt")
_BYTE_ORDERS = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, in which text has NUL bytes
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"PK")
_DEEPEST = 50
_SPACE = b"\xef\xbb\xbf \t\r\n\0"  # what mail programs and scanners put before a document
MOST_PAGES = 300  # whose text is searched
MOST_TEXT = 4 * 1024 * 1024  # characters

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


def check(data: bytes, check_file: Callable[[str, bytes], str]) -> tuple[str, bool]:
    """Refuse files that are damaged, protected by a password, hold active content, or reach out by themselves.

    `check_file` judges an attached file. Return the text, also of attached files, and whether it had to be repaired.
    """
    if zipfile.is_zipfile(BytesIO(data)) or not data[:1024].lstrip(_SPACE).startswith(b"%PDF-"):
        raise RefusedError("mismatch")
    try:
        attached = _check(data, check_file, repair=False)
        repaired = False
    except pikepdf.PasswordError as locked:
        raise RefusedError("locked") from locked
    except pikepdf.PdfError:
        attached = _check(data, check_file, repair=True)
        repaired = True
    return "\n".join([_text(data), *attached]), repaired


def _check(data: bytes, check_file: Callable[[str, bytes], str], *, repair: bool) -> list[str]:
    """Refuse what is active or reaches out; return the texts of attached files."""
    with pikepdf.open(BytesIO(data), attempt_recovery=repair) as pdf:
        if not len(pdf.pages) or len(pdf.objects) > MOST_OBJECTS:
            raise RefusedError("broken")
        if any(_is_active(part) for part in _all_parts(pdf)):
            raise RefusedError("active")
        if any(_reaches_out(part) for part in _all_parts(pdf)):
            raise RefusedError("outward")
        return [text for part in _all_parts(pdf) for text in _attached(part, check_file)]


def _text(data: bytes) -> str:
    """Return the text of the pages; empty where only a picture of it is there."""
    found, size = [], 0
    document = pypdfium2.PdfDocument(data)
    for place in range(min(len(document), MOST_PAGES)):
        text = document[place].get_textpage().get_text_range()
        found.append(text.replace("\r\n", "\n"))
        size += len(text)
        if size > MOST_TEXT:
            break
    return "\n".join(found)


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
    return bool(_SCRIPTS & names) or str(part.get("/S", "")) in _ACTIONS


def _attached(part: pikepdf.Dictionary | pikepdf.Stream, check_file: Callable[[str, bytes], str]) -> Iterator[str]:
    """Yield the text of a file that is attached here, if it is data or a file that we take by itself."""
    files = part.get("/EF")
    if not isinstance(files, pikepdf.Dictionary):
        return
    name = str(part.get("/UF", part.get("/F", "")))
    for key in files.keys():  # noqa: SIM118  # a dictionary of qpdf cannot be walked otherwise
        data = files[key].read_bytes()
        if name.lower().endswith(_DATA):
            yield _data(data, name)
        else:
            try:
                yield check_file(name, data)
            except RefusedError as refusal:
                raise RefusedError("active") from refusal


def _data(data: bytes, name: str) -> str:
    """Return the text of an attached file that is the text that its name promises."""
    if data.startswith(_BYTE_ORDERS):
        data = data.decode("utf-16", "replace").encode()
    begins = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    is_other = name.lower().endswith(".xml") and begins and not begins.startswith(b"<")
    if b"\0" in data or begins.startswith(_PROGRAMS) or is_other:
        raise RefusedError("active")
    return data.decode("utf-8", "replace")


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
