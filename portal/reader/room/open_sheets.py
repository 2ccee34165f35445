"""Read the cells of an OpenDocument spreadsheet (.ods), as LibreOffice saves a workbook of ours."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import python_calamine

from portal.reader.room.refusal import RefusedError

MOST_ROWS = 20_000  # of a sheet, up to its last filled cell
MOST_COLUMNS = 1000


def is_open_document(archive: zipfile.ZipFile) -> bool:
    """Return whether an archive is an OpenDocument, which says so in a part of its own."""
    return "mimetype" in archive.namelist()


def cells(data: bytes, archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the cells of all sheets as `sheets.cells` does."""
    names = set(archive.namelist())
    if "content.xml" not in names or b"spreadsheet" not in archive.read("mimetype"):
        raise RefusedError("no workbook")
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise RefusedError("locked")
    if any(name.lower().startswith(("basic/", "scripts/")) for name in names):
        raise RefusedError("macros")
    content = archive.read("content.xml").decode("utf-8", "replace")
    faults = [_faults(table) for table in _TABLE.findall(content)]  # counts rows, before anything is unrolled
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        sheets = [(name, workbook.get_sheet_by_name(name)) for name in workbook.sheet_names]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise RefusedError("no workbook") from error
    found = [{"name": name, "sheet": sheet, "faults": {}} for name, sheet in sheets]
    for each, wrong in zip(found, faults, strict=False):
        each["faults"] = wrong
    return {"sheets": found, "tokens": _tokens(archive, content)}


def _faults(table: str) -> dict[str, str]:
    """Return the cells with a formula or an error, by their place; RefusedError for a sheet that is too large."""
    faults = {}
    for number, column, attributes in _placed(table):
        if "table:formula" in attributes and not _TRUTH.search(attributes):
            faults[f"{_letters(column)}{number}"] = "formula"
        elif _ERROR.search(attributes):
            faults[f"{_letters(column)}{number}"] = "error"
    return faults


def _placed(table: str) -> Iterator[tuple[int, int, str]]:
    """Yield the filled cells with row and column, both from 1; empty ones are counted by how often they repeat."""
    number = 0
    for row, content in _ROW.findall(table):
        times, column = _times(_ROWS, row), 0
        filled = []
        for attributes in _CELL.findall(content):
            column += 1
            if "office:" in attributes or "table:formula" in attributes or "calcext:" in attributes:
                filled.append((column, attributes))
            column += _times(_COLUMNS, attributes) - 1
        if filled and (number + times > MOST_ROWS or filled[-1][0] > MOST_COLUMNS):
            raise RefusedError("too large")
        yield from ((number + 1, place, attributes) for place, attributes in filled)
        number += times


def _times(pattern: re.Pattern[str], attributes: str) -> int:
    match = pattern.search(attributes)
    return int(match[1]) if match else 1


def _letters(column: int) -> str:
    name = ""
    while column:
        column, place = divmod(column - 1, 26)
        name = chr(ord("A") + place) + name
    return name


def _tokens(archive: zipfile.ZipFile, content: str) -> list[str]:
    """Return our mark from the properties of the file and from its defined names."""
    found = [match.strip('"') for match in map(html.unescape, _NAMED.findall(content))]
    if "meta.xml" in archive.namelist():
        found += map(html.unescape, _PROPERTY.findall(archive.read("meta.xml").decode("utf-8", "replace")))
    return found


_TABLE = re.compile(r"<table:table\s(.*?)</table:table>", re.DOTALL)
_ROW = re.compile(r"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_CELL = re.compile(r"<table:(?:covered-)?table-cell\b([^>]*)>", re.DOTALL)
_ROWS = re.compile(r'table:number-rows-repeated="(\d{1,9})"')
_COLUMNS = re.compile(r'table:number-columns-repeated="(\d{1,9})"')
_TRUTH = re.compile(r'table:formula="of:=(?:TRUE|FALSE)\(\)"')
_ERROR = re.compile(r'calcext:value-type="error"')
_NAMED = re.compile(r'table:name="keurwerk_version"[^>]*table:expression="(?:of:)?=?([^"]*)"')
_PROPERTY = re.compile(r'meta:name="keurwerk_version"[^>]*>([^<]*)<')
