"""The first column of a workbook; what a workbook may not be."""

import io
import zipfile

import pytest

from portal.reader.room import lists, open_sheets, sheets
from portal.reader.room.refusal import RefusedError
from tests.kit.workbook import open_document, workbook

GOOD = [["F-1", "x"], ["F-2", "y"]]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (GOOD, ["F-1", "F-2"]),
        ([[1001.0], [1002]], ["1001", "1002"]),
        ([[10.5]], ["10.5"]),
        ([["F-1"], [""], ["F-3"]], ["F-1", "", "F-3"]),
        ([["  F \n 1 "]], ["F 1"]),
        ([], []),
    ],
)
def test_the_first_column_is_read_cell_by_cell(rows, found):
    assert lists.lines(workbook(rows), is_table=False).split("\n") == (found or [""])


def test_empty_sheets_beside_the_list_do_not_matter():
    assert sheets.lines(workbook([], GOOD, [])) == "F-1\nF-2"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (workbook(GOOD, GOOD), "several sheets"),
        (workbook(GOOD, more={"xl/vbaProject.bin": b"x"}), "macros"),
        (b"PK\x03\x04 and nothing more", "no workbook"),
        (workbook(GOOD)[:-30], "no workbook"),
    ],
)
def test_anything_else_is_refused_by_name(data, code):
    with pytest.raises(RefusedError) as refusal:
        lists.lines(data, is_table=True)
    assert refusal.value.code == code


@pytest.mark.parametrize(("limit", "value"), [("MAX_PARTS", 4), ("MAX_UNPACKED", 100)])
def test_the_directory_is_counted_before_anything_is_unpacked(monkeypatch, limit, value):
    monkeypatch.setattr(sheets, limit, value)
    monkeypatch.setattr(sheets.python_calamine, "load_workbook", None)  # would fail if it were called
    with pytest.raises(RefusedError) as refusal:
        sheets.lines(workbook(GOOD))
    assert refusal.value.code == "too large"


@pytest.mark.parametrize("where", ["row", "column"])
def test_a_spreadsheet_is_counted_before_it_is_unrolled(monkeypatch, where):
    data = open_document([["x"]], places={"A1": 'office:value-type="string" table:number-columns-repeated="5"'})
    archive = zipfile.ZipFile(io.BytesIO(data))
    content = archive.read("content.xml").decode()
    far = '<table:table-row table:number-rows-repeated="200000"><table:table-cell office:value-type="string"/>'
    if where == "column":
        far = (
            '<table:table-row><table:table-cell table:number-columns-repeated="9999"/>'
            '<table:table-cell office:value-type="string"/>'
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as again:
        for name in archive.namelist():
            text = content.replace("<table:table-row>", f"{far}</table:table-row><table:table-row>", 1)
            again.writestr(name, text if name == "content.xml" else archive.read(name))
    monkeypatch.setattr(open_sheets.python_calamine, "load_workbook", None)  # would fail if it were called
    with pytest.raises(RefusedError) as refusal:
        sheets.cells(out.getvalue())
    assert refusal.value.code == "too large"
