"""Read a table with its kinds of cells: CSV, a workbook (.xlsx), or an Open Document spreadsheet (.ods).

A cell is a text, or a pair of its kind and a text where a spreadsheet keeps something else. Nothing is guessed here:
what a number or a date means is for who maps the columns.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine

from portal.reader.room import lists, open_sheets, open_tables, sheets
from portal.reader.room.refusal import RefusedError

MAX_ROWS, MAX_COLUMNS = 50_020, 60
FIRST_SURE_DAY = date(1900, 3, 1)  # spreadsheets disagree about the days before it
_ROW = re.compile(r"<row\b[^>]*>")
_HIDDEN = re.compile(r'\bhidden="(?:1|true)"')
_SEPARATOR = re.compile(r"\Asep=.\r?\n")  # a line that Excel adds
_LOST_LETTER = re.compile(r"[^\W\d_]\?|\?[^\W\d_]")

Cell = str | list[str]


def table(data: bytes, *, is_table: bool) -> dict[str, Any]:
    """Return the rows with their numbers, and what a person must know: hidden rows, the encoding, lost letters."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # a workbook with a password, or of Excel before 2007
        raise RefusedError("locked")
    if not sheets.is_workbook(data):
        return _of_text(data, is_table=is_table)
    sheets.check_directory(data)
    archive = zipfile.ZipFile(io.BytesIO(data))
    rows, hidden = open_tables.rows(archive) if open_sheets.is_open_document(archive) else _of_workbook(data, archive)
    return _bounded(rows) | {"hidden": hidden}


def _of_text(data: bytes, *, is_table: bool) -> dict[str, Any]:
    text, encoding = lists.decoded(data)
    rows = lists.rows(_SEPARATOR.sub("", text)) if is_table else (line.split("\t") for line in text.splitlines())
    found = _bounded(enumerate(rows, start=1))
    lost = [number for number, row in found["rows"] if any(_LOST_LETTER.search(str(cell)) for cell in row)]
    return found | {"encoding": encoding, "lost": lost}


def _of_workbook(data: bytes, archive: zipfile.ZipFile) -> tuple[Iterator[tuple[int, list[Cell]]], int]:
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        found = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
        filled = [(place, sheet) for place, sheet in enumerate(found) if _has_content(sheet)]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise RefusedError("no workbook") from error
    if not found:
        raise RefusedError("no sheet")
    if len(filled) > 1:
        raise RefusedError("several sheets")
    if not filled:
        return iter(()), 0
    place, sheet = filled[0]
    path = sheets.paths(archive)[place]
    xml = archive.read(path).decode("utf-8", "replace") if path else ""
    return _typed(sheet, sheets.faults(xml)), sum(bool(_HIDDEN.search(row)) for row in _ROW.findall(xml))


def _has_content(sheet: Any) -> bool:
    return any(any(cell != "" for cell in row) for row in sheet.to_python())


def _typed(sheet: Any, faults: dict[str, str]) -> Iterator[tuple[int, list[Cell]]]:
    top, left = sheet.start or (0, 0)
    strange = {_place(place): kind for place, kind in faults.items()}
    for down, row in enumerate(sheet.to_python(skip_empty_area=True), start=top + 1):
        cells: list[Cell] = ["" for _ in range(left)]
        cells += [_cell(cell) for cell in row]
        for column in range(len(cells)):
            if kind := strange.get((down, column)):
                cells[column] = [kind, ""]
        yield down, cells


def _place(name: str) -> tuple[int, int]:
    """Return row, from 1, and column, from 0, of a cell such as B7."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(name[len(letters) :]), column - 1


def _cell(value: object) -> Cell:
    match value:
        case bool():
            return ["truth", "yes" if value else "no"]
        case float() | int():
            return number(float(value))
        case datetime() if value.time() != time():
            return ["time", value.isoformat(" ", "minutes")]
        case datetime() | date():
            day = value.date() if isinstance(value, datetime) else value
            return ["date" if day >= FIRST_SURE_DAY else "time", day.isoformat()]
        case time() | timedelta():
            return ["time", str(value)]
        case _:
            return " ".join(str(value).split())


def number(value: float) -> Cell:
    """Return a number as a person would type it; one with more digits than a spreadsheet keeps is marked."""
    if abs(value) >= 10**15:
        return ["long", f"{value:.0f}"]
    return ["number", str(int(value)) if value.is_integer() else repr(value).replace(".", ",")]


def _bounded(rows: Any) -> dict[str, Any]:
    """Return the rows that hold something, without empty cells at their ends."""
    found: list[list[Any]] = []
    for place, row in rows:
        cells = [cell.strip() if isinstance(cell, str) else cell for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(found) >= MAX_ROWS or len(cells) > MAX_COLUMNS:
            raise RefusedError("too large")
        found.append([place, cells])
    return {"rows": found, "hidden": 0, "encoding": "utf-8", "lost": []}
