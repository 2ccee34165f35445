"""Write the self-assessment as an Excel workbook or CSV: all words are text, codes are locked, answers are chosen."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

from flask_babel import gettext as _

from audits.applications.workbook import Row

SHEET, LISTS = "Keurwerk", "Lists"  # names that LibreOffice keeps: at most 31 letters
TOKEN = "keurwerk_version"  # noqa: S105  # a mark of the file, not a secret
HEAD = 3  # the number of the row with the headings; data follow


def workbook(rows: Sequence[Row], title: str, token: str) -> bytes:
    """Return the workbook. Its version stands in a locked cell, a property of the file, and a defined name."""
    # Imported late, because loading it takes 0.1 s and 10 MB in every web process, and few people ask for a workbook.
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    try:
        _fill(book, rows, title, token)
    finally:
        book.close()
    return out.getvalue()


def comma_separated(rows: Sequence[Row]) -> bytes:
    """Return the rows as CSV in UTF-8 with its mark; what a spreadsheet would take for a formula gets a quote."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "question", "answer", "explanation"])
    for row in rows:
        writer.writerow([_harmless(each) for each in (row.code, row.question, row.answer, row.explanation)])
    return out.getvalue().encode("utf-8-sig")


def _fill(book: Any, rows: Sequence[Row], title: str, token: str) -> None:
    locked = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    entry = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "locked": False, "border": 1})
    bold = book.add_format({"bold": True, "valign": "top", "num_format": "@"})
    sheet, lists = book.add_worksheet(SHEET), book.add_worksheet(LISTS)
    lists.hide()
    # Whole columns are styled, not thousands of blank rows: programs keep that.
    sheet.set_column(0, 0, 16, locked)
    sheet.set_column(1, 1, 60, locked)
    sheet.set_column(2, 2, 24, entry)
    sheet.set_column(3, 3, 60, entry)
    sheet.set_column(4, 4, None, locked, {"hidden": True})
    for place, words in enumerate((title, token)):
        sheet.write_string(place, 0, words, bold if not place else locked)
    for place, words in enumerate((_("Code"), _("Question"), _("Answer"), _("Explanation"), "version")):
        sheet.write_string(HEAD - 1, place, words, bold)
    ranges = _lists(lists, rows)
    for place, row in enumerate(rows, HEAD):
        _write(sheet, place, row, locked, entry)
        if row.choices:
            sheet.data_validation(place, 2, place, 2, {"validate": "list", "source": ranges[row.choices]})
    sheet.freeze_panes(HEAD, 2)
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
    book.set_custom_property(TOKEN, token, "text")
    book.define_name(TOKEN, f'="{token}"')


def _write(sheet: Any, place: int, row: Row, locked: Any, entry: Any) -> None:
    sheet.write_string(place, 0, row.code, locked)
    sheet.write_string(place, 1, row.question, locked)
    for column, words in ((2, row.answer), (3, row.explanation)):
        sheet.write_string(place, column, words, entry) if words else sheet.write_blank(place, column, None, entry)
    sheet.write_string(place, 4, str(row.version), locked)


def _lists(lists: Any, rows: Sequence[Row]) -> dict[tuple[str, ...], str]:
    """Write each list of choices once; return its range, as a list in a cell may have 255 characters and no comma."""
    from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]  # noqa: PLC0415

    ranges: dict[tuple[str, ...], str] = {}
    for choices in dict.fromkeys(row.choices for row in rows if row.choices):
        column = len(ranges)
        for place, words in enumerate(choices):
            lists.write_string(place, column, words)
        name = xl_col_to_name(column)
        ranges[choices] = f"={LISTS}!${name}$1:${name}${len(choices)}"
    return ranges


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "@", "+"} or (text[:1] == "-" and not text[1:2].isdigit()) else text
