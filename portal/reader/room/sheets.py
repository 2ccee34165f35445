"""Read an Excel workbook (.xlsx), an archive whose directory is checked before it is unpacked."""

import encodings.cp437  # noqa: F401  # names in archives; import it now, a confined process cannot
import html
import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import python_calamine

from portal.reader.room import open_sheets
from portal.reader.room.refusal import RefusedError

MAX_PARTS = 500
MAX_UNPACKED = 64 * 1024 * 1024  # bytes, as the directory says; the memory of the process bounds what comes
MACROS = "vbaproject.bin"


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes begin as an archive does."""
    return data.startswith(b"PK\x03\x04")


def lines(data: bytes) -> str:
    """Return the first column of the only sheet with content, one cell per line."""
    check_directory(data)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        sheets = [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise RefusedError("no workbook") from error
    filled = [rows for rows in sheets if any(any(cell != "" for cell in row) for row in rows)]
    if len(filled) > 1:
        raise RefusedError("several sheets")
    return "\n".join(_plain(row[0]) if row else "" for row in (filled[0] if filled else []))


def check_directory(data: bytes) -> None:
    """Refuse what cannot be a workbook or would unpack into too much."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RefusedError("no workbook") from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise RefusedError("too large")
    names = {part.filename.lower() for part in parts}
    if not names & {"[content_types].xml", "mimetype"} or any(part.flag_bits & 1 for part in parts):
        raise RefusedError("no workbook")
    if any(name.endswith(MACROS) for name in names):
        raise RefusedError("macros")


def _plain(cell: object) -> str:
    """Return a cell as text on one line: whole numbers without decimals, days as ISO 8601 writes them."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return " ".join(str(cell).split())


def cells(data: bytes) -> dict[str, Any]:
    """Return the cells of all sheets as text with the rows' numbers, the cells without a plain value, and our mark."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # Office packs a file with a password into its older form
        raise RefusedError("locked")
    check_directory(data)
    archive = zipfile.ZipFile(io.BytesIO(data))
    if open_sheets.is_open_document(archive):
        opened = open_sheets.cells(data, archive)
        filled = [{**_sheet(each["name"], each["sheet"]), "faults": each["faults"]} for each in opened["sheets"]]
        return {"sheets": filled, "tokens": opened["tokens"]}
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        sheets = {name: workbook.get_sheet_by_name(name) for name in workbook.sheet_names}
        found = [_sheet(name, sheet) for name, sheet in sheets.items()]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise RefusedError("no workbook") from error
    for each, path in zip(found, paths(archive), strict=False):
        each["faults"] = faults(archive.read(path).decode("utf-8", "replace")) if path else {}
    return {"sheets": found, "tokens": _tokens(archive)}


def _sheet(name: str, sheet: Any) -> dict[str, Any]:
    start = sheet.start or (0, 0)
    rows = sheet.to_python(skip_empty_area=True)
    filled = (
        (start[0] + place + 1, [""] * start[1] + [_value(cell) for cell in row]) for place, row in enumerate(rows)
    )
    return {"name": name, "rows": [[number, row] for number, row in filled if any(row)], "faults": {}}


def _value(cell: object) -> str:
    """Return a cell as somebody would type it; line ends stay."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", ",")
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).replace("\r\n", "\n").strip(" ")


def paths(archive: zipfile.ZipFile) -> list[str | None]:
    """Return the part of each sheet, in the order of the workbook."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        raise RefusedError("no workbook")
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for link in _RELATIONSHIP.findall(links):
        attributes = dict(_ATTRIBUTE.findall(link))
        targets[attributes.get("Id")] = attributes.get("Target", "")
    found = [dict(_ATTRIBUTE.findall(sheet)).get("r:id") for sheet in _SHEET.findall(book)]
    paths = [f"xl/{targets.get(each, '').removeprefix('/xl/')}" for each in found]
    return [path if path in names else None for path in paths]


def faults(xml: str) -> dict[str, str]:
    """Return the cells with a formula or an error. Programs write some truths as formulas; these are values."""
    faults = {}
    for attributes, place, content in _CELL.findall(xml):
        if "<f" in content and not _TRUTH.search(content):
            faults[place] = "formula"
        elif 't="e"' in attributes:
            faults[place] = "error"
    return faults


def _tokens(archive: zipfile.ZipFile) -> list[str]:
    """Return our mark from the properties of the file and from its defined names."""
    found = []
    for part, pattern in (("docProps/custom.xml", _PROPERTY), ("xl/workbook.xml", _NAME)):
        if part in archive.namelist():
            found += pattern.findall(archive.read(part).decode("utf-8", "replace"))
    return [html.unescape(each).strip('="') for each in found]


_CELL = re.compile(r'<c\b([^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_TRUTH = re.compile(r"<f[^>]*>(?:TRUE|FALSE)\(\)</f>")
_SHEET = re.compile(r"<sheet\b[^>]*>")
_RELATIONSHIP = re.compile(r"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_PROPERTY = re.compile(r'name="keurwerk_version"[^>]*>\s*<vt:lpwstr>([^<]*)<')
_NAME = re.compile(r'<definedName\b[^>]*name="keurwerk_version"[^>]*>([^<]*)<')
