"""Open archives (.xlsx, .docx, .ods, .odt) whose directory is checked before anything is unpacked."""

import encodings.cp437  # noqa: F401  # names in archives; import it now, a confined process cannot
import html
import io
import re
import zipfile

import python_calamine

from portal.reader.room.refusal import RefusedError

MAX_PARTS = 2000
MAX_UNPACKED = 200 * 1024 * 1024  # bytes, as the directory says; the memory of the process bounds what comes
MAX_TEXT = 4 * 1024 * 1024  # characters that are searched for personal numbers

_MACROS = re.compile(r"vbaproject|macrosheets|^basic/|^scripts/|activex", re.IGNORECASE)
_OBJECTS = re.compile(r"\.(bin|exe|ole|com|js|vbs|bat|cmd|ps1)$", re.IGNORECASE)
_HARMLESS_BINS = re.compile(r"printersettings|/customproperty", re.IGNORECASE)
_OUTWARD = re.compile(
    rb'Type="[^"]*/(attachedTemplate|oleObject|frame|subDocument)"[^>]*TargetMode="External"', re.DOTALL
)
_DDE = (b"<ddeLink", b"DDEAUTO", b"table:dde-link")

# The part that makes an archive a document of this kind; Open Documents say it in the part `mimetype`.
_MAIN = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
_OPEN = {"ods": b"application/vnd.oasis.opendocument.spreadsheet", "odt": b"application/vnd.oasis.opendocument.text"}
KINDS = frozenset({*_MAIN, *_OPEN})
_CELL_END = re.compile(r"</(?:\w+:)?p></(?:\w+:)?(?:tc|table-cell)>")
_ROW_END = re.compile(r"</(?:\w+:)?(?:p|h|tr|table-row)>|<(?:\w+:)?(?:br|line-break)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def check(data: bytes, kind: str) -> str:
    """Refuse an office file that is broken, locked, or does something by itself; return its text, rows as lines."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # Office packs a file with a password into its older form
        raise RefusedError("locked")
    if not data.startswith(b"PK\x03\x04"):
        raise RefusedError("mismatch")
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = archive.infolist()
    _check_directory(parts)
    names = {part.filename for part in parts}
    if kind in _MAIN and (_MAIN[kind] not in names or "[Content_Types].xml" not in names):
        raise RefusedError("mismatch")
    if kind in _OPEN and ("mimetype" not in names or archive.read("mimetype") != _OPEN[kind]):
        raise RefusedError("mismatch")
    for part in parts:
        _check_part(archive, part)
    return _text(archive, data, kind)[:MAX_TEXT]


def _check_directory(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise RefusedError("costly")
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("locked")
    if any(part.filename.startswith(("/", "\\")) or ".." in part.filename.split("/") for part in parts):
        raise RefusedError("broken")
    for part in parts:
        if _MACROS.search(part.filename):
            raise RefusedError("macros")
        if _OBJECTS.search(part.filename) and not _HARMLESS_BINS.search(part.filename):
            raise RefusedError("macros")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as file:
        data = file.read(part.file_size + 1)  # verifies the checksum at its end
    if part.filename == "META-INF/manifest.xml" and b"encryption-data" in data:
        raise RefusedError("locked")
    if part.filename == "[Content_Types].xml" and b"macroEnabled" in data:
        raise RefusedError("macros")
    if part.filename.endswith(".rels") and _OUTWARD.search(data):
        raise RefusedError("outward")
    if part.filename.endswith(".xml") and (b"<!ENTITY" in data or any(sign in data for sign in _DDE)):
        raise RefusedError("outward")


def _text(archive: zipfile.ZipFile, data: bytes, kind: str) -> str:
    """Return the text of a document: paragraphs and rows as lines, cells separated by tabs."""
    if kind in {"xlsx", "ods"}:
        return table_text(data)
    wanted = re.compile(r"word/(document|header|footer|footnotes|comments)[^/]*\.xml|content\.xml|styles\.xml")
    parts = [archive.read(name) for name in archive.namelist() if wanted.fullmatch(name)]
    return "\n".join(_plain(part.decode("utf-8", "replace")) for part in parts)


def _plain(xml: str) -> str:
    return html.unescape(_TAG.sub("", _ROW_END.sub("\n", _CELL_END.sub("\t", xml))))


def table_text(data: bytes) -> str:
    """Return the cells of all sheets, hidden ones too."""
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        sheets = [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise RefusedError("broken") from error
    return "\n".join("\t".join(_cell(cell) for cell in row) for rows in sheets for row in rows)


def _cell(cell: object) -> str:
    whole = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    return " ".join(whole.split())
