"""Read lists of references: plain text with one per line, or the first column of a CSV file or a workbook."""

import codecs
import csv
import encodings.cp1252
import encodings.utf_8_sig  # import it now; a confined process cannot
import encodings.utf_16  # noqa: F401
import io
from collections.abc import Iterator

from portal.reader.room import sheets
from portal.reader.room.refusal import RefusedError


def lines(data: bytes, *, is_table: bool) -> str:
    """Return the references, one per line. A workbook is known by its content, not by a name."""
    if sheets.is_workbook(data):
        return sheets.lines(data)
    text, _encoding = decoded(data)
    if not is_table:
        return text
    return "\n".join(row[0] if row else "" for row in rows(text))


def rows(text: str) -> Iterator[list[str]]:
    """Return the rows of a table, whose separator is the one that its first line has most of."""
    return csv.reader(io.StringIO(text), delimiter=max(";,\t", key=text.split("\n", 1)[0].count))


def decoded(data: bytes) -> tuple[str, str]:
    """Return the text and how it was written: UTF-8, UTF-16 with its mark, or as Windows does, never in two ways."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        raise RefusedError("no text")
    lines = data.split(b"\n")
    if any(not line.isascii() and _is_utf8(line) for line in lines):
        raise RefusedError("mixed")
    return _decoded(data, "cp1252"), "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise RefusedError("no text") from error
