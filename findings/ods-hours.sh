#!/usr/bin/env bash
# A week of 37:30 hours in a spreadsheet: four readers of the same ODS cell give a text, nothing, an error and a duration.
# Why it matters: hours of work pass 24 each week. A reader that works with 7:30 in the first rows fails, or is silent, further
# down; and two of these readers do know durations, when the very same cell comes from an XLSX file.
# What we did: hours are asked for as numbers; a cell that holds a time is named to whoever sent the file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  odfpy==1.4.1 xlsxwriter==3.2.9 python-calamine==0.9.1 pyexcel-ods3==0.6.1 fastexcel==0.21.0 pyarrow==26.0.1 pandas==3.1.1
"$work/venv/bin/python" - "$work" <<'PY' 2> /dev/null
import sys
from datetime import timedelta
from importlib.metadata import version

import fastexcel
import pandas
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from pyexcel_ods3 import get_data
from python_calamine import CalamineWorkbook

ODS, XLSX = f"{sys.argv[1]}/hours.ods", f"{sys.argv[1]}/hours.xlsx"
WEEK = timedelta(hours=37, minutes=30)


def by_calamine(path):
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0][0]


def by_fastexcel(path):
    [row] = fastexcel.read_excel(path).load_sheet(0, header_row=None).to_arrow().to_pylist()
    return next(iter(row.values()))


def by_pandas():
    try:
        return pandas.read_excel(ODS, engine="odf", header=None).iloc[0, 0]
    except ValueError as error:
        return type(error).__name__


book, sheet, row = OpenDocumentSpreadsheet(), Table(name="hours"), TableRow()
cell = TableCell(valuetype="time", timevalue="PT37H30M00S")
cell.addElement(P(text="37:30"))
row.addElement(cell)
sheet.addElement(row)
book.spreadsheet.addElement(sheet)
book.save(ODS)
with xlsxwriter.Workbook(XLSX) as other:
    other.add_worksheet().write_datetime(0, 0, WEEK, other.add_format({"num_format": "[h]:mm"}))
ods = by_calamine(ODS), by_fastexcel(ODS), by_pandas(), next(iter(get_data(ODS).values()))[0][0]
xlsx = by_calamine(XLSX), by_fastexcel(XLSX)
NAMES = "python-calamine", "fastexcel", "pandas", "pyexcel-ods3"
print("subject:", ", ".join(f"{name} {version(name)}" for name in NAMES))
print("expected: 37 hours and 30 minutes (OpenDocument: office:time-value is a duration, not a time of the day)")
print("seen:     ODS:", ", ".join(f"{name}: {value!r}" for name, value in zip(NAMES, ods)), end="; ")
print("XLSX:", ", ".join(f"{name}: {value!r}" for name, value in zip(NAMES, xlsx)))
sys.exit((ods, xlsx) != (("PT37H30M00S", None, "DateParseError", WEEK), (WEEK, WEEK)))
PY
