#!/usr/bin/env bash
# A time with a fraction of a second: one reader of ODS adds minutes to it, another reads an empty cell.
# Why it matters: the mean of two shifts is seldom a whole second. odfdo takes all digits before the S for the seconds, so that
# 7:30:15.5 becomes 7:32:35, and much longer with each further digit; pyexcel-ods3 reads no time at all.
# What we did: hours are asked for as numbers; a cell that holds a time is named to whoever sent the file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  odfpy==1.4.1 odfdo==3.27.3 pyexcel-ods3==0.6.1 python-calamine==0.9.1
"$work/venv/bin/python" - "$work/hours.ods" <<'PY'
import sys
from datetime import time, timedelta
from importlib.metadata import version

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from odfdo import Document
from pyexcel_ods3 import get_data
from python_calamine import CalamineWorkbook

PATH = sys.argv[1]
book, sheet, row = OpenDocumentSpreadsheet(), Table(name="hours"), TableRow()
cell = TableCell(valuetype="time", timevalue="PT07H30M15.5S")
cell.addElement(P(text="07:30:15.5"))
row.addElement(cell)
sheet.addElement(row)
book.spreadsheet.addElement(sheet)
book.save(PATH)
[[calamine]] = CalamineWorkbook.from_path(PATH).get_sheet_by_index(0).to_python()
[[odfdo]] = Document(PATH).body.get_table(0).get_values()
rows = next(iter(get_data(PATH).values()))
print("subject: odfdo", version("odfdo"), "and pyexcel-ods3", version("pyexcel-ods3"), end=" ")
print("beside python-calamine", version("python-calamine"))
print("expected: 7:30:15.5 (XML Schema, duration: the seconds may have decimals)")
print(f"seen:     odfdo: {odfdo}; pyexcel-ods3: {rows}; python-calamine: {calamine}")
sys.exit((odfdo, rows, calamine) != (timedelta(hours=7, minutes=30, seconds=155), [[]], time(7, 30, 15, 500_000)))
PY
