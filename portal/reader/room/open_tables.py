"""Read the cells of an Open Document spreadsheet (.ods) as they are stored, repeated rows and cells within limits."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from xml.etree import ElementTree as ET

from portal.reader.room import tables
from portal.reader.room.refusal import RefusedError

_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT = f"{{{_NAMES}table:1.0}}", f"{{{_NAMES}office:1.0}}", f"{{{_NAMES}text:1.0}}"
_ERROR = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_TRUTHS = {"of:=TRUE()", "of:=FALSE()"}

Row = tuple[int, list[str | list[str]]]


def rows(archive: zipfile.ZipFile) -> tuple[Iterator[Row], int]:
    """Return the rows of the only sheet with content, and how many of them are hidden or filtered out."""
    if archive.read("mimetype").strip() != _SPREADSHEET:
        raise RefusedError("no workbook")
    content = archive.read("content.xml")
    if b"<!ENTITY" in content or b"<!DOCTYPE" in content:
        raise RefusedError("no workbook")
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise RefusedError("locked")
    found = [sheet for sheet in _sheets(content) if sheet[0]]
    if len(found) > 1:
        raise RefusedError("several sheets")
    listed, hidden = found[0] if found else ([], 0)
    return iter(listed), hidden


def _sheets(content: bytes) -> Iterator[tuple[list[Row], int]]:
    """Read sheet by sheet and row by row, so that the whole tree is never in memory."""
    held: list[Row] = []
    number, hidden = 0, 0
    for _event, part in ET.iterparse(io.BytesIO(content)):  # noqa: S314  # without entities, in a confined process
        if part.tag == f"{_TABLE}table-row":
            times = int(part.get(f"{_TABLE}number-rows-repeated", "1"))
            cells = _cells(part)
            if any(cells):
                if len(held) + times > tables.MAX_ROWS:
                    raise RefusedError("too large")
                held += [(number + each + 1, cells) for each in range(times)]
                hidden += times * (part.get(f"{_TABLE}visibility", "visible") != "visible")
            number += times
            part.clear()
        elif part.tag == f"{_TABLE}table":
            yield held, hidden
            held, number, hidden = [], 0, 0
            part.clear()


def _cells(row: ET.Element) -> list[str | list[str]]:
    found: list[str | list[str]] = []
    for cell in row:
        if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        value = _value(cell)
        if value and len(found) + times > tables.MAX_COLUMNS:
            raise RefusedError("too large")
        found += [value] * min(times, tables.MAX_COLUMNS + 1)
    while found and not found[-1]:
        found.pop()
    return found


def _value(cell: ET.Element) -> str | list[str]:
    kind = cell.get(f"{_OFFICE}value-type", "")
    if cell.get(_ERROR) == "error":
        kind = "error"
    elif cell.get(f"{_TABLE}formula", "of:=TRUE()") not in _TRUTHS:
        kind = "formula"
    match kind:
        case "error" | "formula":
            return [kind, ""]
        case "float" | "currency" | "percentage":
            return tables.number(float(cell.get(f"{_OFFICE}value", "0")))
        case "date":
            return _day(cell.get(f"{_OFFICE}date-value", ""))
        case "time":
            return ["time", cell.get(f"{_OFFICE}time-value", "")]
        case "boolean":
            return ["truth", "yes" if cell.get(f"{_OFFICE}boolean-value") == "true" else "no"]
        case _:
            paragraphs = ("".join(each.itertext()) for each in cell.findall(f"{_TEXT}p"))
            return " ".join(" ".join(paragraphs).split())


def _day(stored: str) -> str | list[str]:
    try:
        day = date.fromisoformat(stored)
    except ValueError:  # with a time of day
        return ["time", stored]
    return ["date" if day >= tables.FIRST_SURE_DAY else "time", stored]
