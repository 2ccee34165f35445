"""Write tables as CSV (RFC 4180) and as Excel workbooks."""

import re
from collections.abc import Iterable, Sequence
from io import BytesIO

from flask import Response

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BEGINNING = re.compile(f',"(?=[{re.escape("".join(_FORMULA))}])'.encode())


def cell(value: object) -> str:
    """Return a plain value as text: yes and no as in JSON, and nothing as an empty cell."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def csv_line(cells: Sequence[str]) -> str:
    """Return a line: every cell quoted, so that nobody takes a number for one, and none that begins a formula."""
    return ",".join(map(_quoted, cells)) + "\r\n"


def without_formulas(lines: bytes) -> bytes:
    """Return lines as `csv_line` has them of lines that others wrote, with every cell quoted.

    Their first cell begins no formula, and their last one ends with no comma.
    """
    return _BEGINNING.sub(b",\"'", lines)


def _quoted(cell: str) -> str:
    harmless = f"'{cell}" if cell.startswith(_FORMULA) else cell
    return '"' + harmless.replace('"', '""') + '"'


def table_file(name: str, ending: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """Return a table as a file: `csv`, in UTF-8 with a byte order mark as spreadsheets expect, or `xlsx`."""
    named = {"Content-Disposition": f"attachment; filename={name}.{ending}"}
    if ending == "xlsx":
        return Response(_workbook(head, rows), mimetype=_XLSX, headers=named)
    lines = "".join(map(csv_line, (head, *rows)))
    return Response(f"\ufeff{lines}", mimetype="text/csv", headers=named)


def _workbook(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    # Imported late, because loading it takes 0.1 s and 10 MB in every web process, and few people ask for a workbook.
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet("Keurwerk"), book.add_format({"bold": True})
        for place, row in enumerate((head, *rows)):
            for column, words in enumerate(row):
                sheet.write_string(place, column, words, None if place else bold)  # never a formula
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return out.getvalue()
