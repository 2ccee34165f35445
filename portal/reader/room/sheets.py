"""Read the first column of an Excel workbook (.xlsx), an archive whose directory is checked before it is unpacked."""

import encodings.cp437  # noqa: F401  # names in archives; import it now, a confined process cannot
import io
import zipfile
from datetime import date, datetime

import python_calamine

from portal.reader.room.refusal import RefusedError

MAX_PARTS = 500
MAX_UNPACKED = 64 * 1024 * 1024  # bytes, as the directory says; the memory of the process bounds what comes
MACROS = "vbaproject.bin"


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes begin as an archive does."""
    return data.startswith(b"PK\x03\x04")


def lines(data: bytes) -> str:
    """Return the first column of the only sheet with content, one cell per line."""
    _check_directory(data)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        sheets = [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise RefusedError("no workbook") from error
    filled = [rows for rows in sheets if any(any(cell != "" for cell in row) for row in rows)]
    if len(filled) > 1:
        raise RefusedError("several sheets")
    return "\n".join(_plain(row[0]) if row else "" for row in (filled[0] if filled else []))


def _check_directory(data: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RefusedError("no workbook") from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise RefusedError("too large")
    names = {part.filename.lower() for part in parts}
    if "[content_types].xml" not in names or any(part.flag_bits & 1 for part in parts):
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
