#!/usr/bin/env bash
# xlsx2csv takes letters of a unit for parts of a date: 7.5 shown as 7.5 "hours" becomes the text 0.0 "12ours".
# Why it matters: a unit behind the number is how people mark hours, days and kilometres in a sheet. With d, h, m, s or y in
# that unit the number is gone from the table, and a part of the 6th of January 1900 stands there.
# What we did: figures are read with python-calamine, which gives the value; the format decides only on dates and times.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check xlsx2csv==0.8.6 xlsxwriter==3.2.9 openpyxl==3.1.5
"$work/venv/bin/python" - "$work/units.xlsx" <<'PY'
import csv
import io
import sys
from importlib.metadata import version

import openpyxl
import xlsxwriter
from xlsx2csv import Xlsx2csv

PATH, NUMBER = sys.argv[1], 7.5
FORMATS = ['0.0 "hours"', '0.0 "dagen"', '0.0 "km"', "0.0"]
with xlsxwriter.Workbook(PATH) as book:
    sheet = book.add_worksheet()
    for column, form in enumerate(FORMATS):
        sheet.write_number(0, column, NUMBER, book.add_format({"num_format": form}))
text = io.StringIO()
Xlsx2csv(PATH).convert(text)
[seen] = csv.reader(io.StringIO(text.getvalue()))
[other] = openpyxl.load_workbook(PATH).active.iter_rows(values_only=True)
print("subject: xlsx2csv", version("xlsx2csv"), "beside openpyxl", version("openpyxl"))
print("expected: 7.5 in each cell, with its unit or without (ECMA-376, part 1, 18.8.31: text in quotes is shown as it is)")
print("seen:    ", dict(zip(FORMATS, seen)), "openpyxl:", set(other))
sys.exit((seen, set(other)) != (['0.0 "12ours"', '0.0 "06agen"', '0.0 "k01"', "7.5"], {NUMBER}))
PY
