#!/usr/bin/env bash
# Two readers of ODS lose rows or cells that are alike: what a spreadsheet writes once and calls repeated, they read once.
# Why it matters: LibreOffice writes equal neighbours only once. Two workers with the same hours become one worker, or the
# amount of one column lands in the column before it; nothing is said, and only the total is wrong.
# What we did: tables in ODS are read by the attributes that the file stores, repeated ones included.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  odfpy==1.4.1 python-calamine==0.9.1 pyexcel-ods==0.6.0 tablib==3.10.0
"$work/venv/bin/python" - "$work/hours.ods" <<'PY'
import sys
from importlib.metadata import version

import tablib
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from pyexcel_ods import get_data
from python_calamine import CalamineWorkbook

PATH = sys.argv[1]
WHOLE = [["Ann", 8, 8, 4], ["Bo", 6, 6, 6], ["Bo", 6, 6, 6]]


def number(value, times):
    cell = TableCell(valuetype="float", value=value, numbercolumnsrepeated=times)
    cell.addElement(P(text=str(value)))
    return cell


def row(name, cells, times=1):
    line, cell = TableRow(numberrowsrepeated=times), TableCell(valuetype="string")
    cell.addElement(P(text=name))
    for each in [cell, *cells]:
        line.addElement(each)
    return line


book, sheet = OpenDocumentSpreadsheet(), Table(name="hours")
sheet.addElement(row("Ann", [number(8, 2), number(4, 1)]))
sheet.addElement(row("Bo", [number(6, 3)], times=2))
book.spreadsheet.addElement(sheet)
book.save(PATH)
calamine = CalamineWorkbook.from_path(PATH).get_sheet_by_index(0).to_python()
ods = next(iter(get_data(PATH).values()))
with open(PATH, "rb") as file:
    table = [list(line) for line in tablib.Dataset().load(file, format="ods", headers=False)]
print("subject: pyexcel-ods", version("pyexcel-ods"), "and tablib", version("tablib"), end=" ")
print("beside python-calamine", version("python-calamine"))
print("expected:", WHOLE, "(OpenDocument, table:number-rows-repeated and table:number-columns-repeated)")
print("seen:     python-calamine:", calamine == WHOLE, "pyexcel-ods:", ods, "tablib:", table)
sys.exit((calamine, ods, table) != (WHOLE, [["Ann", 8, 8, 4], ["Bo", 6, 6, 6]], [["Ann", 8, 4], ["Bo", 6, ""]]))
PY
